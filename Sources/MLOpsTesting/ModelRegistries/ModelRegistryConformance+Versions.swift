// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import ModelRegistries
import RunLineage

extension ModelRegistryConformance {
    private func run(_ id: String) -> RunReference {
        let lineage = LineageRecord(
            code: CodeState(commit: String(repeating: "c", count: 40), changes: .clean),
            parameters: ParameterState(digest: Digest(of: id)), seeds: ["s": .max])
        return RunReference(experiment: "conformance", id: id, name: "run \(id)", lineage: lineage)
    }

    func checkRegistering(_ model: String) async throws {
        let signature = ModelSignature(inputs: ["a", "b"], outputs: ["score"])
        let files = try await artifact("\(model) 1")
        let first = try await registry.register(
            model, artifact: files, run: run("1"), signature: signature, tags: ["kind": "trees"], by: "ada",
            why: "first")
        try require(first.model == model && first.number == 1, "the first version is \(first)")
        let second = try await registry.register(model, artifact: try await artifact("\(model) 2"))
        try require(second.number == 2, "the second version is \(second)")
        let versions = try await registry.versions(of: model)
        try require(versions.map(\.number) == [1, 2], "the versions are \(versions)")
        let read = versions[0]
        try require(read.artifact.digest == files.digest, "the digest of the files changed")
        try require(read.origin?.id == "1", "the run is lost")
        try require(read.lineage == run("1").lineage.digest, "the digest of the lineage changed")
        try require(
            read.signature == signature, "the signature changed: \(String(describing: read.signature))")
        try require(read.tags["kind"] == "trees", "the tags are lost: \(read.tags)")
        try require(read.registeredBy == "ada", "who registered it is lost: \(read.registeredBy)")
        try require(read.microseconds > 1_500_000_000_000_000, "the time is lost: \(read.microseconds)")
        try require(try await registry.models().contains(model), "the model is not listed")
        try require(try await registry.find("\(model)@1") == read, "\(model)@1 is not found")
    }

    func checkRegisteringAgain(_ model: String) async throws {
        let files = try await artifact(model)
        let first = try await registry.register(model, artifact: files, run: run("1"))
        let again = try await registry.register(model, artifact: files, run: run("1"))
        try require(first.number == again.number, "the same again became version \(again.number)")
        let other = try await registry.register(model, artifact: files, run: run("2"))
        try require(other.number == 2, "the same files from another run are \(other), not version 2")
        try require(try await registry.versions(of: model).count == 2, "a retry left another version")
    }

    func checkRacingRegistrations(_ model: String) async throws {
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    try await registry.register(model, artifact: try await artifact("\(model) \(writer)"))
                        .number
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }.sorted()
        }
        try require(numbers == Array(1...writers), "racing registrations got the numbers \(numbers)")
    }

    func checkRemarks(_ model: String) async throws {
        let version = try await register(1, of: model)[0]
        let data = DataReference(name: "august", version: 3, digest: Digest(of: "august"))
        _ = try await registry.record(
            Evaluation(on: data, metrics: ["auc": 0.1 + 0.2, "loss": 1e-300]), of: version)
        _ = try await registry.record(Evaluation(on: data, metrics: ["auc": 0.75]), of: version)
        _ = try await registry.approve(version, by: "ada", why: "looked at it")
        _ = try await registry.approve(version, by: "bob")
        _ = try await registry.tag(version, ["a": "1", "b": "2"])
        _ = try await registry.tag(version, ["a": nil, "b": "3"])
        let read = try await registry.version(1, of: model)
        try require(read.evaluations.count == 2, "the evaluations are \(read.evaluations)")
        try require(read.evaluations[0].metrics["auc"] == 0.1 + 0.2, "a metric lost precision")
        try require(read.values(of: "auc") == [data.digest: 0.75], "the latest evaluation does not count")
        try require(read.approvals.map(\.by) == ["ada", "bob"], "the approvals are \(read.approvals)")
        try require(read.approvals.first?.why == "looked at it", "why somebody approved is lost")
        try require(read.tags == ["b": "3"], "the tags are \(read.tags)")
    }

    func checkLineage(_ model: String) async throws {
        let version = try await registry.register(model, artifact: try await artifact(model), run: run("1"))
        let lineage = try await registry.lineage(of: version)
        try require(lineage == run("1").lineage, "the lineage reads back otherwise")
        let without = try await registry.register(model, artifact: try await artifact(model + " 2"))
        try require(try await registry.lineage(of: without) == nil, "a version without lineage has one")
    }

    func checkUnknownNames(_ model: String) async throws {
        try require(try await registry.versions(of: model).isEmpty, "an unknown model has versions")
        try require(try await registry.aliases(of: model).isEmpty, "an unknown model has aliases")
        try require(try await registry.history(of: model).isEmpty, "an unknown model has a history")
        try await requireFailure(.notFound, "finding an unknown model") { _ = try await registry.find(model) }
        try await requireFailure(.notFound, "an unknown version") {
            _ = try await registry.version(1, of: model)
        }
        try await requireFailure(.notFound, "rolling back an unknown alias") {
            _ = try await registry.rollBack(model, "champion")
        }
        _ = try await register(1, of: model)
        try await requireFailure(.notFound, "an alias to an unknown version") {
            try await registry.moveAlias(
                AliasMove("champion", from: nil, to: 2), of: model, note: ChangeNote(by: "ada"))
        }
        try await requireFailure(.invalidName, "a model whose name holds a slash") {
            _ = try await registry.register("a/b", artifact: try await artifact("x"))
        }
    }
}
