// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

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

    private let sink: ChunkSink
    private let memory = StretchBuffer(room: 0)

    init(_ sink: ChunkSink) { self.sink = sink }

    /// Adds files; nil stands for one that is too large to be read in one piece.
    func add(_ paths: ArraySlice<String>) throws -> [ChunkWriter.AddedFile?] {
        var added = [ChunkWriter.AddedFile?](repeating: nil, count: paths.count)
        var members: [Member] = []
        var filled = 0
        for (place, path) in paths.enumerated() {
            let file = try FileReader(path)
            let size = file.stamp.size
            guard size <= SmallFileIngest.limit else { continue }
            if unsafe memory.stretch.count - filled <= size {
                try store(members, into: &added)
                (members, filled) = ([], 0)
            }
            try unsafe file.readWhole(
                into: UnsafeMutableRawBufferPointer(rebasing: memory.stretch[filled...]))
            members.append(Member(place: place, stamp: file.stamp, range: filled..<filled + size))
            filled += size
        }
        try store(members, into: &added)
        return added
    }

    /// Cuts, hashes and stores what was read.
    private func store(_ members: [Member], into added: inout [ChunkWriter.AddedFile?]) throws {
        let bytes = unsafe UnsafeRawBufferPointer(memory.stretch)
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
        try unsafe sink.take(chunks, Array(digests.prefix(chunks.count)), of: bytes)
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
