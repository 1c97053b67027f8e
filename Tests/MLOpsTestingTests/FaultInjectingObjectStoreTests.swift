// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import MLOpsTesting
import Testing

@Suite struct FaultInjectingObjectStoreTests {
    @Test func withoutAPlanItIsTheStoreBehindIt() async throws {
        let report = await ObjectStoreConformance(
            of: FaultInjectingObjectStore(InMemoryObjectStore()), largeObjectSize: 100_000,
            longListingCount: 50
        ).run()
        #expect(report.outcomes.allSatisfy { $0.verdict == .passed }, "\(report)")
    }

    @Test func failsBeforeTheEffect() async throws {
        let base = InMemoryObjectStore()
        let store = FaultInjectingObjectStore(base, .fail(.outOfSpace), atCall: 2)
        try await store.create([1], at: "a")
        let error = await #expect(throws: StoreError.self) { try await store.create([1], at: "b") }
        #expect(error?.code == .outOfSpace)
        #expect(try await base.head("b") == nil)
        try await store.create([1], at: "b")
        #expect(store.calls.map(\.number) == [1, 2, 3])
        #expect(store.calls.map(\.key) == ["a", "b", "b"])
    }

    @Test func losesTheResponseAfterTheEffect() async throws {
        let base = InMemoryObjectStore()
        let store = FaultInjectingObjectStore(base, .loseResponse, atCall: 1)
        let error = await #expect(throws: StoreError.self) { try await store.create([1], at: "a") }
        #expect(error?.code == .unavailable)
        #expect(try await base.get("a") == [1])
    }

    @Test func repeatsARequestAsANetworkMay() async throws {
        let store = FaultInjectingObjectStore(InMemoryObjectStore(), .repeatRequest, atCall: 1)
        let error = await #expect(throws: StoreError.self) { try await store.create([1], at: "a") }
        #expect(error?.code == .alreadyExists)
        #expect(try await store.get("a") == [1])
    }

    @Test func tearsAndFlips() async throws {
        let base = InMemoryObjectStore()
        try await base.put([1, 2, 3], at: "a")
        #expect(try await FaultInjectingObjectStore(base, .tear(2), atCall: 1).get("a") == [1, 2])
        #expect(try await FaultInjectingObjectStore(base, .flipBit(9), atCall: 1).get("a") == [1, 0, 3])
        await #expect(throws: StoreError.self) {
            try await FaultInjectingObjectStore(base, .tear(1), atCall: 1).put([7, 8], at: "b")
        }
        #expect(try await base.get("b") == [7])
    }

    @Test(arguments: [false, true])
    func nothingHappensAfterACrash(takesEffect: Bool) async throws {
        let base = InMemoryObjectStore()
        let store = FaultInjectingObjectStore(base, takesEffect ? .crashAfterwards : .crash, atCall: 2)
        try await store.put([1], at: "a")
        await #expect(throws: StoreError.self) { try await store.put([1], at: "b") }
        await #expect(throws: StoreError.self) { try await store.put([1], at: "c") }
        await #expect(throws: StoreError.self) { _ = try await store.get("a") }
        #expect(try await base.listAll(prefix: "").map(\.key) == (takesEffect ? ["a", "b"] : ["a"]))
    }

    /// The pattern for which the double is made: an operation, a fault at each of its calls, a promise.
    @Test func aHistoryNeverForksWhateverCallFails() async throws {
        let counting = FaultInjectingObjectStore(InMemoryObjectStore())
        try await RecordHistory<String>(in: counting, at: "h").append { _ in "x" }
        for number in 1...counting.calls.count {
            for fault in [FaultInjectingObjectStore.Fault.fail(.unavailable), .loseResponse, .repeatRequest] {
                let base = InMemoryObjectStore()
                let failing = RecordHistory<String>(
                    in: FaultInjectingObjectStore(base, fault, atCall: number), at: "h")
                _ = try? await failing.append { _ in "first" }
                let history = RecordHistory<String>(in: base, at: "h")
                try await history.append { _ in "second" }
                let records = try await history.entries().map(\.record)
                #expect(records == ["second"] || records == ["first", "second"])
            }
        }
    }
}
