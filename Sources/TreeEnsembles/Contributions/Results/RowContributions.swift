// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Why one row got one raw score: a contribution for each feature, and the value they start from.
///
/// The contributions and the expected value add up to the raw score. Iterating goes through the features in
/// the model's order.
public struct RowContributions: Sendable, Hashable {
    /// One contribution for each feature, in the order of the model's features.
    public let features: [FeatureContribution]
    /// What the model answers when it knows no feature.
    public let expectedValue: Double

    /// The expected value and all contributions together: the raw score.
    public var rawScore: Double { features.reduce(expectedValue) { $0 + $1.amount } }

    /// The contributions from the largest to the smallest, whatever their sign; equal ones in the model's
    /// order.
    public func sorted() -> [FeatureContribution] {
        features.sorted { (abs($1.amount), $0.feature) < (abs($0.amount), $1.feature) }
    }
}

extension RowContributions: RandomAccessCollection {
    /// The first index, 0.
    public var startIndex: Int { features.startIndex }
    /// The number of features.
    public var endIndex: Int { features.endIndex }
    /// The contribution of a feature by its place in the model.
    public subscript(feature: Int) -> FeatureContribution { features[feature] }
}

extension RowContributions: CustomStringConvertible {
    /// The raw score, the expected value and the five largest contributions on one line.
    public var description: String {
        let parts = sorted().prefix(5).filter { $0.amount != 0 }.map(\.description)
        let rest = parts.isEmpty ? "" : ", " + parts.joined(separator: ", ")
        return "expected \(FeatureContribution.text(expectedValue))\(rest)"
    }
}
