// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import Foundation
import TableReading
import TreeEnsembles

/// `mlops predict` and `mlops inspect`: what a model answers, and what it is.
enum TreeCommands {
    static let commands = [predict, inspect]

    private static let predict = Command(
        "predict", "score the rows of a CSV file with a model", operands: "MODEL",
        options: [
            Option("--csv", "FILE|-", "the rows, with a header; an empty field is missing"),
            Option(
                "--output", "raw|value|class|leaf|contributions", "what to print for each row; default: value"
            ),
            Option(
                "--iterations", "N|best",
                "only the first N boosting rounds, or those up to the best that training recorded"),
            Option("--threads", "N", "how many threads may work; default: 1"),
        ]
    ) { arguments in
        let model = try rounds(of: try TreeEnsemble(contentsOf: try arguments.operand(0)), arguments)
        let matrix = try matrix(of: try table(try arguments.required("--csv")), for: model)
        let threads = try arguments.integer("--threads", default: 1)
        let output = try arguments.choice(
            "--output", of: ["raw", "value", "class", "leaf", "contributions"], default: "value")
        switch output {
        case "leaf":
            let leaves = try model.leaves(for: matrix, threads: threads)
            write(rows: leaves.rowCount, width: leaves.treeCount) { "\(leaves[$0, $1])" }
        case "class":
            let classes = try model.classes(for: matrix, threads: threads)
            let names = model.classNames
            write(rows: classes.count, width: 1) { row, _ in
                names.indices.contains(classes[row]) ? names[classes[row]] : "\(classes[row])"
            }
        case "contributions":
            let contributions = try model.contributions(for: matrix, threads: threads)
            let width = contributions.outputCount * (contributions.featureCount + 1)
            write(rows: contributions.rowCount, width: width) {
                "\(contributions.elements[$0 * width + $1])"
            }
        default:
            let scores =
                output == "raw"
                ? try model.rawScores(for: matrix, threads: threads)
                : try model.values(for: matrix, threads: threads)
            write(rows: scores.rowCount, width: scores.outputCount) { scores.text(row: $0, output: $1) }
        }
        return .success
    }

    private static let inspect = Command(
        "inspect", "what a model file is: its objective, trees, features and outputs", operands: "MODEL",
        options: [
            Output.json,
            Option("--tree", "N", "print one tree, counted from 0"),
            Option("--svg", "FILE", "with --tree: draw the tree into a file for browsers instead"),
        ]
    ) { arguments in
        if arguments.has("--svg"), !arguments.has("--tree") { throw UsageError("--svg needs --tree") }
        let model = try TreeEnsemble(contentsOf: try arguments.operand(0))
        if arguments.has("--tree") {
            let tree = try arguments.integer("--tree", default: 0, atLeast: 0)
            if let file = arguments["--svg"] {
                try Data(try model.svg(ofTree: tree).utf8).write(to: URL(filePath: file), options: .atomic)
            } else {
                print(try model.text(ofTree: tree))
            }
        } else if arguments.has("--json") {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(model.information), as: UTF8.self))
        } else {
            print(report(of: model))
        }
        return .success
    }

    /// The model with the boosting rounds that the options name.
    private static func rounds(of model: TreeEnsemble, _ arguments: Arguments) throws -> TreeEnsemble {
        guard arguments.has("--iterations") else { return model }
        if arguments["--iterations"] == "best" {
            guard let best = model.bestIteration else {
                throw UsageError("the model records no best iteration; give '--iterations' a number")
            }
            return try model.sliced(iterations: 0..<best + 1)
        }
        return try model.sliced(
            iterations: 0..<arguments.integer("--iterations", default: model.iterationCount, atLeast: 1))
    }

    /// The rows of a file, or of standard input.
    private static func table(_ path: String) throws -> Table {
        var options = TableOptions()
        options.infersTimestamps = false
        options.missingMarkers = ["", "NA", "nan", "NaN", "null"]
        guard path == "-" else { return try Table(contentsOf: path, options: options) }
        return try Table(
            parsing: Array(FileHandle.standardInput.readDataToEndOfFile()), name: "standard input.csv",
            options: options)
    }

    /// The columns in the terms of the model: names of categories where it records them, else numbers.
    private static func matrix(of table: Table, for model: TreeEnsemble) throws -> FeatureMatrix {
        let names = table.columns.map(\.name)
        let byName = model.features.allSatisfy { $0.name.map(names.contains) ?? false }
        guard byName || names.count == model.features.count else {
            throw UsageError(
                "the file has \(names.count) columns, the model takes \(model.features.count) features, and "
                    + "their names do not match")
        }
        var features: [String: Feature] = [:]
        for (index, feature) in model.features.enumerated() {
            features[byName ? feature.name ?? "" : names[index]] = feature
        }
        var columns: [FeatureColumn] = []
        for column in table.columns {
            if let feature = features[column.name],
                !feature.categories.isEmpty || feature.kind == .categorical && column.type == .string
            {
                columns.append(.categories((0..<table.rowCount).map { text(of: column[$0]) }))
            } else {
                columns.append(.doubles(try numbers(column, isUsed: features[column.name] != nil)))
            }
        }
        return try FeatureMatrix(columns: columns, names: byName ? names : nil)
    }

    private static func text(of value: ColumnValue) -> String? {
        if case .missing = value { nil } else { "\(value)" }
    }

    private static func numbers(_ column: Column, isUsed: Bool) throws -> [Double] {
        guard column.type == .string else { return try column.doubles }
        return try column.strings.enumerated().map { row, text in
            guard let text, isUsed else { return .nan }
            guard let number = Double(text) else {
                throw UsageError("row \(row + 1) of column '\(column.name)' holds '\(text)', not a number")
            }
            return number
        }
    }

    private static func write(rows: Int, width: Int, _ text: (Int, Int) -> String) {
        var lines = ""
        for row in 0..<rows {
            for column in 0..<width {
                if column > 0 { lines += "," }
                lines += text(row, column)
            }
            lines += "\n"
            if lines.utf8.count > 1 << 16 {
                FileHandle.standardOutput.write(Data(lines.utf8))
                lines = ""
            }
        }
        FileHandle.standardOutput.write(Data(lines.utf8))
    }

    private static func report(of model: TreeEnsemble) -> String {
        let information = model.information
        var lines = [model.description]
        lines.append("format:      \(information.library) \(information.version), \(information.format)")
        lines.append("objective:   \(information.objective)")
        lines.append(
            "trees:       \(information.treeCount) in \(information.iterationCount) iterations, "
                + "\(information.nodeCount) nodes, depth up to \(information.maximumDepth)")
        lines.append("outputs:     \(information.valueCount) (raw scores: \(information.rawScoreCount))")
        lines.append("used:        \(information.usedFeatureCount) of \(information.features.count) features")
        if let memory = information.memory {
            lines.append(
                "memory:      \(memory.batchForm) bytes for batches (\(short(memory.batchFormPerNode)) a node), "
                    + "\(memory.rowForm) for single rows, \(memory.tables) for tables")
        }
        for fact in information.facts { lines.append("\(fact.key): \(fact.value)") }
        var table = TextTable(["feature", "kind", "splits", "gain", "cover"])
        let used = information.importance.filter { $0.splits > 0 }
        for feature in used.sorted(by: { $0.splits > $1.splits }) {
            table.add([
                feature.name, feature.kind.rawValue, "\(feature.splits)", feature.gain.map(short) ?? "",
                feature.cover.map(short) ?? "",
            ])
        }
        return (lines + ["", table.text]).joined(separator: "\n")
    }

    private static func short(_ number: Double) -> String { String(format: "%.6g", number) }
}
