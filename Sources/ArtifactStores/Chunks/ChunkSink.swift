// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

/// Where the chunks of a writer come together: it tells which are new, and packs those.
///
/// Every method may be called from any thread; the long work is done outside the lock.
final class ChunkSink: Sendable {
    struct FullPack: Sendable {
        var name: Digest
        var content: GatheredBytes
        var records: [ChunkPack.Record]
    }

    private struct State {
        var claimed: Set<Digest> = []
        var builder: ChunkPackBuilder?
        var full: [FullPack] = []
        /// The memory of packs that are written, beside that of the stretches.
        var spare: [[UInt8]] = []
        var receipt = WriteReceipt()
        /// Chunks that were found to be new and are not in a pack yet.
        var unfinished = 0
    }

    let cutting: ChunkCutting
    private let stretches: StretchPool
    private let packSize: Int
    private let compression: ChunkCompression
    private let known: ChunkTable
    private let condemned: Set<Digest>
    private let state = Mutex(State())

    init(
        known: ChunkTable, condemned: Set<Digest>, cutting: ChunkCutting, packSize: Int,
        compression: ChunkCompression
    ) {
        self.known = known
        self.condemned = condemned
        self.cutting = cutting
        self.packSize = packSize
        self.compression = compression
        stretches = StretchPool(common: cutting.chunking.maximum + StretchBuffer.size)
    }

    /// The packs whose chunks count as stored.
    var packsBuiltOn: Set<Digest> { Set(known.packs).subtracting(condemned) }

    var receipt: WriteReceipt { state.withLock { $0.receipt } }

    /// Whether stretches take so much memory that no more should be asked for than must be.
    var isScarce: Bool { stretches.isScarce }

    /// A stretch of which so many bytes are filled at most.
    func stretch(of size: Int = StretchBuffer.size) -> StretchBuffer {
        StretchBuffer(room: cutting.chunking.maximum, size: size, from: stretches)
    }

    /// Cuts the next bytes of a content and takes every chunk whose end is among them.
    ///
    /// - Parameter stretch: Where the bytes lie, if they may be written from there later.
    /// - Returns: The chunks, and how many bytes they cover.
    func take(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool, _ cutter: inout ContentCutter,
        in stretch: StretchBuffer? = nil
    ) throws -> (parts: [StoredContent.Part], count: Int) {
        let ranges = unsafe cutter.cut(bytes, isLast: isLast, at: stretch?.places)
        return (try unsafe take(ranges, of: bytes, in: stretch), ranges.last?.upperBound ?? 0)
    }

    /// Cuts a whole content and takes its chunks.
    func take(whole bytes: UnsafeRawBufferPointer) throws -> [StoredContent.Part] {
        try unsafe take(cut(whole: bytes), of: bytes)
    }

    /// The chunks of a whole content, one after the other.
    func cut(whole bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var cutter = cutting.makeCutter()
        return unsafe cutter.cut(bytes, isLast: true)
    }

    /// Takes chunks that are cut already.
    func take(
        _ ranges: [Range<Int>], of bytes: UnsafeRawBufferPointer, in stretch: StretchBuffer? = nil
    ) throws -> [StoredContent.Part] {
        let digests = unsafe SHA256.digests(of: ranges[...], in: bytes)
        try unsafe take(ranges, digests, of: bytes, in: stretch)
        return zip(digests, ranges).map { StoredContent.Part(digest: $0, size: $1.count) }
    }

    /// Takes chunks that are cut and hashed already.
    func take(
        _ ranges: [Range<Int>], _ digests: [Digest], of bytes: UnsafeRawBufferPointer,
        in stretch: StretchBuffer? = nil
    ) throws {
        let new = claim(digests, ranges)
        let stretch = stretches.isScarce ? nil : stretch
        for index in new {
            let content = unsafe UnsafeRawBufferPointer(rebasing: bytes[ranges[index]])
            if let (codec, packed) = try unsafe compression.compress(content) {
                unsafe packed.withUnsafeBytes { packed in
                    unsafe append(digests[index], size: content.count, codec: codec, stored: packed)
                }
            } else {
                unsafe append(
                    digests[index], size: content.count, codec: .plain, stored: content, in: stretch)
            }
        }
    }

    /// Marks the chunks that are not stored yet as this caller's to store.
    private func claim(_ digests: [Digest], _ ranges: [Range<Int>]) -> [Int] {
        state.withLock { state in
            var new: [Int] = []
            for (index, digest) in digests.enumerated() {
                state.receipt.chunks += 1
                state.receipt.bytes += ranges[index].count
                if state.claimed.contains(digest) || isKnown(digest) { continue }
                state.claimed.insert(digest)
                state.unfinished += 1
                state.receipt.newChunks += 1
                state.receipt.newBytes += ranges[index].count
                new.append(index)
            }
            return new
        }
    }

    /// What lies only in condemned packs is as good as gone.
    private func isKnown(_ digest: Digest) -> Bool {
        let locations = known.locations(of: digest)
        return condemned.isEmpty
            ? !locations.isEmpty : locations.contains { !condemned.contains($0.pack) }
    }

    private func append(
        _ digest: Digest, size: Int, codec: ChunkCodec, stored: UnsafeRawBufferPointer,
        in stretch: StretchBuffer? = nil
    ) {
        state.withLock { state in
            var builder =
                state.builder.take()
                ?? ChunkPackBuilder(
                    capacity: packSize + cutting.chunking.maximum, memory: state.spare.popLast() ?? [])
            unsafe builder.append(digest, size: size, codec: codec, stored: stored, in: stretch)
            state.unfinished -= 1
            state.receipt.storedBytes += stored.count
            if builder.content.count >= packSize {
                let (name, content, records) = builder.finish()
                state.full.append(FullPack(name: name, content: content, records: records))
            } else {
                state.builder = builder
            }
        }
    }

    /// The packs that are full; at the end also the one that is not.
    func takePacks(isLast: Bool) -> [FullPack] {
        state.withLock { state in
            defer { state.full = [] }
            if isLast, let (name, content, records) = state.builder.take()?.finish() {
                state.full.append(FullPack(name: name, content: content, records: records))
            }
            return state.full
        }
    }

    /// Takes back the memory of a pack that is written: asking the system for new memory costs as much as hashing.
    func reuse(_ content: GatheredBytes) {
        state.withLock { if $0.spare.count < 2 { $0.spare.append(content.own) } }
    }

    /// Whether a chunk that others may count on was never packed, because whoever claimed it failed.
    var hasFailed: Bool { state.withLock { $0.unfinished > 0 } }
}

extension ChunkSink {
    /// Makes the description of a content from its chunks: many of them are put into lists, which are stored too.
    func describe(
        _ digest: Digest, size: Int, chunks parts: [StoredContent.Part], holdsReferences: Bool
    ) throws -> StoredContent {
        var parts = parts
        var depth = 0
        while parts.count > PartList.inlineLimit {
            let lists = PartList.lists(of: parts)
            var bytes: [UInt8] = []
            var ranges: [Range<Int>] = []
            for list in lists {
                let encoded = PartList.encode(list)
                ranges.append(bytes.count..<bytes.count + encoded.count)
                bytes += encoded
            }
            let stored = try unsafe bytes.withUnsafeBytes { unsafe try take(ranges, of: $0) }
            parts = zip(stored, lists).map { stored, list in
                StoredContent.Part(digest: stored.digest, size: list.reduce(0) { $0 + $1.size })
            }
            depth += 1
        }
        return StoredContent(
            digest: digest, size: size, depth: depth, parts: parts, holdsReferences: holdsReferences)
    }
}
