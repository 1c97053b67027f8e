// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Welch's (1947) test of two means without the assumption of equal variances, at a fixed horizon.
///
/// Look once, at the end: whoever looks five times and stops at the first p < 0.05 is wrong in one of seven cases. To look
/// often, use ``ConfidenceSequence`` or ``GroupSequentialBoundary``.
public struct WelchTest: Hashable, Sendable {
    /// The mean of the treatment less that of the control.
    public let difference: Double
    /// The standard error of the difference.
    public let standardError: Double
    /// Welch and Satterthwaite's degrees of freedom.
    public let degreesOfFreedom: Double
    /// The difference in standard errors.
    public let statistic: Double
    /// The chance of such a statistic, on either side, where the means are equal.
    public let pValue: Double

    /// Compares two samples by their moments; nil where one has fewer than two values or neither varies.
    public init?(control: Moments, treatment: Moments) {
        guard control.count > 1, treatment.count > 1 else { return nil }
        let a = control.variance / Double(control.count)
        let b = treatment.variance / Double(treatment.count)
        guard a + b > 0 else { return nil }
        difference = treatment.mean - control.mean
        standardError = (a + b).squareRoot()
        degreesOfFreedom =
            (a + b) * (a + b) / (a * a / Double(control.count - 1) + b * b / Double(treatment.count - 1))
        statistic = difference / standardError
        pValue = SpecialFunctions.studentTwoTails(statistic, degrees: degreesOfFreedom)
    }

    /// Compares two samples; nil where one has fewer than two values or neither varies.
    public init?(control: [Double], treatment: [Double]) {
        self.init(control: Moments(of: control), treatment: Moments(of: treatment))
    }

    /// The interval that covers the true difference with this confidence, such as 0.95.
    public func interval(confidence: Double) -> ClosedRange<Double> {
        let reach =
            SpecialFunctions.studentQuantile(twoTails: 1 - confidence, degrees: degreesOfFreedom)
            * standardError
        return difference - reach...difference + reach
    }
}
