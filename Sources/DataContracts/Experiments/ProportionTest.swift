// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The z test of two shares with a pooled standard error, at a fixed horizon.
public struct ProportionTest: Hashable, Sendable {
    private let control: (successes: Int, trials: Int)
    private let treatment: (successes: Int, trials: Int)
    /// The share of the treatment less that of the control.
    public let difference: Double
    /// The difference in standard errors; 0 where all trials end alike.
    public let statistic: Double
    /// The chance of such a statistic, on either side, where the shares are equal.
    public let pValue: Double

    /// Compares two counts of successes; nil where there are no trials or more successes than trials.
    public init?(control: (successes: Int, trials: Int), treatment: (successes: Int, trials: Int)) {
        guard control.trials > 0, treatment.trials > 0, (0...control.trials).contains(control.successes),
            (0...treatment.trials).contains(treatment.successes)
        else { return nil }
        self.control = control
        self.treatment = treatment
        let (n, m) = (Double(control.trials), Double(treatment.trials))
        difference = Double(treatment.successes) / m - Double(control.successes) / n
        let pooled = Double(control.successes + treatment.successes) / (n + m)
        let error = (pooled * (1 - pooled) * (1 / n + 1 / m)).squareRoot()
        statistic = error > 0 ? difference / error : 0
        pValue = 2 * SpecialFunctions.normalTail(abs(statistic))
    }

    /// The interval that covers the true difference with this confidence (Newcombe 1998, method 10).
    public func interval(confidence: Double) -> ClosedRange<Double> {
        let z = SpecialFunctions.normalQuantile(tail: (1 - confidence) / 2)
        func wilson(_ sample: (successes: Int, trials: Int)) -> (share: Double, low: Double, high: Double) {
            let n = Double(sample.trials)
            let p = Double(sample.successes) / n
            let middle = p + z * z / (2 * n)
            let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
            return (p, (middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n))
        }
        let a = wilson(control)
        let b = wilson(treatment)
        func root(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }
        return difference - root(b.share - b.low, a.high - a.share)...difference
            + root(b.high - b.share, a.share - a.low)
    }

    /// Compares the counts.
    public static func == (left: ProportionTest, right: ProportionTest) -> Bool {
        left.control == right.control && left.treatment == right.treatment
    }

    /// Hashes the counts.
    public func hash(into hasher: inout Hasher) {
        for sample in [control, treatment] {
            hasher.combine(sample.successes)
            hasher.combine(sample.trials)
        }
    }
}

/// The check that the groups of an experiment have the sizes they were meant to have.
///
/// Run it before any other figure is read: a mismatch means that the assignment or the logging is broken, and then the
/// comparison is worth nothing (Fabijan et al. 2019).
public struct SampleRatioCheck: Hashable, Sendable {
    /// Pearson's chi-squared statistic.
    public let statistic: Double
    /// The chance of such sizes where the assignment works.
    public let pValue: Double

    /// Compares the sizes of groups with the shares they were meant to have; nil where there are fewer than two groups, no
    /// member, or a share that is not positive.
    public init?(counts: [Int], shares: [Double]) {
        let total = Double(counts.reduce(0, +))
        let whole = shares.reduce(0, +)
        guard counts.count == shares.count, counts.count > 1, total > 0, shares.allSatisfy({ $0 > 0 }),
            counts.allSatisfy({ $0 >= 0 })
        else { return nil }
        statistic = zip(counts, shares).reduce(0) { sum, group in
            let expected = total * group.1 / whole
            return sum + (Double(group.0) - expected) * (Double(group.0) - expected) / expected
        }
        pValue = SpecialFunctions.chiSquaredTail(statistic, degrees: Double(counts.count - 1))
    }

    /// Whether the sizes are off beyond doubt, at the p < 0.001 of Fabijan and others.
    public var isMismatch: Bool { pValue < 0.001 }
}
