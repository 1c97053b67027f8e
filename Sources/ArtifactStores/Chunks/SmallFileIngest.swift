// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

/// Small files on their way into a store, many at a time: they are read into one stretch of memory, and the chunks of
/// all of them are hashed together, which costs much less than one after the other.
///
/// Each belongs to one worker, which uses it from one thread at a time.
final class SmallFileIngest: Sendable {
    /// Up to this size in bytes a file is a small one.
    static let limit = 1 << 20

    private struct Member {
        var place: Int
        var stamp: FileStamp
        var range: Range<Int>
    }

    private struct State {
        var stretch: StretchBuffer
        var filled = 0
    }

    private let sink: ChunkSink
    private let state: Mutex<State>

    init(_ sink: ChunkSink) {
        self.sink = sink
        state = Mutex(State(stretch: sink.stretch()))
    }

    /// Adds files; nil stands for one that is too large to be read in one piece.
    func add(_ paths: ArraySlice<String>) throws -> [ChunkWriter.AddedFile?] {
        var added = [ChunkWriter.AddedFile?](repeating: nil, count: paths.count)
        var members: [Member] = []
        var (stretch, filled) = state.withLock { ($0.stretch, $0.filled) }
        for (place, path) in paths.enumerated() {
            let file = try FileReader(path)
            let size = file.stamp.size
            guard size <= SmallFileIngest.limit else { continue }
            if unsafe stretch.stretch.count - filled <= size {
                try store(members, in: stretch, &added)
                // Packs may be written from the full one as long as they like.
                (members, stretch, filled) = ([], sink.stretch(), 0)
                state.withLock { [stretch] in $0 = State(stretch: stretch) }
            }
            try unsafe file.readWhole(
                into: UnsafeMutableRawBufferPointer(rebasing: stretch.stretch[filled...]))
            members.append(Member(place: place, stamp: file.stamp, range: filled..<filled + size))
            filled += size
        }
        try store(members, in: stretch, &added)
        state.withLock { [stretch, filled] in $0 = State(stretch: stretch, filled: filled) }
        return added
    }

    /// Cuts, hashes and stores what was read.
    private func store(
        _ members: [Member], in stretch: StretchBuffer, _ added: inout [ChunkWriter.AddedFile?]
    ) throws {
        let bytes = unsafe UnsafeRawBufferPointer(stretch.stretch)
        var chunks: [Range<Int>] = []
        var ends: [Int] = []
        // The digest of one that is a single chunk is that of the chunk.
        var wholes: [Range<Int>] = []
        for member in members {
            let start = member.range.lowerBound
            let cut = unsafe sink.cut(whole: UnsafeRawBufferPointer(rebasing: bytes[member.range]))
            chunks += cut.map { start + $0.lowerBound..<start + $0.upperBound }
            ends.append(chunks.count)
            if cut.count != 1 { wholes.append(member.range) }
        }
        let digests = unsafe SHA256.digests(of: (chunks + wholes)[...], in: bytes)
        try unsafe sink.take(chunks, Array(digests.prefix(chunks.count)), of: bytes, in: stretch)
        var whole = chunks.count
        var first = 0
        for (member, end) in zip(members, ends) {
            let parts = (first..<end).map {
                StoredContent.Part(digest: digests[$0], size: chunks[$0].count)
            }
            let digest = digests[parts.count == 1 ? first : whole]
            if parts.count != 1 { whole += 1 }
            added[member.place] = ChunkWriter.AddedFile(
                content: try sink.describe(
                    digest, size: member.range.count, chunks: parts, holdsReferences: false),
                stamp: member.stamp)
            first = end
        }
    }
}
