// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How pairs of features worked together: for each row and output a symmetric matrix.
///
/// The layout is that of XGBoost's `pred_interactions`: entry (i, j) off the diagonal is half of what
/// features i and j do together beyond what each does alone, the diagonal is what a feature does alone, and
/// the last row and column hold only the expected value, in their corner. Each row of a matrix adds up to the
/// feature's contribution.
public struct Interactions: Sendable, Hashable {
    /// The number of rows.
    public let rowCount: Int
    /// The number of raw scores of a row.
    public let outputCount: Int
    /// The number of features, without the expected value.
    public let featureCount: Int
    /// The numbers: rows × outputs × (features + 1) × (features + 1).
    public let elements: [Double]

    init(rowCount: Int, outputCount: Int, featureCount: Int, elements: [Double]) {
        self.rowCount = rowCount
        self.outputCount = outputCount
        self.featureCount = featureCount
        self.elements = elements
    }

    /// The interaction of two features in an output of a row.
    public subscript(row: Int, output: Int = 0, between first: Int, and second: Int) -> Double {
        let width = featureCount + 1
        return elements[((row * outputCount + output) * width + first) * width + second]
    }
}
