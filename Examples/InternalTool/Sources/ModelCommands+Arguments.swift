// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing
import Foundation
import ModelRegistries
import RunLineage

extension ModelCommands {
    /// The pairs in texts such as `NAME=VALUE`.
    static func pairs(_ texts: [String], _ option: String) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard parts.count == 2, !parts[0].isEmpty, pairs[parts[0]] == nil else {
                throw UsageError("the option '\(option)' expects NAME=VALUE, each name once, not '\(text)'")
            }
            pairs[parts[0]] = parts[1]
        }
        return pairs
    }

    /// What a model scored, where that is given.
    static func evaluationGiven(_ arguments: Arguments) throws -> Evaluation? {
        let texts = try pairs(arguments.all("--metric"), "--metric")
        guard !texts.isEmpty || arguments.has("--data") else { return nil }
        var metrics: [String: Double] = [:]
        for (name, text) in texts {
            guard let value = Double(text), value.isFinite else {
                throw UsageError("the metric '\(name)' expects a number, not '\(text)'")
            }
            metrics[name] = value
        }
        let data = arguments["--data"] ?? ""
        let parts = data.split(separator: "=", maxSplits: 1).map(String.init)
        guard !metrics.isEmpty, parts.count == 2, let digest = Digest(parts[1]) else {
            throw UsageError(
                "metrics need the data they were measured on: --data NAME@VERSION=sha256:DIGITS, not '\(data)'"
            )
        }
        let name = parts[0].split(separator: "@", maxSplits: 1).map(String.init)
        return Evaluation(
            on: DataReference(name: name[0], version: name.count > 1 ? Int(name[1]) : nil, digest: digest),
            metrics: metrics)
    }

    /// The fields in texts such as `NAME:KIND`.
    static func fields(_ texts: [String]) -> [ModelSignature.Field] {
        texts.map { text in
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            return ModelSignature.Field(
                name: parts.first ?? text, kind: parts.count > 1 ? parts[1] : "float")
        }
    }

    /// The gate that a text such as `beats=champion:auc:0.002` names.
    static func gate(_ text: String) throws -> PromotionGate {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count > 1 ? parts[1] : nil
        switch (parts.first, value) {
        case ("lineage", nil): return .lineageIsComplete
        case ("verified", nil): return .artifactIsVerified
        case ("signature", nil): return .signatureIsCompatible
        case ("approved", let count?):
            if let count = Int(count), count > 0 { return .approved(by: count) }
        case ("beats", let value?):
            let words = value.split(separator: ":").map(String.init)
            if words.count == 3 || words.count == 4 && words[3] == "lower", let margin = Double(words[2]),
                margin.isFinite
            {
                return .beats(words[0], on: words[1], by: margin, higherIsBetter: words.count == 3)
            }
        default: break
        }
        throw UsageError(
            "'\(text)' is no gate: expected lineage, verified, signature, approved=N, or"
                + " beats=ALIAS:METRIC:MARGIN[:lower]")
    }

    /// A version with the aliases that hold it.
    static func json(_ version: ModelVersion, aliases: [String: Int]) -> JSONValue {
        var members: [String: JSONValue] = [
            "model": .string(version.model), "version": .integer(Int64(version.number)),
            "artifact": .string("\(version.artifact.digest)"), "by": .string(version.registeredBy),
            "registered": .string(version.registered.ISO8601Format()),
            "archived": .bool(version.isArchived),
            "aliases": .array(
                aliases.filter { $0.value == version.number }.keys.sorted().map { .string($0) }),
            "tags": .object(version.tags.mapValues { .string($0) }),
            "approvals": .array(version.approvals.map { .string($0.by) }),
            "evaluations": .array(
                version.evaluations.map {
                    .object([
                        "data": .string("\($0.data)"), "digest": .string("\($0.data.digest)"),
                        "metrics": .object($0.metrics.mapValues { .number($0) }),
                    ])
                }),
        ]
        if let lineage = version.lineage { members["lineage"] = .string("\(lineage)") }
        if let origin = version.origin {
            members["run"] = .object([
                "experiment": .string(origin.experiment), "id": .string(origin.id),
                "name": .string(origin.name),
            ])
        }
        if let signature = version.signature {
            func texts(_ fields: [ModelSignature.Field]) -> JSONValue {
                .array(fields.map { .object(["name": .string($0.name), "kind": .string($0.kind)]) })
            }
            members["signature"] = .object([
                "inputs": texts(signature.inputs), "outputs": texts(signature.outputs),
            ])
        }
        return .object(members)
    }

    /// What a gate found.
    static func json(_ result: GateResult) -> JSONValue {
        .object([
            "gate": .string(result.gate), "outcome": .string(result.outcome.rawValue),
            "evidence": .string(result.evidence),
        ])
    }
}
