// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import MLOpsTesting
import TestSupport
import Testing

/// The ways in which collectors of garbage have lost data elsewhere, one test for each.
struct GarbageCollectionTests {
    private let day = 86_400.0

    private func content(_ seed: UInt64, _ count: Int = 200_000) -> [UInt8] {
        randomBytes(seed: seed, count: count)
    }

    private func chunks(_ store: any ObjectStore) -> ChunkStore {
        ChunkStore(store, options: ChunkStoreTests.options)
    }

    /// Stores a content and gives it a name.
    @discardableResult
    private func publish(_ bytes: [UInt8], as name: String, in store: any ObjectStore) async throws
        -> StoredContent
    {
        try await chunks(store).write { writer in
            let content = try await writer.add(bytes)
            try await writer.commit()
            try await store.put(try CanonicalJSON.encode(["content": content]), at: "names/\(name).json")
            return content
        }
    }

    private func collect(_ store: any ObjectStore) async throws -> CollectionReport {
        try await StoreMaintenance(store).collectGarbage()
    }

    @Test func whatNobodyNamesGoesInTwoStepsAndTheRestStays() async throws {
        let store = AgingStore()
        let kept = try await publish(content(1), as: "kept", in: store)
        let dropped = try await publish(content(2), as: "dropped", in: store)
        #expect(try await collect(store).outcome == .nothingToDo)
        try await store.delete("names/dropped.json")
        #expect(try await collect(store).outcome == .nothingToDo, "too young")
        try await store.age(by: 2 * day)
        let all = try await store.listAll(prefix: "")
        let dry = try await StoreMaintenance(store).collectGarbage(isDryRun: true)
        #expect(dry.outcome == .condemned)
        #expect(try await store.listAll(prefix: "") == all)
        let verdict = try await collect(store)
        #expect(verdict.outcome == .condemned)
        #expect(verdict.packs == dry.packs)
        #expect(verdict.bytes > 190_000)
        guard case .tooEarly = try await collect(store).outcome else { return #expect(Bool(false)) }
        try await store.age(by: 2 * 3_600)
        #expect(try await collect(store).outcome == .removed)
        #expect(try await chunks(store).read(kept) == content(1))
        // The trash is kept for a week; a reader still finds it.
        #expect(try await chunks(store).read(kept) == content(1))
        let before = try await store.listAll(prefix: "chunks/trash/").count
        #expect(before > 0)
        try await store.age(by: 8 * day)
        #expect(try await collect(store).emptied == before)
        await #expect(throws: StoreError.self) { try await chunks(store).read(dropped) }
        #expect(try await StoreMaintenance(store).check(dataShare: 1).problems.isEmpty)
    }

    /// Iceberg's orphan removal and others: the age limit was shorter than the job.
    @Test("trap 1: the age limit is shorter than a job") func theUnfinishedWorkOfALongWriterStays()
        async throws
    {
        let store = AgingStore()
        try await publish(content(1), as: "other", in: store)
        let long = try await chunks(store).write { writer in
            let content = try await writer.add(content(3, 500_000))
            try await store.age(by: 2 * day)
            // The writer renews its lease; its packs are two days old and in no index.
            for lease in try await store.listAll(prefix: "chunks/leases/") {
                try await store.put(try await store.get(lease.key), at: lease.key)
            }
            #expect(try await collect(store).outcome == .condemned)
            try await store.age(by: 3_700)
            #expect(try await collect(store).outcome == .waitingForWriters(1))
            try await writer.commit()
            try await store.put(try CanonicalJSON.encode(["c": content]), at: "names/long.json")
            return content
        }
        let report = try await collect(store)
        #expect(!report.acquitted.isEmpty)
        #expect(try await chunks(store).read(long) == content(3, 500_000))
        #expect(try await StoreMaintenance(store).check(dataShare: 1).isSound)
    }

    /// Xet and duplicacy: a writer counts on a chunk that is condemned at that moment.
    @Test("trap 2: a writer counts on a chunk that is being removed")
    func aWriterFromBeforeTheVerdictMayBuildOnWhatIsCondemned() async throws {
        let store = AgingStore()
        try await publish(content(4), as: "first", in: store)
        try await store.age(by: 2 * day)
        let second = try await chunks(store).write { writer in
            try await store.delete("names/first.json")
            #expect(try await collect(store).outcome == .condemned)
            let content = try await writer.add(content(4))
            #expect(writer.receipt.newChunks == 0)
            try await writer.commit()
            try await store.age(by: 3_700)
            #expect(try await collect(store).outcome == .waitingForWriters(1))
            try await store.put(try CanonicalJSON.encode(["c": content]), at: "names/second.json")
            return content
        }
        let report = try await collect(store)
        #expect(report.acquitted.count >= 3)
        #expect(try await store.listAll(prefix: "chunks/trash/").isEmpty)
        #expect(try await chunks(store).read(second) == content(4))
    }

    @Test("trap 3: a later writer counts on a chunk that is being removed")
    func aWriterFromAfterTheVerdictDoesNotBuildOnIt() async throws {
        let store = AgingStore()
        try await publish(content(4), as: "first", in: store)
        try await store.age(by: 2 * day)
        try await store.delete("names/first.json")
        #expect(try await collect(store).outcome == .condemned)
        let again = try await chunks(store).write { writer in
            let content = try await writer.add(content(4))
            #expect(writer.receipt.newChunks == writer.receipt.chunks)
            try await writer.commit()
            try await store.put(try CanonicalJSON.encode(["c": content]), at: "names/second.json")
            return content
        }
        try await store.age(by: 3_700)
        #expect(try await collect(store).outcome == .removed)
        try await store.age(by: 8 * day)
        _ = try await collect(store)
        #expect(try await chunks(store).read(again) == content(4))
    }

    /// Trino and amoro: kinds of files that the collector did not know.
    @Test(
        "trap 4: an unknown kind of object",
        arguments: ["stray.parquet", "chunks/new/thing", "chunks/packs/short.pack", "names/x"])
    func whatIsNotUnderstoodStopsTheCollection(key: String) async throws {
        let store = AgingStore()
        try await publish(content(5), as: "first", in: store)
        try await store.age(by: 2 * day)
        try await store.delete("names/first.json")
        try await store.put([1], at: key)
        let error = await #expect(throws: StoreError.self) { try await collect(store) }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.key == key)
        #expect(try await store.listAll(prefix: "chunks/collections/").isEmpty)
    }

    /// A root that cannot be read is not a root without references.
    @Test(
        "trap 5: an unreadable root counts as no references",
        arguments: [
            "{", #"{"a":{"content":"chunks/2","sha256":"","size":1}}"#, #"{"content":"chunks/1","size":1}"#,
        ])
    func anUnreadableRecordStopsTheCollection(record: String) async throws {
        let store = AgingStore()
        try await publish(content(5), as: "first", in: store)
        try await store.age(by: 2 * day)
        try await store.put(Array(record.utf8), at: "names/first.json")
        await #expect(throws: StoreError.self) { try await collect(store) }
        #expect(try await store.listAll(prefix: "chunks/collections/").isEmpty)
    }

    /// Nor does a version that is sound JSON and says nothing: each one names its files.
    @Test("trap 5: a version that names nothing", arguments: ["artifacts", "datasets"])
    func aVersionThatNamesNothingStopsTheCollection(kind: String) async throws {
        let store = AgingStore()
        try await publish(content(5), as: "first", in: store)
        let empty = Array(#"{"record":{"moved":"2026-11-20T00:00:00Z"},"writeID":"a"}"#.utf8)
        // A move of an alias names no content, and need not.
        try await store.put(empty, at: "\(kind)/m/aliases/x/00000000000000000001.json")
        try await store.age(by: 2 * day)
        _ = try await collect(store)
        let key = "\(kind)/m/versions/00000000000000000001.json"
        try await store.put(empty, at: key)
        let error = await #expect(throws: StoreError.self) { try await collect(store) }
        #expect(error?.code == .corrupted && error?.key == key)
        let problems = try await StoreMaintenance(store).check().problems
        #expect(problems.map(\.kind) == [.unreadableRecord] && problems.map(\.key) == [key])
    }

    /// A store that fails for a moment does not make garbage.
    @Test("trap 6: a store that fails for a moment") func aFailingStoreStopsTheCollection() async throws {
        let base = AgingStore()
        try await publish(content(5), as: "first", in: base)
        try await base.age(by: 2 * day)
        let store = FaultInjectingObjectStore(base) { call in
            call.operation == .get && call.key.hasPrefix("names/") ? .fail(.unavailable) : nil
        }
        let error = await #expect(throws: StoreError.self) { try await collect(store) }
        #expect(error?.code == .unavailable)
        #expect(try await base.listAll(prefix: "chunks/collections/").isEmpty)
    }

    /// MLflow: only the first page of a listing was looked at.
    @Test("trap 7: only the first page of a listing") func namesBeyondTheFirstPageCount() async throws {
        let store = AgingStore()
        let content = try await publish(content(6), as: "zzz", in: store)
        for number in 0..<1_100 {
            try await store.put(Array("{}".utf8), at: "names/filler-\(number).json")
        }
        try await store.age(by: 2 * day)
        #expect(try await collect(store).outcome == .nothingToDo)
        #expect(try await chunks(store).read(content) == self.content(6))
    }

    /// A reader that began before keeps its table of chunks, and reads on.
    @Test("trap 8: a reader from before") func anOldReaderReadsOn() async throws {
        let store = AgingStore()
        let old = try await publish(content(7), as: "old", in: store)
        let reader = chunks(store)
        #expect(try await reader.read(old, range: 0..<10) == Array(content(7)[..<10]))
        try await store.delete("names/old.json")
        try await store.age(by: 2 * day)
        #expect(try await collect(store).outcome == .condemned)
        try await store.age(by: 3_700)
        #expect(try await collect(store).outcome == .removed)
        #expect(try await store.listAll(prefix: "chunks/packs/").isEmpty)
        #expect(try await reader.read(old) == content(7))
    }

    /// Duplicacy's fossils: two collectors with one and the same verdict.
    @Test("trap 9: two collectors with one verdict") func aCollectorThatWasOvertakenStops() async throws {
        let store = AgingStore()
        try await publish(content(8), as: "old", in: store)
        try await store.age(by: 2 * day)
        try await store.delete("names/old.json")
        #expect(try await collect(store).outcome == .condemned)
        try await store.age(by: 3_700)
        // While this collector is about to remove, another finishes the verdict and a writer stores the content anew.
        store.beforeNextDelete { key in
            guard key.hasPrefix("chunks/leases/clock") else { return }
            store.beforeNextDelete { _ in
                #expect(try await self.collect(store).outcome == .removed)
                try await self.publish(self.content(8), as: "new", in: store)
            }
        }
        let error = await #expect(throws: StoreError.self) { try await collect(store) }
        #expect(error?.code == .changed)
        try await store.age(by: 9 * day)
        _ = try await collect(store)
        #expect(try await StoreMaintenance(store).check(dataShare: 1).isSound)
    }

    /// A writer that was killed does not stand in the way for ever.
    @Test func theLeaseOfADeadWriterLapses() async throws {
        let store = AgingStore()
        try await publish(content(9), as: "old", in: store)
        try await store.put(Array(#"{"collection":0,"id":"dead"}"#.utf8), at: "chunks/leases/dead.json")
        try await store.put(Array("what?".utf8), at: "chunks/leases/unknown.json")
        try await store.age(by: 2 * day)
        for key in ["chunks/leases/dead.json", "chunks/leases/unknown.json"] {
            try await store.put(try await store.get(key), at: key)
        }
        try await store.delete("names/old.json")
        #expect(try await collect(store).outcome == .condemned)
        try await store.age(by: 3_700)
        #expect(try await collect(store).outcome == .waitingForWriters(2))
        try await store.age(by: 7_200)
        #expect(try await collect(store).outcome == .removed)
    }

    @Test func packsOfWhichLittleIsNeededAreWrittenAnew() async throws {
        let store = AgingStore()
        let artifacts = chunks(store)
        // Two contents share the packs; one goes.
        let kept = try await artifacts.write { writer in
            var kept: [StoredContent] = []
            for seed: UInt64 in 0..<40 {
                let stored = try await writer.add(content(100 + seed, 4_000))
                if seed % 8 == 0 { kept.append(stored) }
            }
            try await writer.commit()
            try await store.put(try CanonicalJSON.encode(kept), at: "names/kept.json")
            return kept
        }
        try await store.age(by: 2 * day)
        let report = try await collect(store)
        #expect(report.outcome == .condemned)
        #expect(report.copiedChunks > 0)
        try await store.age(by: 2 * day)
        #expect(try await collect(store).outcome == .removed)
        for (index, stored) in kept.enumerated() {
            #expect(try await ChunkStore(store).read(stored) == content(100 + UInt64(index) * 8, 4_000))
        }
        let size = try await store.listAll(prefix: "chunks/packs/").reduce(0) { $0 + $1.size }
        #expect(size < 40_000)
        #expect(try await StoreMaintenance(store).check(dataShare: 1).isSound)
    }

    @Test func manySmallPacksAreBroughtTogether() async throws {
        let store = AgingStore()
        for seed: UInt64 in 0..<20 { try await publish(content(200 + seed, 500), as: "n\(seed)", in: store) }
        try await store.age(by: 2 * day)
        #expect(try await collect(store).copiedChunks >= 20)
        try await store.age(by: 2 * day)
        #expect(try await collect(store).outcome == .removed)
        #expect(try await store.listAll(prefix: "chunks/packs/").count == 1)
        #expect(try await store.listAll(prefix: "chunks/indexes/").count == 1)
        #expect(try await StoreMaintenance(store).check(dataShare: 1).isSound)
    }

    @Test func retiredVersionsGoAndNamedOnesStay() async throws {
        try await withTemporaryFolder { folder in
            let store = AgingStore()
            let artifacts = ArtifactStore(store, options: ChunkStoreTests.options)
            let path = folder.appending(path: "f").path
            for seed: UInt64 in 1...4 {
                try Data(content(seed)).write(to: URL(filePath: path))
                try await artifacts.publish("m", contentsOf: path)
            }
            try await artifacts.move("champion", of: "m", to: 1)
            try await artifacts.retire(versionsOf: "m", keeping: RetentionPolicy(latest: 1))
            try await store.age(by: 2 * day)
            #expect(try await collect(store).outcome == .condemned)
            try await store.age(by: 8 * day)
            #expect(try await collect(store).outcome == .removed)
            let size = try await store.listAll(prefix: "chunks/packs/").reduce(0) { $0 + $1.size }
            #expect((400_000..<450_000).contains(size))
            for reference in ["m@champion", "m"] {
                _ = try await ArtifactStore(store).read(of: artifacts.version(reference))
            }
            #expect(try await StoreMaintenance(store).check(dataShare: 1).isSound)
        }
    }

    /// Killed at every call: what is named stays readable, and the next collection goes on.
    @Test("trap 10: a collector killed half-way") func aCollectorMayBeKilledAtAnyCall() async throws {
        for step in 1...2 {
            var number = 1
            while true {
                let base = AgingStore()
                try await publish(content(1, 60_000), as: "kept", in: base)
                try await publish(content(2, 60_000), as: "dropped", in: base)
                try await base.delete("names/dropped.json")
                try await base.age(by: 2 * day)
                if step == 2 {
                    _ = try await collect(base)
                    try await base.age(by: 3_700)
                }
                let store = FaultInjectingObjectStore(base, .crash, atCall: number)
                do {
                    _ = try await collect(store)
                    break
                } catch is StoreError {}
                #expect(try await StoreMaintenance(base).check(dataShare: 1).isSound)
                for _ in 0..<3 {
                    try await base.age(by: 2 * day)
                    _ = try await collect(base)
                }
                #expect(try await StoreMaintenance(base).check(dataShare: 1).problems.isEmpty)
                let size = try await base.listAll(prefix: "chunks/packs/").reduce(0) { $0 + $1.size }
                #expect(size < 70_000)
                number += 1
            }
            #expect(number > 10)
        }
    }

    @Test func eightWritersAndACollectorAtOnce() async throws {
        let store = AgingStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer: UInt64 in 0..<8 {
                group.addTask {
                    for round: UInt64 in 0..<6 {
                        // Contents recur, so that writers build on what others stored and dropped.
                        let seed = (writer * 7 + round * 3) % 5
                        try await publish(content(seed, 60_000), as: "\(writer)-\(round)", in: store)
                        if round > 2 { try await store.delete("names/\(writer)-\(round - 2).json") }
                    }
                }
            }
            group.addTask {
                for _ in 0..<12 {
                    try await store.age(by: 2 * day)
                    // What is at work right now is as fresh as before.
                    for lease in try await store.listAll(prefix: "chunks/leases/") {
                        if let record = try? await store.get(lease.key) {
                            try await store.put(record, at: lease.key)
                        }
                    }
                    _ = try await collect(store)
                }
            }
            try await group.waitForAll()
        }
        let report = try await StoreMaintenance(store).check(dataShare: 1)
        #expect(report.isSound, "\(report.problems)")
        #expect(report.contents == 8 * 3)
    }
}
