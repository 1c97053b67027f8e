// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that goes up and down.
public final class ServingGauge: MetricFamily {
    /// One combination of label values of a gauge.
    public final class Series: Sendable {
        private let state = Mutex(0.0)

        init() {}

        /// Sets the value.
        public func set(_ value: Double) { state.withLock { $0 = value } }

        /// Adds an amount, which may be negative.
        public func add(_ amount: Double) { state.withLock { $0 += amount } }

        /// The value.
        public var value: Double { state.withLock { $0 } }
    }

    let schema: MetricSchema
    private let table: SeriesTable<Series>

    init(_ schema: MetricSchema) {
        self.schema = schema
        table = SeriesTable(schema) { Series() }
    }

    /// The series with these label values, in the order of the labels; keep it where speed matters.
    public func series(_ values: [String] = []) -> Series { table[values] }

    /// Sets the series with these label values.
    public func set(_ value: Double, _ values: [String] = []) { table[values].set(value) }

    var text: String {
        table.text { PrometheusText.line(schema.name, $1, PrometheusText.number($0.value)) }
    }
}
