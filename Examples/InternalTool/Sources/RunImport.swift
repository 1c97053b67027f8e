// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import Foundation
import MetricLogging
import RunLineage

/// `mlops runs import`: makes a run of JSON lines, so that a program in any language can log one.
///
/// The lines are those that `runs export --to jsonl` writes: an object each, whose member `event` is `start`,
/// `parameter`, `tag`, `metric`, `histogram` (with `values`), `artifact` (with `file`), `lineage`, `flush` or `end`.
/// A `flush` is answered by a line on standard output when everything before it is on the disk.
struct RunImport {
    static let command = Command(
        "runs import",
        "make a run of JSON lines, as 'runs export --to jsonl' writes them; '-' reads what comes in",
        operands: "FILE",
        options: [Option("--runs", "FOLDER", "the folder of the runs (default: runs)")]
    ) { arguments in
        var importer = RunImport(folder: arguments["--runs"] ?? "runs")
        return try importer.read(arguments.operand(0))
    }

    private let folder: String
    private var run: Run?
    private var points = 0
    private var hasEnded = false

    private init(folder: String) { self.folder = folder }

    private mutating func read(_ file: String) throws -> ExitStatus {
        let lines: AnyIterator<String>
        if file == "-" {
            lines = AnyIterator { readLine() }
        } else {
            guard let content = FileManager.default.contents(atPath: file) else {
                throw UsageError("the file '\(file)' cannot be read")
            }
            let text = String(decoding: content, as: UTF8.self)
            lines = AnyIterator(
                text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).makeIterator())
        }
        var number = 0
        while let line = lines.next() {
            number += 1
            if line.isEmpty { continue }
            do {
                try take(JSONValue(parsing: Array(line.utf8)))
            } catch let error as JSONParseError {
                throw UsageError("\(file):\(number):\(error.column): \(error.message)")
            } catch let error as UsageError {
                throw UsageError("\(file):\(number): \(error.description)")
            }
        }
        guard let run else { throw UsageError("\(file): there is no line with the event 'start'") }
        if !hasEnded { try run.finish() }
        print(run.folder)
        return .success
    }

    private mutating func take(_ line: JSONValue) throws {
        let event = try text("event", in: line)
        if event == "start" {
            guard run == nil else { throw UsageError("a second event 'start'") }
            run = try Run.start(
                text("name", in: line), experiment: text("experiment", in: line), in: folder,
                lineage: line["lineage"].map(lineage) ?? LineageRecord())
            return
        }
        guard let run else { throw UsageError("the first event must be 'start', not '\(event)'") }
        switch event {
        case "parameter": try run.log(parameters: [text("name", in: line): text("value", in: line)])
        case "tag": try run.set(tags: [text("name", in: line): text("value", in: line)])
        case "metric":
            let value = try number("value", in: line)
            if let step = line["step"]?.integer {
                run.metric(try text("name", in: line)).log(value, step: Int(step))
            } else {
                run.metric(try text("name", in: line)).log(value)
            }
            points += 1
        case "histogram":
            let values = try (line["values"]?.array ?? []).map { try number($0) }
            try run.log(
                histogram: text("name", in: line), of: values, step: Int(line["step"]?.integer ?? 0),
                buckets: Int(line["buckets"]?.integer ?? 30))
        case "artifact":
            try run.log(artifact: text("file", in: line), as: line["path"]?.string)
        case "lineage": try run.record(lineage(line["lineage"] ?? .null))
        case "flush":
            try run.flush()
            // Written at once, not kept in a buffer: whoever waits for it may kill this process next.
            FileHandle.standardOutput.write(Data("flushed \(points)\n".utf8))
        case "end":
            hasEnded = true
            if line["status"]?.string == "failed" {
                try run.fail(line["reason"]?.string)
            } else {
                try run.finish()
            }
        default: throw UsageError("unknown event '\(event)'")
        }
    }

    private func lineage(_ value: JSONValue) throws -> LineageRecord {
        try LineageRecord(canonicalJSON: CanonicalJSON.encode(value))
    }

    private func text(_ name: String, in line: JSONValue) throws -> String {
        guard let text = line[name]?.string else { throw UsageError("the member '\(name)' must be a text") }
        return text
    }

    private func number(_ name: String, in line: JSONValue) throws -> Double {
        guard let value = line[name] else { throw UsageError("the member '\(name)' is missing") }
        return try number(value)
    }

    private func number(_ value: JSONValue) throws -> Double {
        if let number = value.double { return number }
        switch value.string {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: throw UsageError("expected a number, or the text NaN, Infinity or -Infinity")
        }
    }
}
