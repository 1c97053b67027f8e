// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import ParameterLoading

/// `benchmarks params`: from a file to resolved parameters.
enum ParameterBenchmark {
    static let commands = [
        Command(
            "params", "read a parameter file into a resolved tree with places",
            options: [
                Option("--file", "FILE", "a .yaml, .toml or .json file"),
                Option("--repeat", "N", "how often (default 20)"),
            ], run: run)
    ]

    private static func run(_ arguments: Arguments) async throws -> ExitStatus {
        let path = try arguments.required("--file")
        let count = try arguments.integer("--repeat", default: 20)
        var leaves = 0
        var resolved = try await Measurement("params", case: "file to resolved tree", repeat: count) {
            leaves = try ParameterTree.load(.file(path)).leafCount
        }
        resolved.details = ["leaves": .integer(Int64(leaves))]
        resolved.report()
        // The same, and then decoded, canonicalised and hashed.
        var digest = ""
        var frozen = try await Measurement("params", case: "file to frozen parameters", repeat: count) {
            digest = try Parameters.load(from: .file(path)).digest.description
        }
        frozen.details = ["digest": .string(digest)]
        frozen.report()
        return .success
    }
}
