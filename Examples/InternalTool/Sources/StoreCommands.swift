// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing

/// `mlops store`: look after the contents of a store.
enum StoreCommands {
    private static let readData = Option(
        "--read-data", "PERCENT",
        "also read and hash this share of the data, chosen at random (check: 0, repair: 100)")

    static let commands = [
        Command(
            "store check", "find what is damaged, missing or not understood; changes nothing",
            options: StoreLocation.options + [readData] + StoreProbeCommands.options
        ) { try await $0.has("--probe") ? StoreProbeCommands.probe($0) : check($0) },
        Command(
            "store repair",
            "rebuild indexes, save what is sound, put what is damaged into quarantine; deletes nothing",
            options: StoreLocation.options + [readData, Option("--dry-run", nil, "only check"), Output.json],
            run: repair),
        Command(
            "store gc", "collect garbage in two steps; run it from time to time, writers may go on",
            options: StoreLocation.options + [
                Option("--dry-run", nil, "only tell what would be done"),
                Option("--age", "HOURS", "younger packs stay (default 24)"),
                Option("--delay", "HOURS", "between verdict and removal (default 1)"),
                Option("--trash", "HOURS", "how long the trash is kept (default 168)"), Output.json,
            ], run: collect),
        Command(
            "store stat", "count what a store holds", options: StoreLocation.options + [Output.json],
            run: stat),
    ]

    private static func check(_ arguments: Arguments) async throws -> ExitStatus {
        let share = try share(arguments, default: 0)
        let report = try await StoreMaintenance(StoreLocation.openExisting(arguments)).check(dataShare: share)
        show(report, arguments)
        return report.isSound ? .success : .negative
    }

    private static func repair(_ arguments: Arguments) async throws -> ExitStatus {
        guard !arguments.has("--dry-run") else { return try await check(arguments) }
        let share = try share(arguments, default: 100)
        let report = try await StoreMaintenance(StoreLocation.openExisting(arguments)).repair(
            dataShare: share)
        if arguments.has("--json") {
            print(
                text([
                    "before": value(report.before), "after": value(report.after),
                    "quarantined": .array(report.quarantined.map { .string($0) }),
                    "recovered": .array(report.recovered.map { .string($0) }),
                    "savedChunks": .integer(Int64(report.savedChunks)),
                ]))
        } else {
            for key in report.quarantined { print("put into quarantine: \(key)") }
            for key in report.recovered { print("brought back from the trash: \(key)") }
            if report.savedChunks > 0 { print("saved \(report.savedChunks) chunks") }
            show(report.after, arguments)
        }
        return report.after.isSound ? .success : .negative
    }

    private static func collect(_ arguments: Arguments) async throws -> ExitStatus {
        var policy = CollectionPolicy()
        policy.age = try hours("--age", arguments) ?? policy.age
        policy.delay = try hours("--delay", arguments) ?? policy.delay
        policy.trashAge = try hours("--trash", arguments) ?? policy.trashAge
        let isDryRun = arguments.has("--dry-run")
        let report = try await StoreMaintenance(StoreLocation.open(arguments))
            .collectGarbage(policy, isDryRun: isDryRun)
        let outcome =
            switch report.outcome {
            case .nothingToDo: "nothing is garbage"
            case .condemned:
                (isDryRun ? "would condemn" : "condemned")
                    + " \(report.packs.count) packs of \(report.bytes) bytes; a later collection removes them"
            case .removed:
                (isDryRun ? "would move" : "moved")
                    + " \(report.packs.count) packs of \(report.bytes) bytes to the trash"
            case .tooEarly(let seconds):
                "packs are condemned; they can be removed in \(Int(seconds.rounded(.up))) seconds"
            case .waitingForWriters(let count):
                "packs are condemned; \(count) writers that may build on them are still at work"
            }
        if arguments.has("--json") {
            print(
                text([
                    "outcome": .string(outcome), "packs": .array(report.packs.map { .string($0) }),
                    "bytes": .integer(Int64(report.bytes)), "liveChunks": .integer(Int64(report.liveChunks)),
                    "copiedChunks": .integer(Int64(report.copiedChunks)),
                    "acquitted": .array(report.acquitted.map { .string($0) }),
                    "emptied": .integer(Int64(report.emptied)),
                    "recovered": .array(report.recovered.map { .string($0) }),
                    "unfinished": .array(report.unfinished.map { .string($0) }),
                ]))
        } else {
            print(outcome)
            if report.copiedChunks > 0 { print("wrote \(report.copiedChunks) chunks anew") }
            if !report.acquitted.isEmpty { print("\(report.acquitted.count) packs are needed after all") }
            for key in report.recovered { print("brought back from the trash: \(key)") }
            for key in report.unfinished {
                print("\(isDryRun ? "would remove" : "removed") an upload that never ended: \(key)")
            }
            if report.emptied > 0 {
                print("\(isDryRun ? "would remove" : "removed") \(report.emptied) objects from the trash")
            }
        }
        return .success
    }

    private static func stat(_ arguments: Arguments) async throws -> ExitStatus {
        let store = try StoreLocation.openExisting(arguments)
        let found = try await StoreMaintenance(store).statistics()
        let rows: [(String, Int)] = [
            ("objects", found.objects), ("bytes", found.bytes), ("packs", found.packs),
            ("packBytes", found.packBytes), ("indexes", found.indexes), ("chunks", found.chunks),
            ("chunkBytes", found.chunkBytes), ("records", found.records), ("writers", found.writers),
            ("trash", found.trash), ("trashBytes", found.trashBytes), ("quarantine", found.quarantine),
            ("quarantineBytes", found.quarantineBytes),
        ]
        if arguments.has("--json") {
            print(text(Dictionary(uniqueKeysWithValues: rows.map { ($0, .integer(Int64($1))) })))
        } else {
            for (name, count) in rows {
                print(name + String(repeating: " ", count: 16 - name.count) + String(count))
            }
        }
        return .success
    }

    private static func show(_ report: CheckReport, _ arguments: Arguments) {
        if arguments.has("--json") { return print(text(["check": value(report)])) }
        for problem in report.problems { print(problem) }
        print(
            "\(report.records) records, \(report.contents) contents, \(report.packs) packs, \(report.packsRead) of them "
                + "read: " + (report.isSound ? "sound" : "\(report.losses.count) contents are damaged"))
    }

    private static func value(_ report: CheckReport) -> JSONValue {
        .object([
            "sound": .bool(report.isSound), "records": .integer(Int64(report.records)),
            "contents": .integer(Int64(report.contents)), "packs": .integer(Int64(report.packs)),
            "packsRead": .integer(Int64(report.packsRead)),
            "problems": .array(
                report.problems.map {
                    .object([
                        "kind": .string($0.kind.rawValue), "key": .string($0.key),
                        "message": .string($0.message),
                    ])
                }),
            "losses": .array(
                report.losses.map {
                    .object([
                        "record": .string($0.record), "path": .string($0.path),
                        "chunks": .integer(Int64($0.chunks)),
                    ])
                }),
        ])
    }

    private static func text(_ members: [String: JSONValue]) -> String {
        String(decoding: CanonicalJSON.encode(.object(members)), as: UTF8.self)
    }

    private static func hours(_ name: String, _ arguments: Arguments) throws -> Double? {
        guard let hours = try arguments.number(name) else { return nil }
        guard hours >= 0 else {
            throw UsageError("the option '\(name)' expects hours, not a negative number")
        }
        return hours * 3_600
    }

    private static func share(_ arguments: Arguments, default percent: Double) throws -> Double {
        let percent = try arguments.number("--read-data") ?? percent
        guard (0...100).contains(percent) else {
            throw UsageError("the option '--read-data' expects a percentage from 0 to 100")
        }
        return percent / 100
    }
}
