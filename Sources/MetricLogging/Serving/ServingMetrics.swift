// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The metrics of a service: counters, gauges and histograms, written as Prometheus text.
///
/// ```swift
/// let metrics = ServingMetrics()
/// let latency = try metrics.histogram("score_seconds", help: "Time of one score", labels: ["model"])
/// let champion = latency.series(["champion"])     // once
/// champion.observe(0.0004)                        // on the hot path: one lock, no allocation
/// metrics.text                                    // what GET /metrics answers
/// ```
///
/// There is no global registry: each object stands alone, so tests and tenants never meet. The names of a metric's
/// labels are fixed when it is made; the number of its series is capped, and what is over the cap is counted under the
/// label value `other`, so that a label that holds identities cannot take the memory of the service.
public final class ServingMetrics: Sendable {
    /// The media type of ``text``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let families = Mutex<[String: any MetricFamily]>([:])

    /// Makes an empty set of metrics.
    public init() {}

    /// A count that only grows; by convention its name ends in `_total`.
    ///
    /// Asking again for the same name, labels and cap gives the same counter.
    ///
    /// - Parameters:
    ///   - name: Letters, digits, `_` and `:`, not beginning with a digit.
    ///   - help: What is counted, in one line.
    ///   - labels: The names of the labels: letters, digits and `_`, not beginning with a digit or `__`.
    ///   - maximumSeries: How many combinations of label values are kept apart.
    /// - Throws: ``ServingMetricError``
    public func counter(
        _ name: String, help: String, labels: [String] = [], maximumSeries: Int = 1_000
    ) throws(ServingMetricError) -> ServingCounter {
        try family(MetricSchema(name, help, .counter, labels, maximumSeries)) { ServingCounter($0) }
    }

    /// A value that goes up and down.
    ///
    /// - Throws: ``ServingMetricError``
    public func gauge(
        _ name: String, help: String, labels: [String] = [], maximumSeries: Int = 1_000
    ) throws(ServingMetricError) -> ServingGauge {
        try family(MetricSchema(name, help, .gauge, labels, maximumSeries)) { ServingGauge($0) }
    }

    /// How observed values are distributed.
    ///
    /// - Parameters:
    ///   - name: The name, with the base unit: `_seconds`, `_bytes`.
    ///   - help: What is observed, in one line.
    ///   - labels: The names of the labels; `le` is taken.
    ///   - buckets: The upper bounds of the buckets, growing and finite; a last one up to infinity is added.
    ///   - maximumSeries: How many combinations of label values are kept apart.
    /// - Throws: ``ServingMetricError``
    public func histogram(
        _ name: String, help: String, labels: [String] = [],
        buckets: [Double] = ServingHistogram.latencyBuckets, maximumSeries: Int = 1_000
    ) throws(ServingMetricError) -> ServingHistogram {
        let isGrowing = zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }
        guard isGrowing, !buckets.isEmpty, buckets.allSatisfy(\.isFinite) else {
            throw ServingMetricError(.invalidBuckets, "the buckets of '\(name)' must be finite and growing")
        }
        return try family(MetricSchema(name, help, .histogram(buckets), labels, maximumSeries)) {
            ServingHistogram($0, buckets: buckets)
        }
    }

    private func family<Family: MetricFamily>(
        _ schema: MetricSchema, make: (MetricSchema) -> Family
    ) throws(ServingMetricError) -> Family {
        try schema.check()
        return try families.withLock { (families) throws(ServingMetricError) -> Family in
            guard let old = families[schema.name] else {
                let new = make(schema)
                families[schema.name] = new
                return new
            }
            guard let same = old as? Family, same.schema == schema else {
                throw ServingMetricError(
                    .conflict,
                    "the metric '\(schema.name)' stands with another kind, labels, help, cap or buckets")
            }
            return same
        }
    }

    /// All metrics in the text format 0.0.4 of Prometheus, sorted by name.
    public var text: String {
        let families = families.withLock { $0 }
        return families.keys.sorted().compactMap { families[$0]?.text }.joined()
    }
}

/// Why a metric of a service cannot be made.
public struct ServingMetricError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// The name of the metric or of a label breaks the rules of Prometheus.
        case invalidName
        /// The bounds of the buckets are not finite and growing.
        case invalidBuckets
        /// Another metric stands under the name.
        case conflict
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
