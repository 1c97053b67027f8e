// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a writer leaves in the store while it works, so that no collection takes away what it builds on.
struct LeaseRecord: Codable, Sendable {
    var id: String
    /// The number of the latest collection whose verdict the writer knows.
    var collection: Int
}

/// A writer's lease, renewed while the writer lives.
final class ChunkLease: Sendable {
    /// A lease counts so long after its last renewal, by the store's clock; in seconds.
    static let duration = 3_600.0
    /// The writer itself trusts it for a shorter time, by its own clock.
    private static let trusted = Duration.seconds(2_400)
    private static let renewal = Duration.seconds(600)

    private let store: any ObjectStore
    private let record: LeaseRecord
    private let renewed: Mutex<ContinuousClock.Instant>
    private let renewer = Mutex<Task<Void, Never>?>(nil)

    private init(_ record: LeaseRecord, _ store: any ObjectStore, since start: ContinuousClock.Instant) {
        self.store = store
        self.record = record
        renewed = Mutex(start)
    }

    private static func key(of id: String) -> String { ChunkKeys.leases + id + ".json" }

    /// Takes a lease, and returns it with the packs that are condemned and must not be built on.
    static func take(in store: any ObjectStore) async throws -> (ChunkLease, condemned: Set<Digest>) {
        let collections = RecordHistory<CollectionRecord>(in: store, at: ChunkKeys.collections)
        var latest = try await collections.latest()
        while true {
            let record = LeaseRecord(id: UUID().uuidString.lowercased(), collection: latest?.number ?? 0)
            let start = ContinuousClock.now
            try await store.create(try CanonicalJSON.encode(record), at: key(of: record.id))
            let lease = ChunkLease(record, store, since: start)
            // A collection that is decided from now on sees the lease; one decided just before is seen here.
            let now = try await collections.latest()
            if now?.number ?? 0 == record.collection {
                lease.startRenewing()
                return (lease, now?.record.condemned ?? [])
            }
            try await store.delete(key(of: record.id))
            latest = now
        }
    }

    /// Checks that the lease held from its start until now.
    func check() throws(StoreError) {
        guard renewed.withLock({ ContinuousClock.now - $0 }) < ChunkLease.trusted else {
            throw StoreError(
                .unavailable,
                "the writer was halted so long that its lease lapsed; run it again, what it stored is reused",
                location: store.location)
        }
    }

    /// Whether a verdict came since the lease was taken: a collection may then have taken the writer for dead.
    func mayHaveBeenPassedOver() async throws -> Bool {
        let collections = RecordHistory<CollectionRecord>(in: store, at: ChunkKeys.collections)
        return try await store.head(collections.key(of: record.collection + 1)) != nil
    }

    /// Gives the lease back; one that cannot be given back lapses by itself.
    func release() async {
        let task = renewer.withLock { $0.take() }
        task?.cancel()
        await task?.value
        do { try await store.delete(ChunkLease.key(of: record.id)) } catch {}
    }

    private func startRenewing() {
        let task = Task { [weak self] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: ChunkLease.renewal) } catch { return }
                await self?.renew()
            }
        }
        renewer.withLock { $0 = task }
    }

    private func renew() async {
        let start = ContinuousClock.now
        do {
            try check()
            try await store.put(try CanonicalJSON.encode(record), at: ChunkLease.key(of: record.id))
            renewed.withLock { $0 = start }
        } catch {
            // The next round tries again; check() tells the writer when it has been too long.
        }
    }
}

/// What a collection of garbage decided; see `GarbageCollector`.
struct CollectionRecord: Codable, Sendable {
    /// The packs that will be removed; writers do not build on them any more.
    var packs: [String]
    /// Who decided, for people.
    var by: String

    var condemned: Set<Digest> { Set(packs.compactMap { Digest($0) }) }
}
