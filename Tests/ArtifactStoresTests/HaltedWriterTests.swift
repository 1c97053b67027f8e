// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

/// A writer that is halted for hours, such as on a suspended machine, is taken for dead; what it builds on is moved to the
/// trash, and then it goes on and publishes.
struct HaltedWriterTests {
    /// Where the writer is when it is halted.
    enum Halt: CaseIterable {
        case beforeItStoresAnything
        case beforeItsIndex
        case beforeItsRecord
    }

    private struct Killed: Error {}

    private let day = 86_400.0
    private let shared = randomBytes(seed: 1, count: 12_000)
    /// What the writer stores: the beginning is there before it begins; the rest fills more than one pack.
    private let content: [UInt8]

    init() { content = shared + randomBytes(seed: 2, count: 80_000) }

    private func chunks(_ store: any ObjectStore) -> ChunkStore {
        ChunkStore(store, options: ChunkStoreTests.options)
    }

    private func name(_ content: StoredContent, _ name: String, in store: any ObjectStore) async throws {
        try await store.put(try CanonicalJSON.encode(["content": content]), at: "names/\(name).json")
    }

    /// A store with a content that nothing names any more, two days old.
    private func store() async throws -> AgingStore {
        let store = AgingStore()
        try await chunks(store).write { writer in
            let content = try await writer.add(shared)
            try await writer.commit()
            try await name(content, "old", in: store)
        }
        try await store.delete("names/old.json")
        try await store.age(by: 2 * day)
        return store
    }

    /// Runs a writer that is halted at some place; the body does what happens meanwhile.
    private func write(
        to store: AgingStore, halted place: Halt, killed: Bool = false,
        _ meanwhile: @Sendable () async throws -> Void
    ) async throws -> StoredContent {
        try await chunks(store).write { writer in
            if place == .beforeItStoresAnything { try await meanwhile() }
            let stored = try await writer.add(content)
            if place == .beforeItsIndex { try await meanwhile() }
            try await writer.commit()
            if place == .beforeItsRecord { try await meanwhile() }
            try await name(stored, "new", in: store)
            if killed { throw Killed() }
            return stored
        }
    }

    /// Lets the lease lapse and collects garbage in two steps.
    private func collect(_ store: AgingStore) async throws {
        try await store.age(by: 3 * day)
        #expect(try await StoreMaintenance(store).collectGarbage().outcome == .condemned)
        try await store.age(by: 3_700)
        #expect(try await StoreMaintenance(store).collectGarbage().outcome == .removed)
        #expect(try await !store.listAll(prefix: "chunks/trash/").isEmpty)
    }

    /// What was published is there and stays, also when the trash is emptied.
    private func expectWhole(_ store: AgingStore, _ what: Comment = "") async throws {
        // What was brought back has a copy in the trash, which stays four times as long as the rest.
        for _ in 0..<4 {
            #expect(try await ChunkStore(store).read(try await stored(in: store)) == content, what)
            try await store.age(by: 8 * day)
            _ = try await StoreMaintenance(store).collectGarbage()
        }
        let report = try await StoreMaintenance(store).check(dataShare: 1)
        #expect(report.problems.isEmpty, "\(what) \(report.problems)")
        #expect(try await store.listAll(prefix: "chunks/trash/").isEmpty, what)
    }

    @Test(arguments: Halt.allCases)
    func aWriterThatWasTakenForDeadBringsBackWhatItNames(place: Halt) async throws {
        let store = try await store()
        _ = try await write(to: store, halted: place) { try await collect(store) }
        // Before any other collection: whole by the writer's own doing.
        let check = try await StoreMaintenance(store).check(dataShare: 1)
        #expect(check.isSound, "\(check.problems)")
        try await expectWhole(store)
    }

    @Test(arguments: Halt.allCases)
    func killedBehindItsRecordItIsMendedByTheNextCollection(place: Halt) async throws {
        let store = try await store()
        await #expect(throws: Killed.self) {
            _ = try await write(to: store, halted: place, killed: true) { try await collect(store) }
        }
        try await expectWhole(store)
    }

    @Test func aRepairBringsBackWhatItNamesToo() async throws {
        let store = try await store()
        await #expect(throws: Killed.self) {
            _ = try await write(to: store, halted: .beforeItsRecord, killed: true) {
                try await collect(store)
            }
        }
        try await store.age(by: 8 * day)
        let report = try await StoreMaintenance(store).repair()
        #expect(!report.recovered.isEmpty)
        #expect(report.after.isSound)
        try await expectWhole(store)
    }

    /// The writer goes on before each single call of the collection that removes what it builds on.
    @Test(arguments: [false, true])
    func itMayGoOnAtAnyCallOfTheCollection(killed: Bool) async throws {
        var number = 1
        while true {
            let base = try await store()
            let (halted, goOn) = (Signal(), Signal())
            let writer = Task {
                try await write(to: base, halted: .beforeItsRecord, killed: killed) {
                    halted.send()
                    await goOn.wait()
                }
            }
            await halted.wait()
            try await base.age(by: 3 * day)
            #expect(try await StoreMaintenance(base).collectGarbage().outcome == .condemned)
            try await base.age(by: 3_700)
            let store = InterruptingStore(base, atCall: number) {
                goOn.send()
                _ = await writer.result
            }
            _ = try await StoreMaintenance(store).collectGarbage()
            let isDone = !store.wasInterrupted
            goOn.send()
            if case .failure(let error) = await writer.result {
                #expect(killed && error is Killed, "\(error)")
            }
            try await expectWhole(base, "call \(number)")
            if isDone { break }
            number += 1
        }
        #expect(number > 25)
    }

    /// A week in which no collection looks at the records changes nothing: the trash is not emptied unseen.
    @Test func theTrashIsNotEmptiedUnseen() async throws {
        let store = try await store()
        await #expect(throws: Killed.self) {
            _ = try await write(to: store, halted: .beforeItsRecord, killed: true) {
                try await collect(store)
            }
        }
        // A verdict stands that is too young to be carried out, so this collection has nothing else to do.
        let verdict = "chunks/collections/00000000000000000003.json"
        let pack = String(repeating: "0", count: 64)
        try await store.put(
            Array(#"{"record":{"by":"test","packs":["\#(pack)"]},"writeID":"w"}"#.utf8), at: verdict)
        try await store.age(by: 8 * day)
        try await store.put(try await store.get(verdict), at: verdict)
        let report = try await StoreMaintenance(store).collectGarbage()
        guard case .tooEarly = report.outcome else { return #expect(Bool(false), "\(report)") }
        #expect(report.emptied > 0)
        #expect(try await ChunkStore(store).read(try await stored(in: store)) == content)
    }

    private func stored(in store: AgingStore) async throws -> StoredContent {
        let record = try JSONValue(parsing: try await store.get("names/new.json"))
        return try #require(record["content"].flatMap { StoredContent(json: $0) })
    }
}

/// Lets one task wait for another.
private final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func send() { continuation.finish() }

    func wait() async {
        for await _ in stream {}
    }
}
