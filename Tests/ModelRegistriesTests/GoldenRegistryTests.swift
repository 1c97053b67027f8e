// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import ModelRegistries
import RunLineage
import TestSupport
import Testing

/// Registries that earlier programs wrote must be read, and written to, for ever.
struct GoldenRegistryTests {
    @Test(arguments: ["format-1"]) func aRegistryOfEarlierIsReadAndGoesOn(name: String) async throws {
        try await withTemporaryFolder { folder in
            let copy = folder.appending(path: "store")
            try FileManager.default.copyItem(
                at: fixtures.appending(path: "ArtifactStores/\(name)/store"), to: copy)
            let store = try LocalObjectStore(at: copy.path)
            let registry = ObjectStoreModelRegistry(store)
            #expect(try await registry.models() == ["delay"])
            #expect(try await registry.versions(of: "delay").map(\.number) == [1, 2])
            #expect(try await registry.aliases(of: "delay") == ["champion": 1])
            let champion = try await registry.find("delay@champion")
            #expect(champion.registeredBy == "ada")
            #expect(champion.evaluations.first?.metrics["auc"] == 0.75)
            #expect(try await registry.artifactIsIntact(of: champion) == true)
            let artifact = try await ArtifactStore(store).version("Flight delay/ü@2")
            #expect(champion.artifact.digest == artifact.digest)
            // Registered, evaluated, promoted, registered, promoted, rolled back.
            #expect(try await registry.history(of: "delay").count == 6)
            let other = try await ArtifactStore(store).version("Flight delay/ü@3")
            let next = try await registry.register("delay", artifact: other)
            #expect(next.number == 3)
            #expect(try await ObjectStoreModelRegistry(store).versions(of: "delay").count == 3)
        }
    }
}
