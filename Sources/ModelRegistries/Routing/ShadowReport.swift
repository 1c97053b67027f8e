// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What trials gave, in pairs with the answers they were compared with.
public struct ShadowReport: Hashable, Sendable {
    /// Trials that returned in time and were compared.
    public internal(set) var compared = 0
    /// Of these, how many lay farther from the answer than the tolerance.
    public internal(set) var disagreed = 0
    /// Of these, how many had no distance, such as a score that is a NaN; they count as disagreement.
    public internal(set) var incomparable = 0
    /// Trials that threw.
    public internal(set) var failed = 0
    /// Trials that did not return before the deadline.
    public internal(set) var late = 0
    /// Trials that were not started because too many were running.
    public internal(set) var skipped = 0
    /// The mean distance of the pairs that have one.
    public internal(set) var meanDistance = 0.0
    /// The largest distance.
    public internal(set) var maximumDistance = 0.0
    private var squares = 0.0

    /// Nothing compared yet.
    public init() {}

    /// The part of the compared pairs that disagreed; nil where nothing was compared.
    public var disagreement: Double? { compared > 0 ? Double(disagreed) / Double(compared) : nil }

    /// The standard deviation of the distances; nil for fewer than two.
    public var deviation: Double? {
        let count = compared - incomparable
        return count > 1 ? (squares / Double(count - 1)).squareRoot() : nil
    }

    /// Counts a pair.
    ///
    /// Mean and deviation follow Welford, so that no sum grows beyond precision.
    mutating func add(_ distance: Double, tolerance: Double) {
        compared += 1
        guard distance.isFinite else {
            incomparable += 1
            disagreed += 1
            return
        }
        if distance > tolerance { disagreed += 1 }
        let change = distance - meanDistance
        meanDistance += change / Double(compared - incomparable)
        squares += change * (distance - meanDistance)
        maximumDistance = max(maximumDistance, distance)
    }
}
