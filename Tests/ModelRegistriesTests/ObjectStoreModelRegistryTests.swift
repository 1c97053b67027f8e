// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import MLOpsTesting
import ModelRegistries
import RunLineage
import TestSupport
import Testing

@Suite struct ObjectStoreModelRegistryTests {
    @Test func theRegistryConformsInMemory() async {
        let report = await ModelRegistryConformance(of: ObjectStoreModelRegistry(InMemoryObjectStore())).run()
        #expect(report.isConforming, "\(report)")
        #expect(report.outcomes.allSatisfy { $0.verdict == .passed }, "\(report)")
    }

    @Test func theRegistryConformsInAFolder() async throws {
        try await withTemporaryFolder { folder in
            let store = try LocalObjectStore(at: folder.path())
            let report = await ModelRegistryConformance(of: ObjectStoreModelRegistry(store)).run()
            #expect(report.isConforming, "\(report)")
        }
    }

    @Test func twoProcessesSeeTheSame() async throws {
        let store = InMemoryObjectStore()
        let (one, other) = (ObjectStoreModelRegistry(store), ObjectStoreModelRegistry(store))
        for number in 1...10 {
            let registry = number.isMultiple(of: 2) ? one : other
            let version = try await registry.register(
                "m", artifact: ModelArtifact(name: "a", digest: Digest(of: "\(number)")))
            #expect(version.number == number)
            try await registry.promote(version, to: "champion")
        }
        #expect(try await one.history(of: "m") == other.history(of: "m"))
        #expect(try await one.find("m@champion").number == 10)
    }

    @Test func aDamagedEventOrLineageIsToldAndNothingIsGuessed() async throws {
        let store = InMemoryObjectStore()
        let lineage = LineageRecord(code: CodeState(commit: "c"))
        let run = RunReference(experiment: "e", id: "1", name: "r", lineage: lineage)
        let version = try await ObjectStoreModelRegistry(store).register(
            "m", artifact: ModelArtifact(name: "a", digest: Digest(of: "1")), run: run)
        try await store.put(Array("{}".utf8), at: "registry/lineage/\(lineage.digest.hexadecimal).json")
        let registry = ObjectStoreModelRegistry(store)
        let error = await #expect(throws: RegistryError.self) { try await registry.lineage(of: version) }
        #expect(error?.code == .corrupted)
        let refusal = await #expect(throws: RegistryError.self) {
            try await registry.promote(version, to: "champion", if: [.lineageIsComplete])
        }
        #expect(refusal?.gates.first?.outcome == .unknown)
        let key = try #require(try await store.listAll(prefix: "registry/models/m/").first?.key)
        try await store.put(Array("{".utf8), at: key)
        await #expect(throws: StoreError.self) { try await ObjectStoreModelRegistry(store).versions(of: "m") }
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "a b", "ü", "a:b", "a@b"])
    func namesOfModelsAndAliasesAreStrict(name: String) async throws {
        let registry = ObjectStoreModelRegistry(InMemoryObjectStore())
        let artifact = ModelArtifact(name: "a", digest: Digest(of: "1"))
        let error = await #expect(throws: RegistryError.self) {
            try await registry.register(name, artifact: artifact)
        }
        #expect(error?.code == .invalidName)
        let version = try await registry.register("m", artifact: artifact)
        for alias in [name, "3"] {
            let error = await #expect(throws: RegistryError.self) {
                try await registry.promote(version, to: alias)
            }
            #expect(error?.code == .invalidName)
        }
    }

    @Test func aRetryAfterAFaultLeavesOneVersion() async throws {
        // A fault at each call in turn, before and after its effect; the caller then tries again.
        for fault in [FaultInjectingObjectStore.Fault.fail(.unavailable), .loseResponse] {
            for call in 1...12 {
                let inner = InMemoryObjectStore()
                let store = FaultInjectingObjectStore(inner, fault, atCall: call)
                let registry = ObjectStoreModelRegistry(store)
                let artifact = ModelArtifact(name: "a", digest: Digest(of: "1"))
                let run = RunReference(experiment: "e", id: "1", name: "r", lineage: LineageRecord())
                func attempt() async throws {
                    let version = try await registry.register("m", artifact: artifact, run: run)
                    try await registry.promote(version, to: "champion")
                }
                do { try await attempt() } catch { try await attempt() }
                let plain = ObjectStoreModelRegistry(inner)
                #expect(try await plain.versions(of: "m").count == 1)
                #expect(try await plain.aliases(of: "m") == ["champion": 1])
                #expect(try await plain.models() == ["m"])
                #expect(try await plain.history(of: "m").count == 2, "\(fault) at \(call)")
            }
        }
    }
}
