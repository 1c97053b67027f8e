// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing
internal import Synchronization

/// Contents of any size in a store, cut into chunks of which each is kept once.
///
/// Data comes first, then the index that finds it, then the record that names it, and each is durable before the next
/// is written: a crash leaves garbage, never a name without its data. Everything read is hashed again.
///
/// ```swift
/// let chunks = ChunkStore(store)
/// try await chunks.write { writer in
///     let content = try await writer.add(contentsOf: "2013-07.csv")
///     try await writer.commit()                       // durable from here on
///     try await store.create(CanonicalJSON.encode(["july": content]), at: "names/july.json")
/// }
/// ```
///
/// Every JSON object of the store outside `chunks/` that holds a ``StoredContent`` keeps it from being collected.
public final class ChunkStore: Sendable {
    /// The store underneath.
    public let store: any ObjectStore
    /// How a store that does not exist yet will be laid out, and how this writer compresses.
    public let options: Options

    /// How chunks are cut, packed and compressed.
    public struct Options: Hashable, Sendable {
        /// How contents are cut; only for a store that is new: later the store's own way counts.
        public var chunking = ContentDefinedChunking.standard
        /// The formats of files that are also cut where the format says; only for a store that is new.
        public var boundaries: [ContentBoundaries] = [.safetensors]
        /// How large a pack becomes before the next is begun, in bytes; only for a store that is new.
        public var packSize = 16 << 20
        /// How new chunks are compressed.
        public var compression = ChunkCompression.none

        /// Takes the defaults: chunks of about 64 KiB, packs of 16 MiB, no compression.
        public init() {}
    }

    private struct State {
        var format: ChunkStoreFormat?
        var table = ChunkTable()
        /// The table before a collection rewrote the indexes: what it took away is in the trash for a while.
        var previous = ChunkTable()
        /// What lies in the trash, as far as it was asked for.
        var trash = ChunkTable()
        var isLoaded = false
    }

    private let state = Mutex(State())

    /// Uses the chunks of a store; nothing is read or written yet.
    public init(_ store: any ObjectStore, options: Options = Options()) {
        self.store = store
        self.options = options
    }

    /// Gives a writer to the body.
    ///
    /// The body adds contents, calls ``ChunkWriter/commit()``, and then writes the records that name them. Until
    /// it returns, a lease keeps garbage collection away from everything it built on.
    ///
    /// - Throws: What the body throws, and ``StoreError``.
    public func write<Result>(_ body: (ChunkWriter) async throws -> Result) async throws -> Result {
        let (lease, condemned) = try await ChunkLease.take(in: store)
        do {
            let format = try await prepare()
            let cutting = ChunkCutting(
                try format.check(store.location), at: try format.boundaries(store.location))
            let table = try await refreshed()
            let writer = ChunkWriter(
                self, lease: lease, known: table, condemned: condemned, cutting: cutting,
                packSize: format.packSize)
            let result = try await body(writer)
            try await writer.confirm()
            await lease.release()
            return result
        } catch {
            await lease.release()
            throw error
        }
    }

    /// Finds the store's format, or lays down that of a new store.
    private func prepare() async throws -> ChunkStoreFormat {
        if let format = state.withLock({ $0.format }) { return format }
        var format = try await ChunkStoreFormat.load(store)
        if format == nil {
            let new = ChunkStoreFormat(
                options.chunking, boundaries: options.boundaries, packSize: options.packSize)
            do {
                try await store.create(try CanonicalJSON.encode(new), at: ChunkKeys.format)
                format = new
            } catch let error as StoreError where error.code == .alreadyExists {
                format = try await ChunkStoreFormat.load(store)
            }
        }
        guard let format else {
            throw StoreError(
                .unavailable, "the store's description came and went; try again", key: ChunkKeys.format,
                location: store.location)
        }
        _ = try format.check(store.location)
        state.withLock { $0.format = format }
        return format
    }
}

// MARK: The table of chunks

extension ChunkStore {
    /// The table as it was when it was last read; read now where it never was.
    func table() async throws -> ChunkTable {
        if let table = state.withLock({ $0.isLoaded ? $0.table : nil }) { return table }
        return try await refreshed()
    }

    /// The table with every index that the store holds now.
    func refreshed() async throws -> ChunkTable {
        if let format = try await ChunkStoreFormat.load(store) { _ = try format.check(store.location) }
        let listed = Set(try await store.listAll(prefix: ChunkKeys.indexes).map(\.key))
        var table = state.withLock { $0.table }
        // An index that is gone was merged into another: what it said may be wrong by now.
        if !table.indexes.isSubset(of: listed) {
            let old = table
            state.withLock { $0.previous = old }
            table = ChunkTable()
        }
        var new: [(String, ChunkIndex)] = []
        for key in listed.subtracting(table.indexes).sorted() {
            do {
                new.append((key, try await index(at: key)))
            } catch let error as StoreError where error.code == .notFound {
                // A collection merged it away between the listing and the reading; what replaced it is there.
                return try await refreshed()
            }
        }
        table.add(new)
        let loaded = table
        state.withLock {
            $0.table = loaded
            $0.isLoaded = true
        }
        return loaded
    }

    /// Where a chunk lay before indexes were rewritten.
    func previousLocations(of digest: Digest) -> [ChunkLocation] {
        state.withLock { $0.previous.locations(of: digest) }
    }

    /// What collections moved to the trash, by the indexes that they left there.
    func trashTable() async throws -> ChunkTable {
        let listed = try await store.listAll(prefix: ChunkKeys.trash + ChunkKeys.indexes).map(\.key)
        var table = state.withLock { $0.trash }
        var new: [(String, ChunkIndex)] = []
        for key in listed where !table.indexes.contains(key) {
            do {
                new.append((key, try await index(at: key)))
            } catch let error as StoreError where [.notFound, .corrupted].contains(error.code) {
                // The trash is a last resort: what of it can be used is used.
                continue
            }
        }
        table.add(new)
        let loaded = table
        state.withLock { $0.trash = loaded }
        return loaded
    }

    /// Reads an index and checks it against its name.
    func index(at key: String) async throws -> ChunkIndex {
        let bytes = try await store.get(key)
        let name = key.split(separator: "/").last?.dropLast(".index".count)
        guard Digest(of: bytes) == name.flatMap({ Digest($0) }), let index = ChunkIndex(bytes) else {
            throw StoreError(
                .corrupted, "the index is damaged; 'mlops store repair' rebuilds it from the packs", key: key,
                location: store.location)
        }
        return index
    }

    /// Takes over an index that was just written.
    func remember(_ index: ChunkIndex, at key: String) {
        state.withLock { if $0.isLoaded { $0.table.add([(key, index)]) } }
    }
}
