// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import Foundation
import MetricLogging

/// `benchmarks metrics`: scalar points through a run's public API, durable at the end.
enum MetricBenchmark {
    static let commands = [
        Command(
            "metrics", "log scalar points to a run that is durable at the end",
            options: [
                Option("--points", "N", "how many points (default 1000000)"),
                Option("--store", "DIR", "where the runs go"),
                Option("--repeat", "K", "how many times (default 3)"),
                Option("--threads", "T", "how many threads share the metric (default 1)"),
            ]
        ) { try await metrics($0) }
    ]

    private static func metrics(_ arguments: Arguments) async throws -> ExitStatus {
        let points = try arguments.integer("--points", default: 1_000_000)
        let threads = try arguments.integer("--threads", default: 1)
        let folder = try arguments.required("--store")
        var logging: [Double] = []
        var bytes = 0
        var measurement = try await Measurement(
            "metrics", case: threads == 1 ? "points" : "points from \(threads) threads",
            repeat: try arguments.integer("--repeat", default: 3)
        ) {
            let run = try Run.start("benchmark", experiment: "benchmark", in: folder)
            let loss = run.metric("loss")
            let started = ContinuousClock.now
            if threads == 1 {
                for step in 0..<points { loss.log(Double(step) * 0.5, step: step) }
            } else {
                await withTaskGroup(of: Void.self) { group in
                    for thread in 0..<threads {
                        group.addTask {
                            for step in stride(from: thread, to: points, by: threads) {
                                loss.log(Double(step) * 0.5, step: step)
                            }
                        }
                    }
                }
            }
            logging.append((ContinuousClock.now - started) / .seconds(1))
            try run.finish()
            bytes = try journalSize(of: run.folder)
        }
        let lastLogging = logging.sorted()[logging.count / 2]
        measurement.details = [
            "points": .integer(Int64(points)),
            "nanoseconds_per_point": .number(measurement.median / Double(points) * 1e9),
            "nanoseconds_per_call": .number(lastLogging / Double(points) * 1e9),
            "bytes_per_point": .number(Double(bytes) / Double(points)),
        ]
        measurement.report()
        return .success
    }

    private static func journalSize(of folder: String) throws -> Int {
        let journals = folder + "/journal"
        return try FileManager.default.contentsOfDirectory(atPath: journals).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: journals + "/" + name)
            return sum + (attributes[.size] as? Int ?? 0)
        }
    }
}
