// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A count that only grows.
public final class ServingCounter: MetricFamily {
    /// One combination of label values of a counter.
    public final class Series: Sendable {
        private let state = Mutex((value: 0.0, refused: 0))

        init() {}

        /// Adds an amount; one that is negative or not finite is refused, as a count never shrinks.
        public func increment(by amount: Double = 1) {
            state.withLock { state in
                if amount >= 0, amount.isFinite { state.value += amount } else { state.refused += 1 }
            }
        }

        /// The count.
        public var value: Double { state.withLock { $0.value } }
        /// How many amounts were refused.
        public var refused: Int { state.withLock { $0.refused } }
    }

    let schema: MetricSchema
    private let table: SeriesTable<Series>

    init(_ schema: MetricSchema) {
        self.schema = schema
        table = SeriesTable(schema) { Series() }
    }

    /// The series with these label values, in the order of the labels; keep it where speed matters.
    public func series(_ values: [String] = []) -> Series { table[values] }

    /// Adds an amount to the series with these label values.
    public func increment(by amount: Double = 1, _ values: [String] = []) {
        table[values].increment(by: amount)
    }

    var text: String {
        table.text { PrometheusText.line(schema.name, $1, PrometheusText.number($0.value)) }
    }
}
