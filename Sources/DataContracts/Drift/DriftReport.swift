// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How far one column of a data set moved away from a reference.
public struct ColumnDrift: Hashable, Sendable, Codable, CustomStringConvertible {
    /// What is made of the figures.
    public enum Verdict: String, Hashable, Sendable, Codable {
        /// No more than chance and daily change explain.
        case quiet
        /// The distribution is another one.
        case drifted
        /// One of the two has no values, or the types cannot be compared.
        case notComparable
    }

    /// The column's name.
    public let name: String
    /// The population stability index over the reference's bins, a missing bin and bins beyond its range.
    public let stability: Double
    /// What the index must exceed to count, at this number of bins and these sizes.
    public let stabilityThreshold: Double
    /// How many bins hold anything.
    public let bins: Int
    /// The size of the effect, 0 to 1, whatever its significance.
    ///
    /// Of numbers it is Kolmogorov and Smirnov's D, the largest distance between the distribution functions; of
    /// categories Jensen and Shannon's distance with logarithms of base 2.
    public let distance: Double
    /// The chance of such a distance without drift: Kolmogorov and Smirnov's test of numbers, Pearson's chi-squared test
    /// of categories.
    public let pValue: Double
    /// The same, corrected for the number of columns.
    public internal(set) var adjustedPValue: Double
    /// The share of missing values in the reference.
    public let referenceMissingRate: Double
    /// The share of missing values now.
    public let currentMissingRate: Double
    /// Whether the distance comes from sketches, and so is good to about one hundredth.
    public let isApproximate: Bool
    /// What is made of the figures.
    public internal(set) var verdict: Verdict

    /// The line people read: `temp PSI 0.41 drifted (threshold 0.12 at these sizes)`.
    public var description: String {
        guard verdict != .notComparable else { return "\(name) cannot be compared" }
        func two(_ value: Double) -> String {
            let text = ((value * 100).rounded() / 100).description
            return text.split(separator: ".").last?.count == 1 ? text + "0" : text
        }
        let why =
            verdict == .drifted && stability <= stabilityThreshold
            ? "distance \(two(distance)), p \(adjustedPValue)"
            : "threshold \(two(stabilityThreshold)) at these sizes"
        return "\(name) PSI \(two(stability)) \(verdict.rawValue) (\(why))"
    }
}

/// How far a data set moved away from a reference.
public struct DriftReport: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The columns that both have, in the order of the reference.
    public let columns: [ColumnDrift]

    /// The columns that drifted.
    public var drifted: [ColumnDrift] { columns.filter { $0.verdict == .drifted } }

    /// Whether no column drifted.
    public var isQuiet: Bool { drifted.isEmpty }

    /// The figures of a column; nil where it was not compared.
    public subscript(name: String) -> ColumnDrift? { columns.first { $0.name == name } }

    /// One line a column.
    public var description: String { columns.map(\.description).joined(separator: "\n") }
}

/// When a difference counts as drift.
public struct DriftOptions: Hashable, Sendable {
    /// The stability index that any drift exceeds, however many rows there are.
    public var minimumStability = 0.1
    /// The distance that any drift exceeds, however small its p-value: with many rows every difference is significant.
    public var minimumDistance = 0.1
    /// The level of the tests.
    public var level = 0.05
    /// The correction for the number of columns.
    public var correction = MultipleTesting.holm
    /// A numeric reference with at most this many different values is compared value by value.
    public var maximumDiscreteValues = 20
    /// Of categories at most this many of the reference's most frequent ones have a bin of their own.
    public var maximumCategories = 50

    /// Makes the options that suit most data.
    public init() {}
}
