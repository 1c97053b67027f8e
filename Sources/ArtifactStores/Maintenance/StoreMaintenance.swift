// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Looks after the contents of a store: counts, checks, repairs and removes what nobody needs.
///
/// Writers and readers may be at work meanwhile; only ``repair(dataShare:)`` wants to be alone.
public struct StoreMaintenance: Sendable {
    /// The store.
    public let store: any ObjectStore
    let chunks: ChunkStore
    let collections: RecordHistory<CollectionRecord>

    /// Looks after a store.
    public init(_ store: any ObjectStore) {
        self.store = store
        chunks = ChunkStore(store)
        collections = RecordHistory(in: store, at: ChunkKeys.collections)
    }

    /// What a store holds.
    public struct Statistics: Hashable, Sendable {
        /// Objects of every kind, and their bytes.
        public internal(set) var objects = 0, bytes = 0
        /// Packs and their bytes.
        public internal(set) var packs = 0, packBytes = 0
        /// Indexes and the chunks that they name.
        public internal(set) var indexes = 0, chunks = 0
        /// What the chunks hold, expanded, in bytes.
        public internal(set) var chunkBytes = 0
        /// Records outside `chunks/`.
        public internal(set) var records = 0
        /// Writers whose lease has not lapsed.
        public internal(set) var writers = 0
        /// Objects in the trash and in quarantine, and their bytes.
        public internal(set) var trash = 0, trashBytes = 0, quarantine = 0, quarantineBytes = 0
    }

    /// Counts what the store holds; reads listings and indexes only.
    ///
    /// - Throws: ``StoreError``
    public func statistics() async throws -> Statistics {
        var statistics = Statistics()
        for object in try await store.listAll(prefix: "") {
            statistics.objects += 1
            statistics.bytes += object.size
            if object.key.hasPrefix(ChunkKeys.packs) {
                statistics.packs += 1
                statistics.packBytes += object.size
            } else if object.key.hasPrefix(ChunkKeys.indexes) {
                statistics.indexes += 1
            } else if object.key.hasPrefix(ChunkKeys.leases) {
                statistics.writers += 1
            } else if object.key.hasPrefix(ChunkKeys.trash) {
                statistics.trash += 1
                statistics.trashBytes += object.size
            } else if object.key.hasPrefix(ChunkKeys.quarantine) {
                statistics.quarantine += 1
                statistics.quarantineBytes += object.size
            } else if case .record = StoreObjectKind(object.key) {
                statistics.records += 1
            }
        }
        try await chunks.refreshed().forEach { location in
            statistics.chunks += 1
            statistics.chunkBytes += Int(location.record.size)
        }
        return statistics
    }

    /// The store's unfinished writes; none where it does not let them be listed.
    func unfinishedWrites(startedBefore time: Double, removing: Bool) async throws -> [String] {
        do {
            return try await store.unfinishedWrites(startedBefore: time, removing: removing).sorted()
        } catch let error as StoreError where [.permissionDenied, .unsupported].contains(error.code) {
            return []
        }
    }

    /// Moves an object to another key; whoever is interrupted leaves it at both.
    func move(_ key: String, to other: String) async throws {
        do {
            let bytes = try await store.get(key)
            do {
                try await store.create(bytes, at: other)
            } catch let error as StoreError where error.code == .alreadyExists {
                guard try await store.get(other) == bytes else { throw error }
            }
            try await store.delete(key)
        } catch let error as StoreError where error.code == .notFound {
            // Another collector was faster.
        }
    }

    /// Writes the table anew without some packs, and only then removes the indexes that it came from.
    func rewriteIndexes(of table: ChunkTable, without packs: Set<Digest>) async throws {
        var kept: [Digest: [ChunkPack.Record]] = [:]
        table.forEach { location in
            if !packs.contains(location.pack) { kept[location.pack, default: []].append(location.record) }
        }
        var keys: Set<String> = []
        var group: [ChunkIndex.Pack] = []
        var count = 0
        for (pack, records) in kept.sorted(by: { $0.key < $1.key }) {
            group.append(ChunkIndex.Pack(name: pack, size: table.packSizes[pack] ?? 0, records: records))
            count += records.count
            if count >= 1 << 20 {
                keys.insert(try await write(ChunkIndex(packs: group)))
                (group, count) = ([], 0)
            }
        }
        if !group.isEmpty { keys.insert(try await write(ChunkIndex(packs: group))) }
        for key in table.indexes.subtracting(keys).sorted() { try await store.delete(key) }
    }

    func write(_ index: ChunkIndex, under prefix: String = "") async throws -> String {
        let bytes = index.encode()
        let key = prefix + ChunkIndex.key(of: Digest(of: bytes))
        do {
            try await store.create(bytes, at: key)
        } catch let error as StoreError where error.code == .alreadyExists {
            // The same table was written before.
        }
        return key
    }
}

/// The collector's own object among the leases: its time of writing is the store's clock.
struct StoreClock {
    /// Seconds since 1970 by the store's clock.
    let now: Double

    /// Asks the store for its time.
    init(_ store: any ObjectStore) async throws {
        let key = ChunkKeys.leases + "clock-" + UUID().uuidString.lowercased() + ".json"
        try await store.create(
            try CanonicalJSON.encode(LeaseRecord(id: "clock", collection: .max)), at: key)
        let info = try await store.head(key)
        try await store.delete(key)
        guard let info else {
            throw StoreError(.unavailable, "the store does not show what was just written", key: key)
        }
        now = info.modified
    }
}
