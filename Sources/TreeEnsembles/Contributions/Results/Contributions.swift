// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The contributions of many rows: for each row and each output one number for each feature, then the
/// expected value.
///
/// The layout is that of XGBoost's `pred_contribs` and LightGBM's `pred_contrib`. The numbers of one row and
/// output add up to its raw score.
public struct Contributions: Sendable, Hashable {
    /// The number of rows.
    public let rowCount: Int
    /// The number of raw scores of a row.
    public let outputCount: Int
    /// The number of features, without the expected value.
    public let featureCount: Int
    /// The numbers: rows × outputs × (features + 1).
    public let elements: [Double]
    let names: [String]

    init(rowCount: Int, outputCount: Int, elements: [Double], names: [String]) {
        self.rowCount = rowCount
        self.outputCount = outputCount
        self.elements = elements
        self.names = names
        featureCount = names.count
    }

    /// The contribution of a feature to an output of a row.
    public subscript(row: Int, output: Int = 0, feature feature: Int) -> Double {
        elements[(row * outputCount + output) * (featureCount + 1) + feature]
    }

    /// What the model answers for an output when it knows no feature.
    public func expectedValue(row: Int = 0, output: Int = 0) -> Double {
        elements[(row * outputCount + output) * (featureCount + 1) + featureCount]
    }

    /// One row's contributions to one output, with the names of the features.
    public func explanation(row: Int, output: Int = 0) -> RowContributions {
        let start = (row * outputCount + output) * (featureCount + 1)
        return RowContributions(
            features: names.indices.map {
                FeatureContribution(feature: $0, name: names[$0], amount: elements[start + $0])
            },
            expectedValue: elements[start + featureCount])
    }
}
