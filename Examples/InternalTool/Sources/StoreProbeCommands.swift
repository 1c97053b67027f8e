// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import MLOpsTesting

/// `mlops store check --probe`: finds out what a store can do, by doing it under a fresh prefix.
enum StoreProbeCommands {
    /// The options that the probe adds to those of `store check`.
    static let options = [
        Option("--probe", nil, "try every operation under a fresh prefix and say what the store cannot do"),
        Option("--writers", "N", "how many writers race in the probe (default 8)"),
        Option("--rounds", "N", "how many keys they race for (default 5)"),
        Option("--objects", "N", "how many objects the longest listing of the probe has (default 1050)"),
        Option("--only", "CHECK", "try only this, such as 'racing creators'", isRepeatable: true),
        Option("--json", nil, "print the findings as JSON"),
    ]

    /// Probes the store that the options name: a line a check, and what a failure means.
    static func probe(_ arguments: Arguments) async throws -> ExitStatus {
        let store = try StoreLocation.open(arguments)
        let checks = try arguments.all("--only").map { name in
            guard let check = ObjectStoreConformance.Check(rawValue: name) else {
                let known = ObjectStoreConformance.Check.allCases.map { "'\($0.rawValue)'" }
                throw UsageError("there is no check '\(name)'; known: \(known.joined(separator: ", "))")
            }
            return check
        }
        // What is wrong with the address or the credentials is one error, not one for each check.
        _ = try await store.head("probe/none")
        let report = await ObjectStoreConformance(
            of: store, writers: try arguments.integer("--writers", default: 8, atLeast: 2),
            rounds: try arguments.integer("--rounds", default: 5),
            longListingCount: try arguments.integer("--objects", default: 1_050)
        ).run(checks.isEmpty ? ObjectStoreConformance.Check.allCases : checks) { outcome in
            if !arguments.has("--json") { print(line(outcome)) }
        }
        if arguments.has("--json") {
            print(json(report, location: store.location))
        } else {
            print(summary(report, location: store.location))
        }
        return report.isConforming ? .success : .negative
    }

    private static func line(_ outcome: ObjectStoreConformance.Outcome) -> String {
        switch outcome.verdict {
        case .passed: "ok       \(outcome.check.rawValue)"
        case .lacking(let what): "lacking  \(outcome.check.rawValue): \(what)"
        case .failed(let how): "FAILED   \(outcome.check.rawValue): \(how)"
        }
    }

    private static func summary(_ report: ObjectStoreConformance.Report, location: String) -> String {
        if report.isConforming { return "\(location) keeps every promise that the stores here rest on" }
        let isRacy = report.failures.contains { [.createIfAbsent, .racingCreators].contains($0.check) }
        return "\(location) cannot be used: "
            + (isRacy
                ? "it does not let exactly one of several writers create an object, so histories would be lost"
                : "\(report.failures.count) of \(report.outcomes.count) checks failed")
    }

    private static func json(_ report: ObjectStoreConformance.Report, location: String) -> String {
        let checks = report.outcomes.map { outcome in
            let (verdict, message): (String, String?) =
                switch outcome.verdict {
                case .passed: ("passed", nil)
                case .lacking(let what): ("lacking", what)
                case .failed(let how): ("failed", how)
                }
            return JSONValue.object([
                "check": .string(outcome.check.rawValue), "verdict": .string(verdict),
                "message": message.map { .string($0) } ?? .null, "seconds": .number(outcome.seconds),
            ])
        }
        let value = JSONValue.object([
            "location": .string(location), "conforming": .bool(report.isConforming), "checks": .array(checks),
        ])
        return String(decoding: CanonicalJSON.encode(value), as: UTF8.self)
    }
}
