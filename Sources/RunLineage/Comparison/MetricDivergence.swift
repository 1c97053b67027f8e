// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A value of a metric at a step.
public struct MetricValue: Hashable, Sendable {
    /// The step.
    public let step: Int
    /// The value.
    public let value: Double

    /// Makes a value.
    public init(step: Int, value: Double) {
        self.step = step
        self.value = value
    }
}

/// How far two values of a metric may lie apart and count as equal.
public struct MetricTolerance: Hashable, Sendable {
    /// Nothing but equal values, where NaN equals NaN.
    public static let exact = MetricTolerance(absolute: 0, relative: 0)

    /// The distance that is always allowed.
    public let absolute: Double
    /// The distance that is allowed as a part of the larger magnitude.
    public let relative: Double

    /// Makes a tolerance; a distance within either bound is allowed.
    public init(absolute: Double = 0, relative: Double = 0) {
        self.absolute = absolute
        self.relative = relative
    }

    /// Whether two values count as equal.
    public func allows(_ left: Double, _ right: Double) -> Bool {
        if left == right || left.isNaN && right.isNaN { return true }
        let distance = (left - right).magnitude
        guard distance.isFinite else { return false }
        return distance <= max(absolute, relative * max(left.magnitude, right.magnitude))
    }
}

/// The first point where a metric of two runs parts.
public struct MetricDivergence: Hashable, Sendable {
    /// The name of the metric.
    public let metric: String
    /// The step.
    public let step: Int
    /// The value of the left run; nil where it has none at this step.
    public let left: Double?
    /// The value of the right run; nil where it has none at this step.
    public let right: Double?

    /// The divergence with the smallest step, and of those the one whose name sorts first.
    ///
    /// Where a run logged a step more than once, its last value counts.
    static func first(
        _ left: [String: [MetricValue]], _ right: [String: [MetricValue]], tolerance: MetricTolerance
    ) -> MetricDivergence? {
        var first: MetricDivergence?
        for metric in Set(left.keys).union(right.keys).sorted() {
            let one = Dictionary((left[metric] ?? []).map { ($0.step, $0.value) }, uniquingKeysWith: { $1 })
            let other = Dictionary(
                (right[metric] ?? []).map { ($0.step, $0.value) }, uniquingKeysWith: { $1 })
            for step in Set(one.keys).union(other.keys) where step < first?.step ?? .max {
                if let a = one[step], let b = other[step], tolerance.allows(a, b) { continue }
                first = MetricDivergence(metric: metric, step: step, left: one[step], right: other[step])
            }
        }
        return first
    }
}

extension MetricDivergence: CustomStringConvertible {
    /// The metric, the step and both values, as `loss at step 12: 0.5 != 0.25`.
    public var description: String {
        let texts = [left, right].map { $0.map { "\($0)" } ?? "absent" }
        return "\(metric) at step \(step): \(texts[0]) != \(texts[1])"
    }
}
