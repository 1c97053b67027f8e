// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import DatasetVersioning
import Foundation

/// `mlops artifacts …`: named files and folders in versions that never change.
enum ArtifactCommands {
    private static let followLinks = Option(
        "--follow-links", nil, "keep what symbolic links lead to; else a link is an error")
    private static let metadata = Option(
        "--set", "KEY=VALUE", "what to note about the version", isRepeatable: true)

    static let commands = [
        Command(
            "artifacts publish", "keep a file or a folder as the next version of an artifact",
            operands: "NAME PATH", options: StoreLocation.options + [metadata, followLinks, Output.json]
        ) { try await publish($0) },
        Command(
            "artifacts list", "list the artifacts of a store, or the versions of one", operands: "[NAME]",
            options: StoreLocation.options + [Output.json]
        ) { try await list($0) },
        Command(
            "artifacts show", "show a version and its files", operands: "NAME[@VERSION]",
            options: StoreLocation.options + [Output.json]
        ) { try await show($0) },
        Command(
            "artifacts restore", "write the files of a version", operands: "NAME[@VERSION] DEST",
            options: StoreLocation.options + [VersionOptions.path] + VersionOptions.reuse
        ) { try await restore($0) },
        Command(
            "artifacts verify", "read everything a version holds and hash it again",
            operands: "NAME[@VERSION]", options: StoreLocation.options
        ) { try await verify($0) },
        Command(
            "artifacts export", "write a version as a folder, a tar archive or an OCI image layout",
            operands: "NAME[@VERSION] DEST",
            options: StoreLocation.options + [
                Option(
                    "--as", "FORMAT", "folder (default), tar or oci: the layout that model registries take")
            ]
        ) { try await export($0) },
        Command(
            "artifacts import", "publish an exported folder, tar archive or OCI image layout",
            operands: "NAME PATH",
            options: StoreLocation.options + [
                Option("--as", "FORMAT", "folder, tar or oci; else found out"),
                Option("--reference", "NAME", "which manifest of an OCI layout, where it has several"),
                Option("--any-case", nil, "take names that differ only in letter case"), metadata,
                followLinks,
                Output.json,
            ]
        ) { try await importing($0) },
        Command(
            "artifacts alias", "let an alias lead to a version, or list the aliases",
            operands: "NAME[@VERSION] [ALIAS]",
            options: StoreLocation.options + [Option("--remove", nil, "take the alias away"), Output.json]
        ) { try await alias($0) },
        Command(
            "artifacts retire", "give up old versions; a collection of garbage may then remove their data",
            operands: "NAME", options: StoreLocation.options + VersionOptions.retention + [Output.json]
        ) { try await retire($0) },
    ]

    static func artifacts(_ arguments: Arguments) throws -> ArtifactStore {
        ArtifactStore(try StoreLocation.open(arguments))
    }

    private static func publish(_ arguments: Arguments) async throws -> ExitStatus {
        let version = try await artifacts(arguments).publish(
            arguments.operand(0), contentsOf: arguments.operand(1), metadata: metadata(arguments) ?? [:],
            symbolicLinks: arguments.has("--follow-links") ? .follow : .refuse)
        return answer(version, arguments)
    }

    private static func restore(_ arguments: Arguments) async throws -> ExitStatus {
        let artifacts = try artifacts(arguments)
        let version = try await artifacts.version(arguments.operand(0))
        let wanted = arguments.all("--path")
        let paths = try await artifacts.files(of: version).map(\.path)
        func isBelow(_ path: String, _ wish: String) -> Bool {
            path == wish || path.hasPrefix(wish.hasSuffix("/") ? wish : wish + "/")
        }
        for wish in wanted where !paths.contains(where: { isBelow($0, wish) }) {
            throw UsageError("\(version) has no file or folder '\(wish)'")
        }
        let restored = try await artifacts.restore(
            version, to: arguments.operand(1), isDurable: true, reusing: VersionOptions.fileReuse(arguments)
        ) { path in wanted.isEmpty || wanted.contains { isBelow(path, $0) } }
        print("\(version): \(text(restored))")
        return .success
    }

    /// How many files came from where.
    private static func text(_ restored: RestoredFiles) -> String {
        let others = [(restored.copied, "copied"), (restored.cloned, "cloned"), (restored.linked, "linked")]
        return (["\(restored.fetched) files fetched"] + others.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" })
            .joined(separator: ", ")
    }

    private static func verify(_ arguments: Arguments) async throws -> ExitStatus {
        let artifacts = try artifacts(arguments)
        let version = try await artifacts.version(arguments.operand(0))
        do {
            try await artifacts.verify(version)
        } catch let error as StoreError where error.code == .corrupted {
            print("\(version): damaged: \(error)")
            return .negative
        }
        print("\(version): all \(version.fileCount) files are sound, \(ByteCount.text(version.size)) read")
        return .success
    }

    private static func alias(_ arguments: Arguments) async throws -> ExitStatus {
        let artifacts = try artifacts(arguments)
        let reference = try arguments.operand(0)
        let name = String(reference.split(separator: "@", maxSplits: 1)[0])
        if arguments.operands.count > 1 {
            let isRemoved = arguments.has("--remove")
            try await artifacts.move(
                arguments.operand(1), of: name, to: isRemoved ? nil : artifacts.version(reference).number)
        }
        let aliases = try await artifacts.aliases(of: name)
        VersionOptions.show(aliases, of: name, arguments)
        return .success
    }

    private static func retire(_ arguments: Arguments) async throws -> ExitStatus {
        let (policy, isDryRun) = try VersionOptions.retention(arguments)
        let name = try arguments.operand(0)
        let retired = try await artifacts(arguments)
            .retire(versionsOf: name, keeping: policy, isDryRun: isDryRun)
        VersionOptions.show(retired, of: name, arguments)
        return .success
    }

    static func metadata(_ arguments: Arguments) throws -> [String: String]? {
        guard arguments.has("--set") else { return nil }
        var metadata: [String: String] = [:]
        for text in arguments.all("--set") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw UsageError("the option '--set' expects KEY=VALUE, not '\(text)'")
            }
            metadata[String(parts[0])] = String(parts[1])
        }
        return metadata
    }

    static func answer(_ version: ArtifactVersion, _ arguments: Arguments) -> ExitStatus {
        if arguments.has("--json") {
            Output.write(.object(describe(version)))
        } else {
            print("\(version): \(version.fileCount) files, \(ByteCount.text(version.size))")
        }
        return .success
    }

    static func describe(_ version: ArtifactVersion) -> [String: JSONValue] {
        [
            "reference": .string(version.description), "name": .string(version.name),
            "number": .integer(Int64(version.number)), "kind": .string(version.kind.rawValue),
            "digest": .string(version.digest.description), "fileCount": .integer(Int64(version.fileCount)),
            "size": .integer(Int64(version.size)), "created": .string(version.created.ISO8601Format()),
            "metadata": .object(version.metadata.mapValues { .string($0) }),
        ]
    }
}
