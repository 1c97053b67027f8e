// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import DatasetVersioning
import Foundation
import TableReading

/// What the commands on datasets show.
extension DataCommands {
    static func list(_ arguments: Arguments) async throws -> ExitStatus {
        let datasets = try datasets(arguments)
        return try await Output.list(
            datasets.datasets(), ["dataset", "versions", "files", "size", "rows", "latest"], arguments
        ) { name in
            let latest = try await datasets.version(name)
            let cells = [
                name, String(latest.number), String(latest.fileCount), ByteCount.text(latest.size),
                latest.rowCount.map(String.init) ?? "", latest.created.ISO8601Format(),
            ]
            return [(cells, .object(try describe(latest)))]
        }
    }

    static func log(_ arguments: Arguments) async throws -> ExitStatus {
        let datasets = try datasets(arguments)
        let name = try arguments.operand(0)
        let versions = try await datasets.log(name)
        let tags = try await datasets.tags(of: name)
        if arguments.has("--json") {
            Output.write(.array(try versions.reversed().map { .object(try describe($0)) }))
            return .success
        }
        var table = TextTable(["version", "made", "by", "files", "size", "rows", "new", "message"])
        for version in versions.reversed() {
            let names = tags.filter { $0.value == version.number }.keys.sorted()
            table.add([
                version.reference, version.created.ISO8601Format(), version.author, String(version.fileCount),
                ByteCount.text(version.size), version.rowCount.map(String.init) ?? "",
                ByteCount.text(version.newBytes),
                version.message + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"),
            ])
        }
        print(table.text)
        return .success
    }

    static func show(_ arguments: Arguments) async throws -> ExitStatus {
        let datasets = try datasets(arguments)
        let version = try await datasets.version(arguments.operand(0))
        let files = try await datasets.files(of: version)
        let profile = arguments.has("--profile") ? try await datasets.profile(of: version) : nil
        if arguments.has("--json") {
            var members = try describe(version)
            members["files"] = .array(
                files.map { file in
                    .object([
                        "path": .string(file.path), "size": .integer(Int64(file.size)),
                        "digest": .string(file.digest.description), "executable": .bool(file.isExecutable),
                        "rows": file.table.map { .integer(Int64($0.rowCount)) } ?? .null,
                    ])
                })
            if let profile { members["profile"] = try JSONValue(parsing: CanonicalJSON.encode(profile)) }
            Output.write(.object(members))
            return .success
        }
        print("\(version.reference)  \(version.digest)")
        print("made \(version.created.ISO8601Format()) by \(version.author) from \(version.source)")
        if !version.message.isEmpty { print(version.message) }
        if !version.parents.isEmpty { print("derived from \(version.parents.joined(separator: ", "))") }
        print(
            "\(version.fileCount) files, \(ByteCount.text(version.size)), \(version.newChunks) of \(version.chunks) chunks were new"
        )
        if let rows = version.rowCount {
            print("\(rows) rows, fingerprint \(version.rows?.description ?? "")")
        }
        if let schema = version.schema, profile == nil {
            print(
                "columns: " + schema.fields.map { "\($0.name) \($0.type.rawValue)" }.joined(separator: ", "))
        }
        if let profile { print("\n" + ContractCommands.text(profile)) }
        var table = TextTable(["path", "size", "rows", "sha256"])
        for file in files {
            table.add([
                file.path, String(file.size), file.table.map { String($0.rowCount) } ?? "",
                file.digest.hexadecimal,
            ])
        }
        print("\n" + table.text)
        return .success
    }

    static func lineage(_ arguments: Arguments) async throws -> ExitStatus {
        let versions = try await datasets(arguments).lineage(of: arguments.operand(0))
        if arguments.has("--json") {
            Output.write(.array(try versions.map { .object(try describe($0)) }))
        } else {
            var table = TextTable(["version", "made", "by", "message", "derived from"])
            for version in versions {
                table.add([
                    version.reference, version.created.ISO8601Format(), version.author, version.message,
                    version.parents.joined(separator: ", "),
                ])
            }
            print(table.text)
        }
        return .success
    }
}
