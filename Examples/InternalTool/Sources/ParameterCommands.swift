// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import Foundation
import ParameterLoading

/// `mlops params`: read parameter files, and resolve them as a program would.
enum ParameterCommands {
    static let commands = [
        Command(
            "params parse", "a .yaml, .toml or .json file as JSON, one line a document", operands: "FILE",
            options: [Option("--typed", nil, "TOML only: the tagged JSON of the toml-test suite")], run: parse
        ),
        Command(
            "params resolve", "merge parameter files, environment and overrides, and print the result",
            operands: "FILE...",
            options: [
                Option("--env-prefix", "P", "take environment variables that begin with P"),
                Option("--set", "KEY=VALUE", "override a value, in Hydra's grammar", isRepeatable: true),
                Option("--explain", nil, "print where each value came from and what it shadows"),
                Option("--freeze", "OUT", "write the canonical record with its digest"),
            ], run: resolve),
        Command(
            "params diff", "what changed between two parameter files, frozen or not; exits 1 if they differ",
            operands: "EARLIER LATER", options: [Output.json],
            run: difference),
    ]

    private static func parse(_ arguments: Arguments) async throws -> ExitStatus {
        let path = try arguments.operand(0)
        guard let format = ParameterFormat(path: path) else {
            throw UsageError("'\(path)' must end with .yaml, .yml, .toml or .json")
        }
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw UsageError("'\(path)' cannot be read: \(error.localizedDescription)")
        }
        var lines: [[UInt8]]
        if arguments.has("--typed") {
            guard format == .toml else { throw UsageError("--typed is for TOML files") }
            lines = [try ParameterText.taggedJSON(ofTOML: bytes, name: path)]
        } else {
            lines = try ParameterText.jsonLines(bytes, format: format, name: path)
        }
        FileHandle.standardOutput.write(Data(lines.flatMap { $0 + [0x0a] }))
        return .success
    }

    private static func resolve(_ arguments: Arguments) async throws -> ExitStatus {
        var sources = arguments.operands.map { ParameterSource.file($0) }
        if let prefix = arguments.all("--env-prefix").first { sources.append(.environment(prefix: prefix)) }
        sources.append(.commandLine(arguments.all("--set")))
        let parameters = try Parameters.load(ParameterValue.self, from: sources)
        if let path = arguments.all("--freeze").first { try parameters.frozen.write(to: path) }
        print(arguments.has("--explain") ? parameters.explanation() : parameters.json())
        FileHandle.standardError.write(Data("digest \(parameters.digest)\n".utf8))
        return .success
    }

    private static func difference(_ arguments: Arguments) async throws -> ExitStatus {
        let (earlier, later) = (try frozen(arguments.operand(0)), try frozen(arguments.operand(1)))
        let differences = later.differences(from: earlier)
        if arguments.has("--json") {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(differences.map(Row.init)), as: UTF8.self))
        } else {
            for difference in differences { print(difference) }
        }
        return differences.isEmpty ? .success : .negative
    }

    /// What a frozen file records with its origins, or what another file resolves to.
    private static func frozen(_ path: String) throws -> FrozenParameters {
        if let frozen = try? FrozenParameters(contentsOf: path) { return frozen }
        return try Parameters.load(ParameterValue.self, from: .file(path)).frozen
    }

    /// A difference as JSON.
    private struct Row: Encodable {
        var kind, key: String
        var before, after, originBefore, originAfter: String?

        init(_ difference: ParameterDifference) {
            kind = "\(difference.kind)"
            key = difference.keyPath
            (before, after) = (difference.before, difference.after)
            (originBefore, originAfter) = (difference.originBefore, difference.originAfter)
        }
    }
}
