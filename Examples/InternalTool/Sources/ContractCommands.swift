// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import DataContracts
import Foundation
import TableReading

/// `mlops contract …` and `mlops drift`: what data must look like, and how far it moved.
enum ContractCommands {
    static let commands = [
        Command(
            "contract infer", "print the contract that a good table stands for", operands: "FILE",
            options: [
                Option("--output", "FILE", "write it there instead"),
                Option("--allow-other-columns", nil, "let columns pass that have no rule"),
                Option("--any-row-count", nil, "do not bound the count of rows"),
            ]
        ) { try infer($0) },
        Command(
            "contract check", "check a table against a contract: 1 where it is broken",
            operands: "CONTRACT FILE",
            options: [Output.json]
        ) { try check($0) },
        Command(
            "profile", "print what the columns of a table look like", operands: "FILE", options: [Output.json]
        ) {
            try profile($0)
        },
        Command(
            "drift", "tell how far a table moved from a reference: 1 where a column drifted",
            operands: "REFERENCE CURRENT",
            options: [
                Option(
                    "--contract", "FILE",
                    "compare only the columns it names, and check the current table first"),
                Option("--column", "NAME", "compare only this column", isRepeatable: true),
                Option("--level", "P", "the level of the tests (default 0.05)"),
                Option("--minimum-psi", "X", "the stability index that any drift exceeds (default 0.1)"),
                Output.json,
            ]
        ) { try drift($0) },
    ]

    private static func table(_ path: String) throws -> Table {
        path == "-"
            ? try Table(
                parsing: Array(FileHandle.standardInput.readDataToEndOfFile()), name: "standard input")
            : try Table(contentsOf: path)
    }

    private static func contract(_ path: String) throws -> DataContract {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw UsageError("the contract '\(path)' cannot be read")
        }
        do {
            return try DataContract(parsing: Array(data))
        } catch {
            throw UsageError("\(path): \(error)")
        }
    }

    private static func infer(_ arguments: Arguments) throws -> ExitStatus {
        var options = InferenceOptions()
        if arguments.has("--any-row-count") { options.rowFactors = nil }
        var contract = try DataContract.infer(from: table(arguments.operand(0)), options: options)
        contract.allowsOtherColumns = arguments.has("--allow-other-columns")
        let bytes = try contract.encoded() + [UInt8(ascii: "\n")]
        if let path = arguments["--output"] {
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } else {
            FileHandle.standardOutput.write(Data(bytes))
        }
        return .success
    }

    private static func check(_ arguments: Arguments) throws -> ExitStatus {
        let report = try contract(arguments.operand(0)).check(table(arguments.operand(1)))
        if arguments.has("--json") {
            Output.write(
                .object([
                    "passes": .bool(report.passes),
                    "findings": try JSONValue(parsing: CanonicalJSON.encode(report.findings)),
                ]))
        } else {
            print(report)
            for note in report.notes { print("note: \(note)") }
        }
        return report.passes ? .success : .negative
    }

    private static func profile(_ arguments: Arguments) throws -> ExitStatus {
        let profile = try table(arguments.operand(0)).profile
        if arguments.has("--json") {
            Output.write(try JSONValue(parsing: CanonicalJSON.encode(profile)))
        } else {
            print(text(profile))
        }
        return .success
    }

    /// A profile as aligned lines.
    static func text(_ profile: TableProfile) -> String {
        var table = TextTable([
            "column", "type", "missing", "distinct", "mean", "deviation", "least", "median", "most",
            "frequent",
        ])
        func short(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "" }
        for column in profile.columns {
            let isNumeric = column.isNumeric
            table.add([
                column.name, column.type.rawValue, String(format: "%.2f%%", 100 * column.missingRate),
                (column.distinct.isExact ? "" : "~") + String(column.distinct.count),
                isNumeric ? short(column.moments.mean) : "",
                isNumeric ? short(column.moments.standardDeviation) : "",
                isNumeric ? short(column.moments.minimum) : "",
                short(column.quantiles.quantile(0.5)), isNumeric ? short(column.moments.maximum) : "",
                column.values.top(3).map { "\($0.value.prefix(20)) (\($0.count))" }.joined(separator: ", "),
            ])
        }
        return "\(profile.rowCount) rows\n" + table.text
    }

    private static func drift(_ arguments: Arguments) throws -> ExitStatus {
        var options = DriftOptions()
        options.level = try arguments.number("--level") ?? options.level
        options.minimumStability = try arguments.number("--minimum-psi") ?? options.minimumStability
        var reference = try table(arguments.operand(0))
        let current = try table(arguments.operand(1))
        var report: ContractReport?
        if let path = arguments["--contract"] {
            let contract = try contract(path)
            report = contract.check(current)
            reference = reference.removing(reference.columns.map(\.name).filter { contract[$0] == nil })
        }
        if arguments.has("--column") { reference = try reference.selecting(arguments.all("--column")) }
        let drift = Drift.compare(reference, current, options: options)
        if arguments.has("--json") {
            var members: [String: JSONValue] = [
                "columns": try JSONValue(parsing: CanonicalJSON.encode(drift.columns)),
                "drifted": .array(drift.drifted.map { .string($0.name) }),
            ]
            if let report {
                members["problems"] = try JSONValue(parsing: CanonicalJSON.encode(report.problems))
            }
            Output.write(.object(members))
        } else {
            for problem in report?.problems ?? [] { print(problem) }
            print(drift)
        }
        return drift.isQuiet && report?.passes ?? true ? .success : .negative
    }
}
