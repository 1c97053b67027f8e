// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How observed values are distributed over fixed buckets.
public final class ServingHistogram: MetricFamily {
    /// Bounds for the latency of a scorer, from 10 microseconds to 10 seconds.
    public static let latencyBuckets: [Double] = [
        1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1,
        2.5,
        5, 10,
    ]

    /// One combination of label values of a histogram.
    public final class Series: Sendable {
        private struct State {
            var counts: [Int]
            var sum = 0.0
            var refused = 0
        }

        private let bounds: [Double]
        private let state: Mutex<State>

        init(_ bounds: [Double]) {
            self.bounds = bounds
            state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count + 1)))
        }

        /// Counts a value.
        ///
        /// A NaN is refused: it would make the sum a NaN for ever.
        public func observe(_ value: Double) {
            var low = 0
            var high = bounds.count
            // The first bound that is not below the value.
            while low < high {
                let middle = (low + high) / 2
                if bounds[middle] < value { low = middle + 1 } else { high = middle }
            }
            state.withLock { state in
                if value.isNaN {
                    state.refused += 1
                } else {
                    state.counts[low] += 1
                    state.sum += value
                }
            }
        }

        /// How many values were counted, and their sum.
        public var total: (count: Int, sum: Double) {
            state.withLock { ($0.counts.reduce(0, +), $0.sum) }
        }

        /// How many NaNs were refused.
        public var refused: Int { state.withLock { $0.refused } }

        fileprivate func lines(_ name: String, _ labels: [(String, String)]) -> String {
            let state = state.withLock { $0 }
            var text = ""
            var below = 0
            for (bound, count) in zip(bounds + [.infinity], state.counts) {
                below += count
                text += PrometheusText.line(
                    name + "_bucket", labels + [("le", PrometheusText.number(bound))], String(below))
            }
            return text + PrometheusText.line(name + "_sum", labels, PrometheusText.number(state.sum))
                + PrometheusText.line(name + "_count", labels, String(below))
        }
    }

    let schema: MetricSchema
    private let table: SeriesTable<Series>

    init(_ schema: MetricSchema, buckets: [Double]) {
        self.schema = schema
        table = SeriesTable(schema) { Series(buckets) }
    }

    /// The series with these label values, in the order of the labels; keep it where speed matters.
    public func series(_ values: [String] = []) -> Series { table[values] }

    /// Counts a value in the series with these label values.
    public func observe(_ value: Double, _ values: [String] = []) { table[values].observe(value) }

    var text: String { table.text { $0.lines(schema.name, $1) } }
}
