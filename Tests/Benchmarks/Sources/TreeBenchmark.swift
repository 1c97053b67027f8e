// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import Foundation
import TreeEnsembles

/// `benchmarks trees` and `benchmarks load`.
enum TreeBenchmark {
    static let commands = [trees, load]

    private static let trees = Command(
        "trees", "the time of one predict call over all rows; with --rows 1 the latency of single rows",
        options: [
            Option("--model", "FILE", "the model"),
            Option("--f32", "FILE", "rows of little-endian float32"),
            Option("--features", "N", "how many numbers a row has"),
            Option("--rows", "R", "how many rows to score; default: all"),
            Option("--threads", "T", "default: 1"),
            Option("--repeat", "K", "default: 5"),
            Option("--output", "raw|value|contributions", "default: value"),
            Option("--kernel", "NAME", "swift, neon, avx2, avx512, reference or fastest, the default"),
        ]
    ) { arguments in
        let path = try arguments.required("--model")
        let kernel = try arguments.choice(
            "--kernel", of: ["fastest"] + KernelChoice.available.map(\.rawValue), default: "fastest")
        let model =
            try KernelChoice(rawValue: kernel).map { try TreeEnsemble(contentsOf: path, kernel: $0) }
            ?? TreeEnsemble(contentsOf: path)
        model.prepare()
        let width = try arguments.integer("--features", default: model.features.count)
        let numbers = try floats(try arguments.required("--f32"))
        let available = numbers.count / width
        let rows = min(try arguments.integer("--rows", default: available), available)
        let threads = try arguments.integer("--threads", default: 1)
        let count = try arguments.integer("--repeat", default: 5)
        let output = try arguments.choice(
            "--output", of: ["raw", "value", "contributions"], default: "value")
        if rows == 1, output != "contributions" {
            try await singleRows(model, numbers, width: width, repeat: count, output: output)
            return .success
        }
        let matrix = try FeatureMatrix(Array(numbers.prefix(rows * width)), columns: width)
        var checksum = 0.0
        var measurement = try await Measurement("trees", case: "\(output) of \(rows) rows", repeat: count) {
            let elements =
                switch output {
                case "raw": try model.rawScores(for: matrix, threads: threads).elements
                case "contributions": try model.contributions(for: matrix, threads: threads).elements
                default: try model.values(for: matrix, threads: threads).elements
                }
            checksum += elements.last ?? 0
        }
        measurement.details["rows"] = .number(Double(rows))
        measurement.details["threads"] = .number(Double(threads))
        measurement.details["microseconds_per_row"] = .number(measurement.median / Double(rows) * 1e6)
        measurement.details["checksum"] = .number(checksum)
        measurement.report()
        return .success
    }

    private static let load = Command(
        "load", "file to a model; with --rows file to the first answer",
        options: [
            Option("--model", "FILE", "the model"),
            Option("--write", "FILE", "write the model there in the compact form, and load that"),
            Option("--rows", "R", "also score so many rows with each loaded model; default: none"),
            Option("--f32", "FILE", "the rows, as in `benchmarks trees`; default: zeros"),
            Option("--repeat", "K", "default: 7"),
        ]
    ) { arguments in
        var path = try arguments.required("--model")
        if let compact = arguments["--write"] {
            try TreeEnsemble(contentsOf: path).write(to: compact)
            path = compact
        }
        let width = try TreeEnsemble(contentsOf: path).features.count
        let count = width * (try arguments.integer("--rows", default: 0, atLeast: 0))
        let numbers = try arguments["--f32"].map(floats) ?? [Float](repeating: 0, count: count)
        let rows = try FeatureMatrix(Array(numbers.prefix(count)), columns: width)
        var trees = 0
        var measurement = try await Measurement(
            "load", case: path, repeat: try arguments.integer("--repeat", default: 7)
        ) {
            let model = try TreeEnsemble(contentsOf: path)
            if rows.rowCount > 0 { _ = try model.values(for: rows) }
            trees += model.treeCount
        }
        measurement.details["trees"] = .number(Double(trees / max(measurement.seconds.count, 1)))
        let model = try TreeEnsemble(contentsOf: path)
        let nodes = model.information.nodeCount
        measurement.details["nodes"] = .number(Double(nodes))
        measurement.details["bytes_per_node"] = .number(
            model.memory.batchFormPerNode)
        measurement.details["row_form_bytes_per_node"] = .number(
            Double(model.memory.rowForm) / Double(max(nodes, 1)))
        measurement.report()
        return .success
    }

    /// The little-endian float32 of a file.
    private static func floats(_ path: String) throws -> [Float] {
        let bytes = try Data(contentsOf: URL(filePath: path))
        var numbers = [Float](repeating: 0, count: bytes.count / 4)
        _ = unsafe numbers.withUnsafeMutableBytes { unsafe bytes.copyBytes(to: $0) }
        return numbers
    }

    /// The latency of calls with one row each; every call takes another row.
    private static func singleRows(
        _ model: TreeEnsemble, _ numbers: [Float], width: Int, repeat count: Int, output: String
    ) async throws {
        var scorer = model.makeScorer()
        let rows = min(numbers.count / width, 20_000)
        var scores = [Double](repeating: 0, count: max(model.rawScoreCount, model.valueCount))
        var nanoseconds: [Double] = []
        nanoseconds.reserveCapacity(rows * count)
        let clock = ContinuousClock()
        for _ in 0..<count {
            for row in 0..<rows {
                let span = numbers.span.extracting(row * width..<(row + 1) * width)
                var result = scores.mutableSpan
                let started = clock.now
                if output == "raw" {
                    try scorer.rawScores(for: span, into: &result)
                } else {
                    try scorer.values(for: span, into: &result)
                }
                let time = (clock.now - started).components
                nanoseconds.append(Double(time.attoseconds) / 1e9)
            }
        }
        nanoseconds.sort()
        func quantile(_ part: Double) -> JSONValue {
            .number(nanoseconds[min(Int(part * Double(nanoseconds.count)), nanoseconds.count - 1)] / 1e9)
        }
        var measurement = await Measurement("trees", case: "\(output) of one row", repeat: 0) {}
        measurement.seconds = [nanoseconds[nanoseconds.count / 2] / 1e9]
        measurement.details = ["p50": quantile(0.5), "p99": quantile(0.99), "p99.9": quantile(0.999)]
        measurement.report()
    }
}
