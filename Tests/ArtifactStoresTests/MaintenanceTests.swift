// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import MLOpsTesting
import TestSupport
import Testing

/// Checks that find, and repairs that lose nothing.
struct MaintenanceTests {
    private func makeStore(_ folder: URL) async throws -> (AgingStore, ArtifactStore) {
        let store = AgingStore()
        let artifacts = ArtifactStore(store, options: ChunkStoreTests.options)
        let source = folder.appending(path: "model")
        try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
        for seed: UInt64 in 1...6 {
            let bytes = randomBytes(seed: seed, count: 50_000)
            try Data(bytes).write(to: source.appending(path: "part\(seed)"))
        }
        try await artifacts.publish("m", contentsOf: source.path)
        try Data(randomBytes(seed: 9, count: 50_000)).write(to: source.appending(path: "part1"))
        try await artifacts.publish("m", contentsOf: source.path)
        return (store, artifacts)
    }

    private func check(_ store: any ObjectStore) async throws -> CheckReport {
        try await StoreMaintenance(store).check(dataShare: 1)
    }

    @Test func aSoundStoreHasNoProblems() async throws {
        try await withTemporaryFolder { folder in
            let (store, _) = try await makeStore(folder)
            let report = try await check(store)
            #expect(report.isSound)
            #expect(report.problems.isEmpty)
            #expect(report.records == 2)
            #expect(report.contents == 14)
            #expect(report.packsRead == report.packs)
            let statistics = try await StoreMaintenance(store).statistics()
            #expect(statistics.packs == report.packs)
            #expect(statistics.records == 2)
            #expect(statistics.chunkBytes > 350_000)
            #expect(statistics.writers == 0)
            #expect(try await check(InMemoryObjectStore()).isSound)
        }
    }

    @Test func everyFlippedByteOfAPackIsFoundAndTheLossIsNamed() async throws {
        try await withTemporaryFolder { folder in
            let (store, artifacts) = try await makeStore(folder)
            let pack = try #require(try await store.listAll(prefix: "chunks/packs/").first)
            let sound = try await store.get(pack.key)
            var generator = SeededGenerator(seed: 5)
            for position in [0, 8, 24, 28, 32, 36, 40, 72]
                + (0..<12).map({ _ in
                    Int.random(in: 0..<sound.count, using: &generator)
                })
            {
                var damaged = sound
                damaged[position] ^= 0x10
                try await store.put(damaged, at: pack.key)
                let report = try await check(store)
                #expect(
                    report.problems.contains { $0.kind == .damagedPack && $0.key == pack.key }, "\(position)")
                let isReadable = await isReadable(artifacts)
                #expect(report.losses.isEmpty == isReadable, "\(position)")
            }
        }
    }

    private func isReadable(_ artifacts: ArtifactStore) async -> Bool {
        do {
            for version in try await artifacts.versions(of: "m") {
                for file in try await artifacts.files(of: version) {
                    _ = try await ChunkStore(artifacts.store).read(file.content)
                }
            }
            return true
        } catch {
            return false
        }
    }

    @Test func aLostIndexIsRebuilt() async throws {
        try await withTemporaryFolder { folder in
            let (store, artifacts) = try await makeStore(folder)
            for object in try await store.listAll(prefix: "chunks/indexes/") {
                try await store.delete(object.key)
            }
            let report = try await check(store)
            #expect(!report.isSound)
            #expect(report.losses.count == 2)
            let repair = try await StoreMaintenance(store).repair()
            #expect(repair.after.isSound)
            #expect(repair.savedChunks > 0)
            #expect(await isReadable(ArtifactStore(artifacts.store)))
        }
    }

    @Test func aDamagedIndexGoesIntoQuarantineAndIsRebuilt() async throws {
        try await withTemporaryFolder { folder in
            let (store, artifacts) = try await makeStore(folder)
            let key = try #require(try await store.listAll(prefix: "chunks/indexes/").first?.key)
            var bytes = try await store.get(key)
            bytes[100] ^= 1
            try await store.put(bytes, at: key)
            #expect(try await check(store).problems.contains { $0.kind == .damagedIndex && $0.key == key })
            let repair = try await StoreMaintenance(store).repair()
            #expect(repair.quarantined == [key])
            #expect(repair.after.isSound)
            #expect(try await store.get("chunks/quarantine/" + key) == bytes)
            #expect(await isReadable(ArtifactStore(artifacts.store)))
        }
    }

    @Test func aDamagedPackIsSavedButForWhatIsLostAndPublishingBringsThatBack() async throws {
        try await withTemporaryFolder { folder in
            let (store, artifacts) = try await makeStore(folder)
            let pack = try #require(
                try await store.listAll(prefix: "chunks/packs/").first { $0.size > 60_000 })
            var bytes = try await store.get(pack.key)
            bytes[bytes.count / 2] ^= 1
            try await store.put(bytes, at: pack.key)
            let repair = try await StoreMaintenance(store).repair()
            #expect(repair.quarantined == [pack.key])
            #expect(try await store.get("chunks/quarantine/" + pack.key) == bytes)
            #expect(try await store.head(pack.key) == nil)
            // One chunk of one file is lost, in as many versions as hold the file.
            #expect((1...2).contains(repair.after.losses.count))
            #expect(repair.after.losses.allSatisfy { $0.chunks == 1 && $0.path.hasPrefix("part") })
            #expect(repair.after.problems.allSatisfy { $0.kind == .lostContent })
            #expect(repair.savedChunks > 10)
            // The same folder again.
            let source = folder.appending(path: "model").path
            try await ArtifactStore(store).publish("m", contentsOf: source, metadata: ["again": "yes"])
            try Data(randomBytes(seed: 1, count: 50_000)).write(to: URL(filePath: source + "/part1"))
            try await ArtifactStore(store).publish("m", contentsOf: source, metadata: ["again": "yes"])
            #expect(try await check(store).isSound)
            #expect(await isReadable(ArtifactStore(artifacts.store)))
        }
    }

    @Test func aPackInTheTrashIsBroughtBack() async throws {
        try await withTemporaryFolder { folder in
            let (store, artifacts) = try await makeStore(folder)
            let key = try #require(try await store.listAll(prefix: "chunks/packs/").first?.key)
            try await store.put(try await store.get(key), at: "chunks/trash/" + key)
            try await store.delete(key)
            let report = try await check(store)
            #expect(report.problems.map(\.kind) == [.missingPack])
            #expect(report.losses.isEmpty, "it can still be read")
            let repair = try await StoreMaintenance(store).repair()
            #expect(repair.recovered == [key])
            #expect(repair.after.isSound)
            #expect(await isReadable(ArtifactStore(artifacts.store)))
        }
    }

    @Test func aLostPackIsDroppedFromTheIndexSoThatItsContentsCanComeAgain() async throws {
        try await withTemporaryFolder { folder in
            let (store, _) = try await makeStore(folder)
            for object in try await store.listAll(prefix: "chunks/packs/") {
                try await store.delete(object.key)
            }
            let repair = try await StoreMaintenance(store).repair()
            #expect(!repair.after.isSound)
            #expect(!repair.after.losses.isEmpty)
            let source = folder.appending(path: "model").path
            try await ArtifactStore(store).publish("m", contentsOf: source)
            let artifacts = ArtifactStore(store)
            let latest = try await artifacts.version("m")
            #expect(try await artifacts.read("part1", of: latest) == randomBytes(seed: 9, count: 50_000))
        }
    }

    @Test func aRepairWaitsForWriters() async throws {
        try await withTemporaryFolder { folder in
            let (store, artifacts) = try await makeStore(folder)
            try await artifacts.chunks.write { _ in
                let error = await #expect(throws: StoreError.self) {
                    try await StoreMaintenance(store).repair()
                }
                #expect(error?.code == .unavailable)
            }
        }
    }

    @Test func aRepairMayBeKilledAtAnyCall() async throws {
        try await withTemporaryFolder { folder in
            let (original, _) = try await makeStore(folder)
            var number = 1
            while true {
                let base = AgingStore()
                for object in try await original.listAll(prefix: "") {
                    try await base.put(try await original.get(object.key), at: object.key)
                }
                for object in try await base.listAll(prefix: "chunks/indexes/") {
                    try await base.delete(object.key)
                }
                let pack = try #require(try await base.listAll(prefix: "chunks/packs/").first)
                var bytes = try await base.get(pack.key)
                bytes[bytes.count - 1] ^= 1
                try await base.put(bytes, at: pack.key)
                let store = FaultInjectingObjectStore(base, .crash, atCall: number)
                do {
                    _ = try await StoreMaintenance(store).repair()
                    break
                } catch is StoreError {}
                try await base.age(by: 10_000)
                let repair = try await StoreMaintenance(base).repair()
                #expect(repair.after.losses.count <= 2)
                // Which pack comes first changes from run to run; one with a list of files makes its records unreadable.
                #expect(
                    repair.after.problems.allSatisfy { [.lostContent, .unreadableRecord].contains($0.kind) },
                    "\(repair.after.problems)")
                number += 7
            }
            #expect(number > 30)
        }
    }
}
