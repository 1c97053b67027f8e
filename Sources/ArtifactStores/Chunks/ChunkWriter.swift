// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

/// What a writer was given and what of it was new.
public struct WriteReceipt: Hashable, Sendable {
    /// How many chunks the contents have.
    public internal(set) var chunks = 0
    /// How many bytes the contents have.
    public internal(set) var bytes = 0
    /// How many chunks the store did not hold before.
    public internal(set) var newChunks = 0
    /// How many bytes the new chunks have.
    public internal(set) var newBytes = 0
    /// How many bytes the new chunks take in the store.
    public internal(set) var storedBytes = 0

    /// Starts from nothing.
    public init() {}
}

/// Adds contents to a ``ChunkStore``; made by ``ChunkStore/write(_:)``.
///
/// Several tasks may add at the same time. Nothing that was added is promised before ``commit()`` returns.
public final class ChunkWriter: Sendable {
    private struct State {
        var batch: (any ObjectBatch)?
        var flushes: [Task<Void, any Error>] = []
        var packs: [ChunkIndex.Pack] = []
        /// The packs of every commit.
        var written: Set<Digest> = []
    }

    private let chunks: ChunkStore
    private let lease: ChunkLease
    let sink: ChunkSink
    private let state = Mutex(State())
    /// How many files are being added of which each is more than one stretch.
    let files = Atomic(0)

    init(
        _ chunks: ChunkStore, lease: ChunkLease, known: ChunkTable, condemned: Set<Digest>,
        cutting: ChunkCutting, packSize: Int
    ) {
        self.chunks = chunks
        self.lease = lease
        sink = ChunkSink(
            known: known, condemned: condemned, cutting: cutting, packSize: packSize,
            compression: chunks.options.compression)
    }

    /// What was added so far and what of it was new.
    public var receipt: WriteReceipt { sink.receipt }

    /// Makes everything added so far durable; then records may name it.
    ///
    /// - Throws: ``StoreError``; then nothing that was added may be named.
    public func commit() async throws {
        try await flush(isLast: true)
        let (batch, flushes) = state.withLock { state in
            defer { (state.batch, state.flushes) = (nil, []) }
            return (state.batch, state.flushes)
        }
        for flush in flushes { try await flush.value }
        guard !sink.hasFailed else {
            throw StoreError(
                .invalidArgument,
                "a content failed to be added, and others may share its chunks; start again",
                location: chunks.store.location)
        }
        let packs = state.withLock { state in
            defer { state.packs = [] }
            state.written.formUnion(state.packs.map(\.name))
            return state.packs
        }
        // The index is made while the device is waited for, and written behind the packs.
        let index = ChunkIndex(packs: packs)
        async let encoded = Blocking.run { index.encode() }
        try await batch?.commit()
        if !packs.isEmpty {
            // A writer that was taken for dead does not say of its packs that they are there.
            try lease.check()
            let bytes = try await encoded
            let key = ChunkIndex.key(of: Digest(of: bytes))
            do {
                try await chunks.store.create(bytes, at: key)
            } catch let error as StoreError where error.code == .alreadyExists {
                // Packs are never made twice, so this is our own, after a response was lost.
            }
            chunks.remember(index, at: key)
        }
        try await chunks.store.settle(ChunkKeys.indexes)
        try lease.check()
    }

    /// Makes certain, behind the records, that what they name is there.
    ///
    /// A collection waits for every writer whose lease it sees. One that was halted for hours is taken for dead, and may
    /// publish when what it built on is in the trash. So the writer looks at the packs behind its record, and the
    /// collection looks at the records behind its removal: one of them sees the other, and brings the packs back.
    func confirm() async throws {
        guard try await lease.mayHaveBeenPassedOver() else { return }
        let present = Set(try await chunks.store.listAll(prefix: ChunkKeys.packs).map(\.key))
        let builtOn = state.withLock { $0.written }.union(sink.packsBuiltOn)
        if builtOn.allSatisfy({ present.contains(ChunkPack.key(of: $0)) }) { return }
        var scan = ReferenceScan(chunks)
        try await scan.run()
        guard try await StoreMaintenance(chunks.store).bringBack(scan.live).missing.isEmpty else {
            throw StoreError(
                .unavailable,
                "the writer was halted for so long that what it built on was removed; run it again, which makes whole "
                    + "what it published", location: chunks.store.location)
        }
    }

    /// Writes the packs that are full, a few at a time; waits where more would fill the memory.
    func flush(isLast: Bool = false) async throws {
        for pack in sink.takePacks(isLast: isLast) {
            let oldest = state.withLock { $0.flushes.count >= 2 ? $0.flushes.removeFirst() : nil }
            try await oldest?.value
            state.withLock { state in
                let batch = state.batch ?? chunks.store.makeBatch()
                state.batch = batch
                state.packs.append(
                    ChunkIndex.Pack(name: pack.name, size: pack.content.count, records: pack.records))
                state.flushes.append(
                    Task { [sink] in
                        let key = ChunkPack.key(of: pack.name)
                        if let batch = batch as? any GatheringBatch {
                            try await batch.create(pack.content, at: key)
                        } else {
                            try await batch.create(pack.content.joined(), at: key)
                        }
                        sink.reuse(pack.content)
                    })
            }
        }
    }
}
