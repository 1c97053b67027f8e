// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import DatasetVersioning
import Foundation

/// What the commands on artifacts show.
extension ArtifactCommands {
    static func list(_ arguments: Arguments) async throws -> ExitStatus {
        let artifacts = try artifacts(arguments)
        let isOfAll = arguments.operands.isEmpty
        let names = try isOfAll ? await artifacts.names() : [arguments.operand(0)]
        return try await Output.list(names, ["version", "made", "files", "size", "aliases"], arguments) {
            name in
            let found = try await artifacts.versions(of: name)
            let aliases = try await artifacts.aliases(of: name)
            return (isOfAll ? found.suffix(1) : found.reversed()[...]).map { version in
                let leading = aliases.filter { $0.value == version.number }.keys.sorted()
                let cells = [
                    version.description, version.created.ISO8601Format(), String(version.fileCount),
                    ByteCount.text(version.size), leading.joined(separator: ", "),
                ]
                return (cells, .object(describe(version)))
            }
        }
    }

    static func show(_ arguments: Arguments) async throws -> ExitStatus {
        let artifacts = try artifacts(arguments)
        let version = try await artifacts.version(arguments.operand(0))
        let files = try await artifacts.files(of: version)
        if arguments.has("--json") {
            var members = describe(version)
            members["files"] = .array(
                files.map { file in
                    .object([
                        "path": .string(file.path), "size": .integer(Int64(file.content.size)),
                        "digest": .string(file.content.digest.description),
                        "executable": .bool(file.isExecutable),
                    ])
                })
            Output.write(.object(members))
            return .success
        }
        print("\(version)  \(version.digest)")
        print(
            "made \(version.created.ISO8601Format()), \(version.kind.rawValue) of \(version.fileCount) files")
        for (key, value) in version.metadata.sorted(by: { $0.key < $1.key }) { print("\(key) = \(value)") }
        var table = TextTable(["path", "size", "sha256"])
        for file in files {
            table.add([file.path, String(file.content.size), file.content.digest.hexadecimal])
        }
        print("\n" + table.text)
        return .success
    }
}
