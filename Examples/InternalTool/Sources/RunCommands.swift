// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import Foundation
import MetricLogging
import RunLineage

/// `mlops runs …`: what was run, from what, and why two runs differ.
enum RunCommands {
    private static let folder = Option("--runs", "FOLDER", "the folder of the runs (default: runs)")
    private static let experiment = Option("--experiment", "NAME", "only runs of this experiment")

    static let commands = [
        Command("runs list", "list runs, the oldest first", options: [folder, experiment, Output.json]) {
            try list($0)
        },
        Command(
            "runs show", "show a run: by identity, by name (the newest), or as experiment/name",
            operands: "RUN",
            options: [folder, experiment, Output.json]
        ) { try show($0) },
        Command(
            "runs compare", "name the first place where two runs part; ends with 1 unless all is equal",
            operands: "RUN RUN",
            options: [
                folder, experiment, Output.json,
                Option("--absolute", "D", "how far two values of a metric may lie apart"),
                Option("--relative", "D", "the same as a part of the larger magnitude"),
            ]
        ) { try compare($0) },
        Command(
            "runs export", "write a run in the format of another tool, or give it to a server",
            operands: "RUN",
            options: [
                folder, experiment, Option("--to", "FORMAT", "tensorboard, jsonl or mlflow"),
                Option("--output", "FOLDER", "where to write"), MLflowCommands.server,
                Option("--follow", nil, "go on until the run ends, for a TensorBoard that watches"),
            ]
        ) { try await export($0) },
        RunImport.command,
    ]

    private static func runs(_ arguments: Arguments) throws -> RunFolder {
        let path = arguments["--runs"] ?? "runs"
        guard FileManager.default.fileExists(atPath: path) else {
            throw UsageError("there is no folder '\(path)'; name the folder of the runs with --runs")
        }
        return RunFolder(path)
    }

    private static func list(_ arguments: Arguments) throws -> ExitStatus {
        let folder = try runs(arguments)
        let readers = try folder.runs(experiment: arguments["--experiment"]).map { try folder.open($0) }
        if arguments.has("--json") {
            Output.write(.array(readers.map { summary($0) }))
            return .success
        }
        var table = TextTable(["experiment", "name", "status", "started", "identity", "metrics"])
        for reader in readers {
            let values = reader.lastValues.sorted { $0.key < $1.key }.prefix(4).map {
                "\($0.key)=\(short($0.value))"
            }
            table.add([
                reader.info.experiment, reader.info.name, "\(reader.status)",
                reader.info.started.ISO8601Format(),
                reader.info.id, values.joined(separator: " "),
            ])
        }
        print(table.text)
        return .success
    }

    private static func show(_ arguments: Arguments) throws -> ExitStatus {
        let reader = try runs(arguments).find(arguments.operand(0), experiment: arguments["--experiment"])
        if arguments.has("--json") {
            Output.write(details(reader))
            return .success
        }
        print("\(reader.info.experiment)/\(reader.info.name)  \(reader.info.id)  \(reader.status)")
        print(
            "started \(reader.info.started.ISO8601Format())"
                + (reader.ended.map { ", ended \($0.ISO8601Format())" } ?? ""))
        if case .failed(let reason?) = reader.status { print("reason: \(reason)") }
        section("parameters", reader.parameters)
        section("tags", reader.tags)
        section("metrics", reader.lastValues.mapValues { "\($0)" })
        section(
            "artifacts",
            Dictionary(
                reader.artifacts.map { ($0.path, "\($0.size) bytes, \($0.digest.short)") },
                uniquingKeysWith: { $1 }))
        if let lineage = reader.lineage {
            print("lineage \(lineage.digest)")
            if let code = lineage.code {
                print(
                    "  code    \(code.commit.prefix(12)), local changes: \(code.changes?.description ?? "not recorded")"
                )
            }
            for data in lineage.data ?? [] { print("  data    \(data)  \(data.digest.short)") }
            if let parameters = lineage.parameters { print("  params  \(parameters.digest.short)") }
            for gap in lineage.gaps { print("  missing \(gap)") }
        }
        if !reader.losses.isEmpty { print("losses: \(lossText(reader.losses))") }
        return .success
    }

    private static func compare(_ arguments: Arguments) throws -> ExitStatus {
        let folder = try runs(arguments)
        let (left, right) = (
            try folder.find(arguments.operand(0), experiment: arguments["--experiment"]),
            try folder.find(arguments.operand(1), experiment: arguments["--experiment"])
        )
        let tolerance = MetricTolerance(
            absolute: try arguments.number("--absolute") ?? 0,
            relative: try arguments.number("--relative") ?? 0)
        let comparison = left.comparison(with: right, tolerance: tolerance)
        if arguments.has("--json") {
            Output.write(comparisonJSON(comparison))
        } else {
            print(comparison)
        }
        return comparison.firstDivergence == .none && comparison.partingOutput == nil ? .success : .negative
    }

    private static func export(_ arguments: Arguments) async throws -> ExitStatus {
        let reader = try runs(arguments).find(arguments.operand(0), experiment: arguments["--experiment"])
        guard arguments.has("--to") else { throw UsageError("the option '--to' is missing") }
        let format = try arguments.choice("--to", of: ["tensorboard", "jsonl", "mlflow"], default: "")
        if format == "mlflow" {
            print(try await MLflowCommands.export(reader, to: MLflowCommands.open(arguments)))
            return .success
        }
        let output = try arguments.required("--output")
        if format == "tensorboard" {
            let sink = TensorBoardSink(output, isLive: arguments.has("--follow"))
            if arguments.has("--follow") {
                try await RunMirror(of: reader.folder, to: sink).follow(every: .seconds(2))
            } else {
                try await reader.export(to: sink)
            }
            print(sink.folder(of: reader.info))
        } else {
            let sink = JSONLinesSink(output)
            try await reader.export(to: sink)
            print(sink.file(of: reader.info))
        }
        return .success
    }

    private static func short(_ value: Double) -> String { String(format: "%.6g", value) }

    private static func section(_ title: String, _ values: [String: String]) {
        guard !values.isEmpty else { return }
        print(title)
        let width = values.keys.map(\.count).max() ?? 0
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            print("  " + name + String(repeating: " ", count: width - name.count + 2) + value)
        }
    }

    static func lossText(_ losses: RunLosses) -> String {
        [
            (losses.droppedPoints, "points dropped"), (losses.refusedPoints, "points refused"),
            (losses.latePoints, "points after the end"), (losses.tornBytes, "bytes cut short"),
            (losses.damagedBytes, "bytes damaged"), (losses.missingFrames, "frames missing"),
            (losses.unknownRecords, "records unknown"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
