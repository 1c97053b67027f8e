// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An interval for a mean that may be looked at after every value: with the given confidence it covers the mean at all
/// times at once.
///
/// This is the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021, "Time-uniform
/// central limit theory and asymptotic confidence sequences", theorem 2.2). Feed it the paired differences of two models,
/// or of two variants on the same unit.
public struct ConfidenceSequence: Hashable, Sendable {
    /// What the interval says so far.
    public enum Decision: Hashable, Sendable {
        /// The mean is above the margin.
        case better
        /// The mean is below the negative margin.
        case worse
        /// The mean is within the margin.
        case equivalent
        /// The interval is still too wide to say.
        case goOn
    }

    private var count = 0
    private var mean = 0.0
    private var squares = 0.0
    private let error: Double
    private let scale: Double

    /// Starts a sequence.
    ///
    /// - Parameters:
    ///   - confidence: The chance to be right at all times, between 0 and 1.
    ///   - tightestAt: The count of values at which the interval is to be as narrow as it gets.
    public init(confidence: Double = 0.95, tightestAt: Int = 1_000) {
        precondition(confidence > 0 && confidence < 1, "the confidence lies between 0 and 1")
        error = 1 - confidence
        // The width at n is least for this scale (equation 21 there).
        let term = -2 * log(error)
        scale = ((term + log(term + 1)) / Double(max(tightestAt, 1))).squareRoot()
    }

    /// Takes a value (Welford 1962).
    public mutating func add(_ value: Double) {
        count += 1
        let before = value - mean
        mean += before / Double(count)
        squares += before * (value - mean)
    }

    /// The interval for the mean so far; nil before the second value.
    public var interval: ClosedRange<Double>? {
        guard count > 1 else { return nil }
        let n = Double(count)
        let variance = squares / n
        let growth = n * scale * scale + 1
        let reach =
            (variance * 2 * growth / (n * n * scale * scale) * log(growth.squareRoot() / error)).squareRoot()
        return mean - reach...mean + reach
    }

    /// What the interval says, where differences within the margin do not matter.
    public func decision(margin: Double = 0) -> Decision {
        guard let interval else { return .goOn }
        if interval.lowerBound > margin { return .better }
        if interval.upperBound < -margin { return .worse }
        return interval.lowerBound > -margin && interval.upperBound < margin ? .equivalent : .goOn
    }
}
