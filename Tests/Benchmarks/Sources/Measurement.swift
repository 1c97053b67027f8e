// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// The seconds of repeated runs, and the line that reports them.
struct Measurement {
    let benchmark: String
    let name: String
    var seconds: [Double]
    var details: [String: JSONValue] = [:]

    /// Runs the body so many times and keeps each run's seconds.
    init(_ benchmark: String, case name: String, repeat count: Int = 1, _ body: () async throws -> Void)
        async rethrows
    {
        self.benchmark = benchmark
        self.name = name
        seconds = []
        for _ in 0..<count {
            let started = ContinuousClock.now
            try await body()
            seconds.append((ContinuousClock.now - started) / .seconds(1))
        }
    }

    /// The middle of the sorted seconds.
    var median: Double {
        let sorted = seconds.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// Prints `{"benchmark":…,"case":…,"median_seconds":…,"seconds":[…],…}`.
    func report() {
        var members = details
        members["benchmark"] = .string(benchmark)
        members["case"] = .string(name)
        members["seconds"] = .array(seconds.map { .number($0) })
        members["median_seconds"] = .number(median)
        print(String(decoding: CanonicalJSON.encode(.object(members)), as: UTF8.self))
    }
}
