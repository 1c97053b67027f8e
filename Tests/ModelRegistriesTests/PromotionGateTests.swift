// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import ModelRegistries
import RunLineage
import Testing

@Suite struct PromotionGateTests {
    private let june = DataReference(name: "june", digest: Digest(of: "june"))
    private let july = DataReference(name: "july", digest: Digest(of: "july"))

    private func registry(intact: Bool? = nil) -> ObjectStoreModelRegistry {
        ObjectStoreModelRegistry(InMemoryObjectStore(), user: "ada") { _ in intact }
    }

    private func register(
        _ number: Int, in registry: ObjectStoreModelRegistry, signature: ModelSignature? = nil,
        lineage: LineageRecord? = nil, evaluations: [Evaluation] = []
    ) async throws -> ModelVersion {
        let run = lineage.map { RunReference(experiment: "e", id: "\(number)", name: "r", lineage: $0) }
        return try await registry.register(
            "m", artifact: ModelArtifact(name: "a", digest: Digest(of: "\(number)")), run: run,
            signature: signature,
            evaluations: evaluations)
    }

    private func outcome(
        of gate: PromotionGate, for version: ModelVersion, in registry: ObjectStoreModelRegistry
    ) async throws -> GateResult.Outcome {
        do {
            return try await registry.promote(version, to: "champion", if: [gate]).first?.outcome ?? .passed
        } catch let error as RegistryError where error.code == .gateRefused {
            return try #require(error.gates.first).outcome
        }
    }

    @Test func lineageMustBeThereAndComplete() async throws {
        let registry = registry()
        let bare = try await register(1, in: registry)
        #expect(try await outcome(of: .lineageIsComplete, for: bare, in: registry) == .failed)
        let partial = try await register(2, in: registry, lineage: LineageRecord())
        #expect(try await outcome(of: .lineageIsComplete, for: partial, in: registry) == .failed)
        let lineage = LineageRecord(
            code: CodeState(commit: "c", changes: .clean), data: [june],
            parameters: ParameterState(digest: Digest(of: "p")),
            environment: EnvironmentState(system: "s", architecture: "a", swift: "6.3"))
        let whole = try await register(3, in: registry, lineage: lineage)
        #expect(try await outcome(of: .lineageIsComplete, for: whole, in: registry) == .passed)
    }

    @Test(arguments: [(Bool?.some(true), GateResult.Outcome.passed), (false, .failed), (nil, .unknown)])
    func filesMustBeIntact(intact: Bool?, expected: GateResult.Outcome) async throws {
        let registry = registry(intact: intact)
        let version = try await register(1, in: registry)
        #expect(try await outcome(of: .artifactIsVerified, for: version, in: registry) == expected)
    }

    @Test func approvalsOfOthersCountOncePerPerson() async throws {
        let registry = registry()
        let version = try await register(1, in: registry)
        try await registry.approve(version, by: "ada")
        #expect(try await outcome(of: .approved(by: 1), for: version, in: registry) == .failed)
        try await registry.approve(version, by: "bob")
        try await registry.approve(version, by: "bob")
        #expect(try await outcome(of: .approved(by: 2), for: version, in: registry) == .failed)
        // The version in hand is old; the gate sees what has come since.
        #expect(version.approvals.isEmpty)
        #expect(try await outcome(of: .approved(by: 1), for: version, in: registry) == .passed)
    }

    @Test(arguments: [
        (0.700, 0.702, 0.002, true, GateResult.Outcome.passed), (0.700, 0.7019, 0.002, true, .failed),
        (0.700, 0.700, 0, true, .passed), (0.5, 0.4, 0.05, false, .passed), (0.5, 0.6, 0.05, false, .failed),
    ])
    func aChallengerMustBeatTheChampion(
        champion: Double, challenger: Double, margin: Double, higher: Bool, expected: GateResult.Outcome
    ) async throws {
        let registry = registry()
        let gate = PromotionGate.beats("champion", on: "auc", by: margin, higherIsBetter: higher)
        let first = try await register(
            1, in: registry, evaluations: [Evaluation(on: june, metrics: ["auc": champion])])
        #expect(try await outcome(of: gate, for: first, in: registry) == .passed)
        let second = try await register(
            2, in: registry, evaluations: [Evaluation(on: june, metrics: ["auc": challenger])])
        #expect(try await outcome(of: gate, for: second, in: registry) == expected)
    }

    @Test func onlyTheSameDataDecides() async throws {
        let registry = registry()
        let gate = PromotionGate.beats("champion", on: "auc", by: 0.01)
        let first = try await register(
            1, in: registry,
            evaluations: [
                Evaluation(on: june, metrics: ["auc": 0.6]),
                Evaluation(on: july, metrics: ["auc": 0.6, "loss": 1]),
            ])
        try await registry.promote(first, to: "champion")
        let silent = try await register(2, in: registry)
        #expect(try await outcome(of: gate, for: silent, in: registry) == .unknown)
        // The same name with another content is other data.
        let other = DataReference(name: "june", digest: Digest(of: "june, mended"))
        let elsewhere = try await register(
            3, in: registry, evaluations: [Evaluation(on: other, metrics: ["auc": 0.9])])
        #expect(try await outcome(of: gate, for: elsewhere, in: registry) == .unknown)
        let mixed = try await register(
            4, in: registry,
            evaluations: [
                Evaluation(on: june, metrics: ["auc": 0.9]), Evaluation(on: july, metrics: ["auc": 0.605]),
            ])
        #expect(try await outcome(of: gate, for: mixed, in: registry) == .failed)
        // A value that is not a number is left out, and one measurement is then too few.
        let broken = try await register(
            5, in: registry,
            evaluations: [
                Evaluation(on: june, metrics: ["auc": 0.9]), Evaluation(on: july, metrics: ["auc": .nan]),
            ])
        let both = PromotionGate.beats("champion", on: "auc", by: 0.01, minimumShared: 2)
        #expect(try await outcome(of: both, for: broken, in: registry) == .unknown)
        // The latest measurement counts.
        try await registry.record(Evaluation(on: july, metrics: ["auc": 0.7]), of: mixed)
        #expect(try await outcome(of: gate, for: mixed, in: registry) == .passed)
    }

    @Test func signaturesMustSuitTheCallers() async throws {
        let registry = registry()
        let old = ModelSignature(inputs: ["a", "b"], outputs: ["p"])
        let first = try await register(1, in: registry, signature: old)
        #expect(try await outcome(of: .signatureIsCompatible, for: first, in: registry) == .passed)
        let cases: [(ModelSignature?, GateResult.Outcome)] = [
            (nil, .unknown), (ModelSignature(inputs: ["b", "a", "c"], outputs: ["p"]), .failed),
            (ModelSignature(inputs: ["a", "b"], outputs: ["p", "q"]), .failed),
            (ModelSignature(inputs: ["a", "b"], outputs: ["p"], kind: "integer"), .failed),
            (ModelSignature(inputs: ["b"], outputs: ["p"]), .passed),
        ]
        for (number, (signature, expected)) in cases.enumerated() {
            let version = try await register(number + 2, in: registry, signature: signature)
            let found = try await outcome(of: .signatureIsCompatible, for: version, in: registry)
            #expect(found == expected, "\(String(describing: signature))")
        }
    }

    @Test func aRefusalStaysInTheHistory() async throws {
        let registry = registry()
        let version = try await register(1, in: registry)
        await #expect(throws: RegistryError.self) {
            try await registry.promote(version, to: "champion", if: [.approved(by: 1)], why: "please")
        }
        let event = try #require(try await registry.history(of: "m").last)
        guard case .promotionRefused("champion", 1, let gates) = event.action else {
            Issue.record("\(event)")
            return
        }
        #expect(gates.map(\.outcome) == [.failed])
        #expect(event.why == "please")
        #expect(event.summary == "refused version 1 as champion: approved by 1")
    }
}
