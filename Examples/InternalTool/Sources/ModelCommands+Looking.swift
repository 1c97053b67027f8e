// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import Foundation
import ModelRegistries
import RunLineage

/// What the commands on models show.
extension ModelCommands {
    static func list(_ arguments: Arguments) async throws -> ExitStatus {
        let registry = try registry(arguments)
        let isOfAll = arguments.operands.isEmpty
        let names = try await isOfAll ? registry.models() : [arguments.operand(0)]
        let columns = ["version", "aliases", "registered", "by", "files", "from", "state"]
        return try await Output.list(names, columns, arguments) { name in
            let aliases = try await registry.aliases(of: name)
            let versions = try await registry.versions(of: name)
            if !isOfAll, versions.isEmpty { _ = try await registry.find(name) }
            return versions.map { version in
                let held = aliases.filter { $0.value == version.number }.keys.sorted().joined(separator: ",")
                let cells = [
                    "\(version)", held, version.registered.ISO8601Format(), version.registeredBy,
                    version.artifact.digest.short, version.origin.map { "\($0.experiment)/\($0.name)" } ?? "",
                    version.isArchived ? "archived" : "",
                ]
                return (cells, json(version, aliases: aliases))
            }
        }
    }

    static func show(_ arguments: Arguments) async throws -> ExitStatus {
        let registry = try registry(arguments)
        let version = try await registry.find(arguments.operand(0))
        let aliases = try await registry.aliases(of: version.model)
        if arguments.has("--json") {
            Output.write(json(version, aliases: aliases))
            return .success
        }
        print("\(version)\(version.isArchived ? "  archived" : "")")
        let held = aliases.filter { $0.value == version.number }.keys.sorted()
        if !held.isEmpty { print("aliases     \(held.joined(separator: ", "))") }
        print("registered  \(version.registered.ISO8601Format()) by \(version.registeredBy)")
        print(
            "files       \(version.artifact.name)@\(version.artifact.version ?? 0)  \(version.artifact.digest)"
        )
        if let origin = version.origin {
            print("run         \(origin.experiment)/\(origin.name)  \(origin.id)")
        }
        if let lineage = version.lineage { print("lineage     \(lineage)") }
        if let signature = version.signature {
            let texts = [signature.inputs, signature.outputs].map { $0.map { "\($0.name): \($0.kind)" } }
            print(
                "signature   (\(texts[0].joined(separator: ", "))) -> (\(texts[1].joined(separator: ", ")))")
        }
        for evaluation in version.evaluations {
            let values = evaluation.metrics.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            print("evaluation  \(evaluation.data): \(values.joined(separator: ", "))")
        }
        for approval in version.approvals {
            print("approved    by \(approval.by)" + (approval.why.map { ": \($0)" } ?? ""))
        }
        for (name, value) in version.tags.sorted(by: { $0.key < $1.key }) {
            print("tag         \(name)=\(value)")
        }
        return .success
    }

    static func history(_ arguments: Arguments) async throws -> ExitStatus {
        let registry = try registry(arguments)
        let model = try arguments.operand(0)
        let events = try await registry.history(of: model)
        if events.isEmpty { _ = try await registry.find(model) }
        if arguments.has("--json") {
            Output.write(.array(try events.map { try JSONValue(parsing: CanonicalJSON.encode($0)) }))
            return .success
        }
        for event in events {
            print(
                "\(event.time.ISO8601Format())  \(event.by)  \(event.summary)"
                    + (event.why.map { "  (\($0))" } ?? ""))
        }
        return .success
    }
}
