// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import DatasetVersioning
import Foundation

/// `mlops data …`: versions of datasets.
enum DataCommands {
    static let commands = [
        Command(
            "data snapshot", "keep a file or a folder as the next version of a dataset",
            operands: "NAME PATH",
            options: StoreLocation.options + [
                Option("-m", "MESSAGE", "why it is made"),
                Option(
                    "--parent", "VERSION", "a version it was derived from, such as flights@12",
                    isRepeatable: true),
                Option("--author", "NAME", "who makes it; else the user's name"),
                Option("--force", nil, "make a version even where nothing changed"),
                Option("--follow-links", nil, "keep what symbolic links lead to; else a link is an error"),
                Option("--reread", nil, "read every file, whatever the file system says of it"),
                Option(
                    "--compress", "LEVEL",
                    "deflate new chunks, 1 (fast) to 9 (small); else they stay as they are"),
                Option("--no-tables", nil, "do not read files as tables"), Output.json,
            ]
        ) { try await snapshot($0) },
        Command("data list", "list the datasets of a store", options: StoreLocation.options + [Output.json]) {
            try await list($0)
        },
        Command(
            "data log", "list the versions of a dataset, the latest first", operands: "NAME",
            options: StoreLocation.options + [Output.json]
        ) { try await log($0) },
        Command(
            "data show", "show a version and its files", operands: "NAME[@VERSION]",
            options: StoreLocation.options + [
                Option("--profile", nil, "show what its columns look like"), Output.json,
            ]
        ) { try await show($0) },
        Command(
            "data restore", "write the files of a version", operands: "NAME[@VERSION] DEST",
            options: StoreLocation.options + [
                VersionOptions.path, Option("--replace", nil, "replace files that have another content"),
                Output.json,
            ] + VersionOptions.reuse
        ) { try await restore($0) },
        Command(
            "data verify", "read everything a version holds and hash it again", operands: "NAME[@VERSION]",
            options: StoreLocation.options + [Output.json]
        ) { try await verify($0) },
        Command(
            "data lineage", "list the versions that a version came from", operands: "NAME[@VERSION]",
            options: StoreLocation.options + [Output.json]
        ) { try await lineage($0) },
        Command(
            "data retire", "give up old versions; a collection of garbage may then remove their data",
            operands: "NAME", options: StoreLocation.options + VersionOptions.retention + [Output.json]
        ) { try await retire($0) },
        Command(
            "data tag", "let a tag point to a version, or list the tags", operands: "NAME[@VERSION] [TAG]",
            options: StoreLocation.options + [Option("--remove", nil, "take the tag away"), Output.json]
        ) { try await tag($0) },
    ]

    static func datasets(
        _ arguments: Arguments, _ change: (inout DatasetStore.Options) throws -> Void = { _ in }
    )
        throws -> DatasetStore
    {
        var options = DatasetStore.Options()
        try change(&options)
        return DatasetStore(try StoreLocation.open(arguments), options: options)
    }

    private static func snapshot(_ arguments: Arguments) async throws -> ExitStatus {
        let datasets = try datasets(arguments) { options in
            if let author = arguments["--author"] { options.author = author }
            if arguments.has("--reread") { options.cacheFolder = nil }
            if arguments.has("--no-tables") { options.tableLimit = 0 }
            if arguments.has("--compress") {
                options.compression = .deflate(level: try arguments.integer("--compress", default: 6))
            }
        }
        var options = SnapshotOptions()
        options.message = arguments["-m"] ?? ""
        options.parents = arguments.all("--parent")
        options.isForced = arguments.has("--force")
        options.followsLinks = arguments.has("--follow-links")
        let snapshot = try await datasets.snapshot(arguments.operand(0), of: arguments.operand(1), options)
        for note in snapshot.notes { FileHandle.standardError.write(Data("note: \(note)\n".utf8)) }
        if arguments.has("--json") {
            var members = try describe(snapshot.version)
            members["isNew"] = .bool(snapshot.isNew)
            members["filesRead"] = .integer(Int64(snapshot.filesRead))
            members["bytesAdded"] = .integer(Int64(snapshot.isNew ? snapshot.receipt.newBytes : 0))
            Output.write(.object(members))
        } else {
            print(snapshot)
        }
        return .success
    }

    private static func restore(_ arguments: Arguments) async throws -> ExitStatus {
        var options = RestoreOptions()
        options.replaces = arguments.has("--replace")
        options.reuse = try VersionOptions.fileReuse(arguments)
        if arguments.has("--path") { options.paths = arguments.all("--path") }
        let receipt = try await datasets(arguments).restore(
            arguments.operand(0), to: arguments.operand(1), options: options)
        if arguments.has("--json") {
            Output.write(
                .object([
                    "written": .integer(Int64(receipt.written)),
                    "unchanged": .integer(Int64(receipt.unchanged)),
                    "bytes": .integer(Int64(receipt.bytes)),
                ]))
        } else {
            print(
                "\(receipt.written) files written, \(ByteCount.text(receipt.bytes))"
                    + (receipt.unchanged > 0 ? "; \(receipt.unchanged) were there already" : ""))
        }
        return .success
    }

    private static func verify(_ arguments: Arguments) async throws -> ExitStatus {
        let report = try await datasets(arguments).verify(arguments.operand(0))
        if arguments.has("--json") {
            Output.write(
                .object([
                    "version": .string(report.version.reference), "sound": .bool(report.isSound),
                    "bytes": .integer(Int64(report.bytes)),
                    "damaged": .array(
                        report.damaged.map {
                            .object(["path": .string($0.path), "message": .string($0.message)])
                        }),
                ]))
        } else {
            for file in report.damaged { print(file) }
            print(
                report.isSound
                    ? "\(report.version.reference): all \(report.version.fileCount) files are sound, \(ByteCount.text(report.bytes)) read"
                    : "\(report.version.reference): \(report.damaged.count) files are damaged")
        }
        return report.isSound ? .success : .negative
    }

    private static func retire(_ arguments: Arguments) async throws -> ExitStatus {
        let (policy, isDryRun) = try VersionOptions.retention(arguments)
        let name = try arguments.operand(0)
        let retired = try await datasets(arguments)
            .retire(versionsOf: name, keeping: policy, isDryRun: isDryRun)
        VersionOptions.show(retired, of: name, arguments)
        return .success
    }

    private static func tag(_ arguments: Arguments) async throws -> ExitStatus {
        let datasets = try datasets(arguments)
        let reference = try DatasetReference(arguments.operand(0))
        if arguments.operands.count > 1 {
            let tag = try arguments.operand(1)
            if arguments.has("--remove") {
                try await datasets.removeTag(tag, from: reference.dataset)
            } else {
                try await datasets.tag(reference.description, as: tag)
            }
        }
        let tags = try await datasets.tags(of: reference.dataset)
        VersionOptions.show(tags, of: reference.dataset, arguments)
        return .success
    }

    /// The members of a version in JSON.
    static func describe(_ version: DatasetVersion) throws -> [String: JSONValue] {
        guard case .object(var members) = try JSONValue(parsing: CanonicalJSON.encode(version)) else {
            return [:]
        }
        members["reference"] = .string(version.reference)
        return members
    }
}
