// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import ModelRegistries
import RunLineage
import TreeEnsembles

/// Both models in the registry: the incumbent becomes champion, the challenger has to beat it.
struct Registration {
    static let model = "flight-delay"
    static let alias = "champion"

    private let artifacts: ArtifactStore
    private let registry: ObjectStoreModelRegistry

    /// Keeps models in a store.
    init(in store: any ObjectStore) {
        let artifacts = ArtifactStore(store)
        self.artifacts = artifacts
        // The gate reads every byte of the files again.
        registry = ObjectStoreModelRegistry(store, user: "pipeline") { artifact in
            guard let number = artifact.version else { return nil }
            let version = try await artifacts.version("\(artifact.name)@\(number)")
            for file in try await artifacts.files(of: version) {
                // Reading hashes what it reads, and throws where it is not what was published.
                _ = try await artifacts.read(file.path, of: version)
            }
            return version.digest == artifact.digest
        }
    }

    /// Publishes a model's file.
    func publish(_ model: Inputs.Model) async throws -> ArtifactVersion {
        try await artifacts.publish(
            Registration.model + "-" + model.name, contentsOf: model.path,
            metadata: ["library": model.ensemble.library])
    }

    /// Registers a model with the run that evaluated it; files that are registered already keep their version.
    func register(
        _ scored: ScoredMonth, artifact: ArtifactVersion, run: RunReference, data: DataReference
    ) async throws -> ModelVersion {
        let known = try await registry.models().contains(Registration.model)
        let versions = known ? try await registry.versions(of: Registration.model) : []
        if let version = versions.first(where: { $0.artifact.digest == artifact.digest }) { return version }
        let signature = ModelSignature(
            inputs: scored.model.ensemble.features.map {
                ModelSignature.Field(name: $0.name ?? "", kind: $0.kind.rawValue)
            },
            outputs: [ModelSignature.Field(name: "probability of a delay", kind: "numeric")])
        return try await registry.register(
            Registration.model,
            artifact: ModelArtifact(
                name: artifact.name, version: artifact.number, digest: artifact.digest, size: artifact.size),
            run: run, signature: signature,
            evaluations: [Evaluation(on: data, metrics: ["roc_auc": scored.rocAUC])],
            tags: ["library": scored.model.ensemble.library])
    }

    /// Promotes the incumbent and then, through the gate, the challenger; rolls back; promotes the challenger again.
    ///
    /// The steps that the history holds already, from an earlier run or one that was killed, are not done again.
    ///
    /// - Throws: `RegistryError` with what the gates found, where one of them refuses.
    func promote(_ incumbent: ModelVersion, then challenger: ModelVersion, gate: Settings.Gate) async throws {
        let safe: [PromotionGate] = [.lineageIsComplete, .artifactIsVerified]
        let better =
            safe + [
                .signatureIsCompatible, .beats(Registration.alias, on: gate.measure, by: gate.betterBy),
            ]
        let steps: [() async throws -> Void] = [
            { try await registry.promote(incumbent, to: Registration.alias, if: safe, why: "the incumbent") },
            {
                try await registry.promote(
                    challenger, to: Registration.alias, if: better, why: "beats the incumbent")
            },
            { try await registry.rollBack(Registration.model, Registration.alias, why: "a drill") },
            {
                try await registry.promote(
                    challenger, to: Registration.alias, if: better, why: "the drill is over")
            },
        ]
        for step in try await steps.dropFirst(moves().count) { try await step() }
    }

    private func moves() async throws -> [RegistryEvent] {
        try await registry.history(of: Registration.model).filter { event in
            if case .aliasMoved(Registration.alias, _, _, _, _) = event.action { true } else { false }
        }
    }

    /// What the registry holds now, without times.
    func summary() async throws -> Summary.Registry {
        var summary = Summary.Registry()
        for version in try await registry.versions(of: Registration.model) {
            let lineage = try await registry.lineage(of: version)
            summary.versions.append(
                Summary.Registry.Version(
                    name: "\(version)", model: version.tags["library"] ?? "",
                    run: version.origin?.name ?? "not recorded",
                    data: (lineage?.data ?? []).map(\.description).joined(separator: ", "),
                    parameters: lineage?.parameters?.digest.short ?? "not recorded",
                    artifact: version.artifact.digest.short))
        }
        let moves = try await moves()
        summary.gates = moves.dropFirst().first.map(Registration.gates) ?? []
        summary.history = moves.map { $0.summary + ($0.why.map { ": " + $0 } ?? "") }
        if let number = try await registry.aliases(of: Registration.model)[Registration.alias] {
            summary.champion = "\(Registration.model)@\(number)"
        }
        return summary
    }

    private static func gates(of move: RegistryEvent) -> [String] {
        guard case .aliasMoved(_, _, _, _, let gates) = move.action else { return [] }
        return gates.map { "\($0.outcome.rawValue): \($0.gate) (\($0.evidence))" }
    }
}
