// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import TestSupport
import Testing

/// Runs the release build of the reference pipeline; `Tests/run` builds it and says where it is.
@Suite(.enabled(if: Program.folder != nil, "Tests/run builds the pipeline first"), .serialized)
struct ReferencePipelineTests {
    private let pipeline = Program(name: "FlightDelay")

    private func json(_ file: URL) throws -> JSONValue {
        try JSONValue(parsing: Array(Data(contentsOf: file)))
    }

    /// What the program printed, without its last line, which says where the report is.
    private func findings(_ outcome: Program.Outcome) -> [Substring] {
        outcome.output.split(separator: "\n").dropLast()
    }

    @Test func agreesWithPythonAndRunsAgain() async throws {
        try await withTemporaryFolder { folder in
            let first = try await pipeline.run(["--output", folder.path])
            try #require(first.code == 0, "\(first.errors)")
            let written = try Data(contentsOf: folder.appending(path: "summary.json"))
            let summary = try json(folder.appending(path: "summary.json"))
            let expected = try json(
                Program.package.appending(path: "Examples/FlightDelay/expected/expected.json"))

            let scorings = try #require(summary["scorings"]?.array)
            #expect(scorings.count == 8)
            for scoring in scorings {
                let model = try #require(scoring["model"]?.string)
                let month = try #require(scoring["month"]?.string)
                #expect(scoring["rowsUnlikePython"] == .integer(0), "\(model) \(month)")
                #expect(scoring["rows"] == expected["rows"]?[month])
                let measured = try #require(scoring["rocAUC"]?.double)
                let wanted = try #require(expected["roc_auc"]?[model]?[month]?.double)
                #expect(abs(measured - wanted) < 1e-6, "\(model) \(month)")
            }

            let datasets = try #require(summary["datasets"]?.array)
            #expect(datasets.map { $0["reference"] } == (1...4).map { .string("flights@\($0)") })
            #expect(datasets.allSatisfy { $0["bytesAddedAgain"] == .integer(0) })

            let refusals = try #require(summary["refusals"]?.array)
            let reasons = refusals.compactMap { $0["reasons"]?.array?.first?.string }
            #expect(refusals.count == 4 && reasons.count == 4)
            for (reason, words) in zip(
                reasons, [["gate"], ["dest"], ["distance", "118"], ["tailnum", "row"]])
            {
                for word in words { #expect(reason.contains(word), "\(reason)") }
            }

            let report = try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
            #expect(report.components(separatedBy: "<svg").count == 6)
            #expect(!report.contains("http") && !report.contains("<script") && !report.contains("<link"))

            let second = try await pipeline.run(["--output", folder.path])
            #expect(second.code == 0, "\(second.errors)")
            #expect(try Data(contentsOf: folder.appending(path: "summary.json")) == written)
            #expect(second.output == first.output)
        }
    }

    @Test func endsWithTheSameResultHoweverOftenItIsKilled() async throws {
        try await withTemporaryFolder { folder in
            let started = ContinuousClock.now
            let whole = try await pipeline.run(["--output", folder.appending(path: "whole").path])
            let seconds = (ContinuousClock.now - started) / .seconds(1)
            try #require(whole.code == 0, "\(whole.errors)")
            let killed = folder.appending(path: "killed")
            var random = SeededGenerator(seed: 20_130_601)
            var kills = 0
            for _ in 0..<8 {
                let moment = Double.random(in: 0.02...0.98, using: &random) * seconds
                let outcome = try await pipeline.run(["--output", killed.path], killAfter: moment)
                if outcome.code != 0 { kills += 1 }
            }
            #expect(kills > 0)
            let final = try await pipeline.run(["--output", killed.path])
            #expect(final.code == 0, "\(final.errors)")
            #expect(findings(final) == findings(whole))
            #expect(
                try Data(contentsOf: killed.appending(path: "summary.json"))
                    == Data(contentsOf: folder.appending(path: "whole/summary.json")))
        }
    }

    /// Ways to spoil a copy of the example's folder, and words that the one message must hold.
    enum Damage: String, CaseIterable {
        case missingModel = "models/xgboost.json: the file cannot be opened: No such file"
        case truncatedModel = "models/xgboost.json"
        case unknownFormat = "models/lightgbm.txt"
        case wrongHeader = "flights-2013-07.csv.gz"
        case unknownKey = "params.yaml:4:1"

        func apply(to folder: URL) throws {
            switch self {
            case .missingModel:
                try FileManager.default.removeItem(at: folder.appending(path: "models/xgboost.json"))
            case .truncatedModel:
                let file = folder.appending(path: "models/xgboost.json")
                try Data(contentsOf: file).prefix(1_000_000).write(to: file)
            case .unknownFormat:
                try Data("not a model\n".utf8).write(to: folder.appending(path: "models/lightgbm.txt"))
            case .wrongHeader:
                let file = folder.appending(path: "data/flights-2013-07.csv.gz")
                try Data("a,b,c\n1,2,3\n".utf8).write(to: file)
            case .unknownKey:
                let file = folder.appending(path: "params.yaml")
                let text = try String(contentsOf: file, encoding: .utf8)
                try Data(text.replacing("reference_month:", with: "referense_month:").utf8).write(to: file)
            }
        }
    }

    @Test func aRefusedPromotionIsANegativeAnswer() async throws {
        try await withTemporaryFolder { folder in
            let outcome = try await pipeline.run(["--output", folder.path, "--set", "gate.better_by=0.1"])
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains("beats champion on roc_auc by 0.1"), "\(outcome.errors)")
        }
    }

    @Test func badInputLeavesTheStoreAsItWas() async throws {
        try await withTemporaryFolder { folder in
            let output = folder.appending(path: "output")
            try #require(try await pipeline.run(["--output", output.path]).code == 0)
            let before = try contents(of: output.appending(path: "store"))
            let example = try copy(of: "Examples/FlightDelay", damagedBy: .truncatedModel, in: folder)
            #expect(try await pipeline.run(["--from", example.path, "--output", output.path]).code == 2)
            #expect(try contents(of: output.appending(path: "store")) == before)
        }
    }

    /// The bytes of every file below a folder.
    private func contents(of folder: URL) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            contents[path] = try? Data(contentsOf: folder.appending(path: path))
        }
        return contents
    }

    private func copy(of path: String, damagedBy damage: Damage, in folder: URL) throws -> URL {
        let example = folder.appending(path: "example")
        try FileManager.default.createDirectory(at: example, withIntermediateDirectories: true)
        for part in ["params.yaml", "data", "models", "expected"] {
            try FileManager.default.copyItem(
                at: Program.package.appending(path: path).appending(path: part),
                to: example.appending(path: part))
        }
        try damage.apply(to: example)
        return example
    }

    @Test(arguments: Damage.allCases)
    func refusesWithOneMessage(damage: Damage) async throws {
        try await withTemporaryFolder { folder in
            let example = try copy(of: "Examples/FlightDelay", damagedBy: damage, in: folder)
            let output = folder.appending(path: "output")
            let outcome = try await pipeline.run(["--from", example.path, "--output", output.path])
            #expect(outcome.code == 2)
            #expect(outcome.errors.split(separator: "\n").count <= 4, "\(outcome.errors)")
            #expect(outcome.errors.contains(damage.rawValue), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: output.appending(path: "store").path))
        }
    }
}
