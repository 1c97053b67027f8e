// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import DatasetVersioning
import Foundation
import TableReading

/// `mlops data diff`, `export-dvc` and `import-dvc`.
enum DataDifferenceCommands {
    static let commands = [
        Command(
            "data diff", "show what two versions differ in: files, columns, rows",
            operands: "NAME@BEFORE NAME@NOW",
            options: StoreLocation.options + [
                Option(
                    "--key", "COLUMN", "a column that names a row; without one rows are compared as a whole",
                    isRepeatable: true),
                Option("--files-only", nil, "do not compare rows"),
                Option(
                    "--memory", "MIB",
                    "how many MiB of rows are held in memory (default 64); more goes to a file in TMPDIR"),
                Output.json,
            ]
        ) { try await diff($0) },
        Command(
            "data export-dvc", "write a version into a DVC repository: cache objects and a .dvc file",
            operands: "NAME[@VERSION] REPOSITORY",
            options: StoreLocation.options + [
                Option("--path", "PATH", "where the data will be in the repository; else the dataset's name")
            ]
        ) { try await exportDVC($0) },
        Command(
            "data import-dvc", "keep what a .dvc file names, from the cache of its repository",
            operands: "NAME FILE",
            options: StoreLocation.options + [
                Option("-m", "MESSAGE", "why it is made"),
                Option("--cache", "FOLDER", "the cache; else the one the repository's configuration names"),
                Output.json,
            ]
        ) { try await importDVC($0) },
    ]

    private static func diff(_ arguments: Arguments) async throws -> ExitStatus {
        let datasets = try DataCommands.datasets(arguments) { options in
            options.rowDifferenceMemory =
                min(try arguments.integer("--memory", default: options.rowDifferenceMemory >> 20), 1 << 40)
                << 20
        }
        let diff = try await datasets.diff(
            arguments.operand(0), arguments.operand(1),
            key: arguments.all("--key").flatMap { $0.split(separator: ",").map(String.init) },
            comparesRows: !arguments.has("--files-only"))
        if arguments.has("--json") {
            Output.write(try JSONValue(parsing: CanonicalJSON.encode(diff)))
            return .success
        }
        if diff.isEmpty {
            print("\(diff.before) and \(diff.now) are equal: \(diff.equalFileCount) files")
            return .success
        }
        print("\(diff.before) -> \(diff.now)")
        for path in diff.addedFiles { print("+ file \(path)") }
        for path in diff.removedFiles { print("- file \(path)") }
        for file in diff.changedFiles {
            print(
                "~ file \(file.path)  \(ByteCount.text(file.sizeBefore)) -> \(ByteCount.text(file.sizeNow))"
                    + (file.hasEqualRows ? "  the same rows in another order or spelling" : ""))
        }
        if diff.equalFileCount > 0 { print("= \(diff.equalFileCount) files are equal") }
        if let schema = diff.schema {
            for field in schema.added { print("+ column \(field.name) \(field.type.rawValue)") }
            for field in schema.removed { print("- column \(field.name) \(field.type.rawValue)") }
            for change in schema.retyped {
                print("~ column \(change.name) \(change.before.rawValue) -> \(change.now.rawValue)")
            }
            if schema.isReordered { print("~ the columns stand in another order") }
        }
        if let rows = diff.rows { print(text(rows)) }
        return .success
    }

    private static func text(_ rows: RowDiff) -> String {
        var lines = [
            "rows: \(rows.added) added, \(rows.removed) removed"
                + (rows.key.isEmpty ? "" : ", \(rows.changed) changed") + ", \(rows.equal) equal"
        ]
        if rows.ambiguous > 0 {
            lines.append(
                "\(rows.ambiguous) rows were left out: their key (\(rows.key.joined(separator: ", "))) stands in several rows"
            )
        }
        for (column, count) in rows.columnChanges.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("~ \(column) changed in \(count) rows")
        }
        for row in rows.addedExamples { lines.append("+ " + row.key.joined(separator: ", ")) }
        for row in rows.removedExamples { lines.append("- " + row.key.joined(separator: ", ")) }
        for row in rows.changedExamples {
            let changes = row.changes.sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value.map { $0.isEmpty ? "missing" : $0 }.joined(separator: " -> "))" }
            lines.append("~ " + row.key.joined(separator: ", ") + ": " + changes.joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }

    private static func exportDVC(_ arguments: Arguments) async throws -> ExitStatus {
        let datasets = try DataCommands.datasets(arguments)
        let path = try await datasets.exportDVC(
            arguments.operand(0), to: arguments.operand(1), path: arguments["--path"])
        print("wrote \(path); 'dvc checkout' restores the data")
        return .success
    }

    private static func importDVC(_ arguments: Arguments) async throws -> ExitStatus {
        let snapshot = try await DataCommands.datasets(arguments).importDVC(
            arguments.operand(0), from: arguments.operand(1), cache: arguments["--cache"],
            message: arguments["-m"] ?? "")
        if arguments.has("--json") {
            Output.write(.object(try DataCommands.describe(snapshot.version)))
        } else {
            print(snapshot)
        }
        return .success
    }
}
