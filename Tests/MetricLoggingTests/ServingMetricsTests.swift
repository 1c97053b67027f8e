// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import MetricLogging
import Testing

@Suite struct ServingMetricsTests {
    @Test func theTextIsThatOfPrometheus() throws {
        let metrics = ServingMetrics()
        let requests = try metrics.counter(
            "predictions_total", help: "All \\ \n predictions", labels: ["model", "result"])
        requests.increment(["champion", "ok"])
        requests.increment(by: 2.5, ["champion", "ok"])
        requests.increment(["a\"\\\n", "é"])
        try metrics.gauge("queue", help: "Waiting").set(-3)
        let latency = try metrics.histogram(
            "score_seconds", help: "Time", labels: ["model"], buckets: [0.1, 1])
        for value in [0.1, 0.5, 2, .nan, .infinity] { latency.observe(value, ["m"]) }
        #expect(latency.series(["m"]).refused == 1)
        #expect(
            metrics.text == """
                # HELP predictions_total All \\\\ \\n predictions
                # TYPE predictions_total counter
                predictions_total{model="a\\"\\\\\\n",result="é"} 1
                predictions_total{model="champion",result="ok"} 3.5
                # HELP queue Waiting
                # TYPE queue gauge
                queue -3
                # HELP score_seconds Time
                # TYPE score_seconds histogram
                score_seconds_bucket{model="m",le="0.1"} 1
                score_seconds_bucket{model="m",le="1"} 2
                score_seconds_bucket{model="m",le="+Inf"} 4
                score_seconds_sum{model="m"} +Inf
                score_seconds_count{model="m"} 4

                """)
    }

    @Test func aMetricWithoutLabelsIsThereFromTheStart() throws {
        let metrics = ServingMetrics()
        _ = try metrics.counter("errors_total", help: "Errors")
        #expect(metrics.text.hasSuffix("errors_total 0\n"))
    }

    @Test func theNumberOfSeriesIsCapped() throws {
        let metrics = ServingMetrics()
        let counter = try metrics.counter("c_total", help: "c", labels: ["user"], maximumSeries: 3)
        for user in 0..<100 { counter.increment(["\(user)"]) }
        #expect(counter.series(["other"]).value == 97)
        #expect(counter.series(["0"]).value == 1)
        #expect(metrics.text.split(separator: "\n").count == 2 + 4)
    }

    @Test func conflictsAndBadNamesAreRefused() throws {
        let metrics = ServingMetrics()
        let counter = try metrics.counter("a", help: "h", labels: ["x"])
        #expect(try metrics.counter("a", help: "h", labels: ["x"]) === counter)
        #expect(
            (#expect(throws: ServingMetricError.self) { try metrics.gauge("a", help: "h") })?.code
                == .conflict)
        #expect(throws: ServingMetricError.self) { try metrics.counter("a", help: "h", labels: ["y"]) }
        for name in ["", "1a", "a-b", "ü"] {
            let error = #expect(throws: ServingMetricError.self) { try metrics.counter(name, help: "") }
            #expect(error?.code == .invalidName)
        }
        for labels in [["le"], ["__a"], ["a", "a"], ["a:b"]] {
            #expect(throws: ServingMetricError.self) { try metrics.histogram("h", help: "", labels: labels) }
        }
        for buckets: [Double] in [[], [1, 1], [2, 1], [.nan], [1, .infinity]] {
            let error = #expect(throws: ServingMetricError.self) {
                try metrics.histogram("h", help: "", buckets: buckets)
            }
            #expect(error?.code == .invalidBuckets)
        }
    }

    @Test func countsAreExactFromManyThreads() async throws {
        let metrics = ServingMetrics()
        let counter = try metrics.counter("c_total", help: "c", labels: ["t"])
        let histogram = try metrics.histogram("h_seconds", help: "h")
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    let series = counter.series(["\(thread % 2)"])
                    for _ in 0..<2_000 {
                        series.increment()
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(counter.series(["0"]).value == 8_000)
        #expect(histogram.series().total.count == 16_000)
        #expect(histogram.series().total.sum == 8_000)
        counter.increment(by: -1, ["0"])
        counter.increment(by: .nan, ["0"])
        #expect(counter.series(["0"]).value == 8_000)
        #expect(counter.series(["0"]).refused == 2)
    }
}
