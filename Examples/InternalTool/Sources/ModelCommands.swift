// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import Foundation
import MetricLogging
import ModelRegistries
import RunLineage

/// `mlops models …`: versions of models, and the names that point at them.
enum ModelCommands {
    private static let note = [
        Option("--by", "WHO", "who makes the change (default: the user)"), Option("-m", "WHY", "why"),
    ]
    private static let evaluation = [
        Option("--metric", "NAME=VALUE", "what the model scored", isRepeatable: true),
        Option("--data", "NAME[@VERSION]=DIGEST", "the data that the metrics were measured on"),
    ]

    static let commands = [
        Command(
            "models register", "register a version of a model; the same again is the same version",
            operands: "MODEL",
            options: StoreLocation.options + [
                Option("--path", "PATH", "the model's file or folder, published into the store"),
                Option("--artifact", "NAME@N", "a version of an artifact that is in the store"),
                Option("--run", "RUN", "the run that made it, with its lineage"),
                Option("--runs", "FOLDER", "the folder of the runs (default: runs)"),
                Option("--input", "NAME[:KIND]", "an input (default kind: float)", isRepeatable: true),
                Option("--output", "NAME[:KIND]", "an output (default kind: float)", isRepeatable: true),
                Option("--tag", "NAME=VALUE", "a tag", isRepeatable: true), Output.json,
            ] + evaluation + note
        ) { try await register($0) },
        Command(
            "models list", "list models, or the versions of one", operands: "[MODEL]",
            options: StoreLocation.options + [Output.json]
        ) { try await list($0) },
        Command(
            "models show", "show a version: MODEL@3, MODEL@champion, or the newest",
            operands: "MODEL[@VERSION]",
            options: StoreLocation.options + [Output.json]
        ) { try await show($0) },
        Command(
            "models evaluate", "add what a version scored", operands: "MODEL@VERSION",
            options: StoreLocation.options + evaluation + note
        ) { try await evaluate($0) },
        Command(
            "models approve", "say that a version may be used", operands: "MODEL@VERSION",
            options: StoreLocation.options + note
        ) { try await approve($0) },
        Command(
            "models archive", "take a version out of use", operands: "MODEL@VERSION",
            options: StoreLocation.options + note
        ) { try await archive($0) },
        Command(
            "models promote", "let an alias point at a version if the gates pass; ends with 1 if one refuses",
            operands: "MODEL@VERSION ALIAS",
            options: StoreLocation.options + [
                Option(
                    "--if", "GATE",
                    "lineage, verified, signature, approved=N, or beats=ALIAS:METRIC:MARGIN[:lower]",
                    isRepeatable: true), Output.json,
            ] + note
        ) { try await promote($0) },
        Command(
            "models rollback", "let an alias point again at the version before", operands: "MODEL ALIAS",
            options: StoreLocation.options + note
        ) { try await rollBack($0) },
        Command(
            "models history", "list everything that happened to a model", operands: "MODEL",
            options: StoreLocation.options + [Output.json]
        ) { try await history($0) },
        Command(
            "models verify",
            "read a version's files and lineage again; ends with 1 if they are not what they were",
            operands: "MODEL[@VERSION]", options: StoreLocation.options
        ) { try await verify($0) },
    ]

    static func registry(_ arguments: Arguments) throws -> ObjectStoreModelRegistry {
        ObjectStoreModelRegistry(try StoreLocation.open(arguments))
    }

    private static func register(_ arguments: Arguments) async throws -> ExitStatus {
        let model = try arguments.operand(0)
        let store = try StoreLocation.open(arguments)
        let artifacts = ArtifactStore(store)
        let artifact: ArtifactVersion
        switch (arguments["--path"], arguments["--artifact"]) {
        case (let path?, nil): artifact = try await artifacts.publish(model, contentsOf: path)
        case (nil, let reference?): artifact = try await artifacts.version(reference)
        default: throw UsageError("give one of '--path' and '--artifact'")
        }
        let run = try arguments["--run"].map {
            try RunFolder(arguments["--runs"] ?? "runs").find($0).reference
        }
        let (inputs, outputs) = (fields(arguments.all("--input")), fields(arguments.all("--output")))
        let version = try await ObjectStoreModelRegistry(store).register(
            model, artifact: artifact, run: run,
            signature: inputs.isEmpty && outputs.isEmpty
                ? nil : ModelSignature(inputs: inputs, outputs: outputs),
            evaluations: try evaluationGiven(arguments).map { [$0] } ?? [],
            tags: try pairs(arguments.all("--tag"), "--tag"), by: arguments["--by"], why: arguments["-m"])
        if arguments.has("--json") {
            Output.write(json(version, aliases: [:]))
        } else {
            print(version)
        }
        return .success
    }

    private static func evaluate(_ arguments: Arguments) async throws -> ExitStatus {
        let registry = try registry(arguments)
        guard let evaluation = try evaluationGiven(arguments) else {
            throw UsageError("give '--metric' and '--data'")
        }
        let version = try await registry.find(arguments.operand(0))
        try await registry.record(evaluation, of: version, by: arguments["--by"], why: arguments["-m"])
        return .success
    }

    private static func approve(_ arguments: Arguments) async throws -> ExitStatus {
        let registry = try registry(arguments)
        let version = try await registry.find(arguments.operand(0))
        try await registry.approve(version, by: arguments["--by"], why: arguments["-m"])
        return .success
    }

    private static func archive(_ arguments: Arguments) async throws -> ExitStatus {
        let registry = try registry(arguments)
        let version = try await registry.find(arguments.operand(0))
        try await registry.archive(version, by: arguments["--by"], why: arguments["-m"])
        return .success
    }

    private static func promote(_ arguments: Arguments) async throws -> ExitStatus {
        let registry = try registry(arguments)
        let gates = try arguments.all("--if").map(gate)
        let version = try await registry.find(arguments.operand(0))
        let alias = try arguments.operand(1)
        var isPromoted = true
        var results: [GateResult]
        do {
            results = try await registry.promote(
                version, to: alias, if: gates, by: arguments["--by"], why: arguments["-m"])
        } catch let error as RegistryError where error.code == .gateRefused {
            isPromoted = false
            results = error.gates
        }
        if arguments.has("--json") {
            Output.write(
                .object([
                    "version": .string("\(version)"), "alias": .string(alias), "promoted": .bool(isPromoted),
                    "gates": .array(results.map(json)),
                ]))
        } else {
            for result in results { print(result) }
            print(
                isPromoted
                    ? "\(version.model)@\(alias) is \(version)" : "\(version) was not promoted to \(alias)")
        }
        return isPromoted ? .success : .negative
    }

    private static func rollBack(_ arguments: Arguments) async throws -> ExitStatus {
        let (model, alias) = (try arguments.operand(0), try arguments.operand(1))
        let version = try await registry(arguments).rollBack(
            model, alias, by: arguments["--by"], why: arguments["-m"])
        print("\(model)@\(alias) is \(version)")
        return .success
    }

    private static func verify(_ arguments: Arguments) async throws -> ExitStatus {
        let registry = try registry(arguments)
        let version = try await registry.find(arguments.operand(0))
        var isSound = true
        switch try await registry.artifactIsIntact(of: version) {
        case true?: print("files    intact, \(version.artifact.digest)")
        case false?:
            print("files    NOT what was registered, \(version.artifact.digest)")
            isSound = false
        case nil:
            print("files    cannot be read by this registry")
            isSound = false
        }
        do {
            let lineage = try await registry.lineage(of: version)
            print("lineage  " + (lineage.map { "intact, \($0.digest)" } ?? "none was registered"))
            for gap in lineage?.gaps ?? [] { print("         \(gap)") }
        } catch {
            print("lineage  \(error)")
            isSound = false
        }
        return isSound ? .success : .negative
    }
}
