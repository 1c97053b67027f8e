// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

extension ChunkStore {
    /// Reads a content, or a range of it; only the chunks in the range are fetched, and each is hashed again.
    ///
    /// - Parameters:
    ///   - content: What to read.
    ///   - range: The offsets in bytes; cut off at the content's end.
    /// - Throws: ``StoreError`` with the code `corrupted` where a chunk is missing or is not what was stored.
    public func read(_ content: StoredContent, range: Range<Int>? = nil) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        let range = (range ?? 0..<content.size).clamped(to: 0..<content.size)
        bytes.reserveCapacity(range.count)
        try await read(content, range: range) { bytes += $0 }
        if range.count == content.size { try check(Digest(of: bytes), of: content) }
        return bytes
    }

    /// Reads a content, or a range of it, piece by piece in constant memory.
    ///
    /// - Parameters:
    ///   - content: What to read.
    ///   - range: The offsets in bytes; cut off at the content's end.
    ///   - body: Takes the pieces in their order.
    /// - Throws: What the body throws, and ``StoreError`` with the code `corrupted` where a chunk is missing or is
    ///   not what was stored.
    public func read(
        _ content: StoredContent, range: Range<Int>? = nil, _ body: ([UInt8]) async throws -> Void
    ) async throws {
        let range = (range ?? 0..<content.size).clamped(to: 0..<content.size)
        guard !range.isEmpty else { return }
        try await visit(content.allParts, depth: content.depth, from: 0, range) { parts, start in
            try await fetch(parts, from: start, range, body)
        }
    }

    /// Reads small contents one after another, those that lie together in one request.
    func readTogether(_ contents: [StoredContent]) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        let size = contents.reduce(0) { $0 + $1.size }
        bytes.reserveCapacity(size)
        try await fetch(contents.flatMap(\.allParts), from: 0, 0..<size) { bytes += $0 }
        return bytes
    }

    func check(_ digest: Digest, of content: StoredContent) throws(StoreError) {
        guard digest == content.digest else {
            throw StoreError(
                .corrupted,
                "the chunks are sound but do not make up the content \(content.digest.short); what named it is "
                    + "wrong", location: store.location)
        }
    }

    /// Calls the body with each row of chunks that touches the range, and the offset at which the row starts.
    private func visit(
        _ parts: [StoredContent.Part], depth: Int, from start: Int, _ range: Range<Int>,
        _ body: ([StoredContent.Part], Int) async throws -> Void
    ) async throws {
        guard depth > 0 else { return try await body(parts, start) }
        var start = start
        for part in parts {
            if start < range.upperBound, start + part.size > range.lowerBound {
                let list = try await self.parts(of: part)
                try await visit(list, depth: depth - 1, from: start, range, body)
            }
            start += part.size
        }
    }

    /// Reads a list of parts.
    func parts(of part: StoredContent.Part) async throws -> [StoredContent.Part] {
        let bytes = try await chunk(part.digest)
        guard let parts = PartList.decode(bytes, size: part.size) else {
            throw StoreError(
                .corrupted, "the chunk \(part.digest.short) is not the list of parts that it should be",
                location: store.location)
        }
        return parts
    }

    /// Reads the chunks of a row that touch the range, neighbours in a pack in one request, and hands them over.
    private func fetch(
        _ parts: [StoredContent.Part], from start: Int, _ range: Range<Int>,
        _ body: ([UInt8]) async throws -> Void
    ) async throws {
        var wanted: [ChunkReader.Wanted] = []
        var start = start
        for part in parts {
            if start < range.upperBound, start + part.size > range.lowerBound {
                wanted.append(ChunkReader.Wanted(part: part, start: start))
            }
            start += part.size
        }
        let table = try await table()
        let groups = ChunkReader.groups(of: wanted, table)
        // While one group is hashed and handed over, the next is fetched.
        var coming: Task<[UInt8], any Error>?
        defer { coming?.cancel() }
        for (index, group) in groups.enumerated() {
            let fetching = coming ?? startFetching(group)
            coming = index + 1 < groups.count ? startFetching(groups[index + 1]) : nil
            let bytes: [UInt8]
            do {
                let pack = try await fetching.value
                bytes = try await Blocking.run { try ChunkReader.contents(of: group, in: pack) }
            } catch is ChunkReader.Damage {
                bytes = try await separately(group)
            } catch let error as StoreError where error.code == .notFound {
                bytes = try await separately(group)
            }
            let end = group.start + bytes.count
            let piece = max(group.start, range.lowerBound)..<min(end, range.upperBound)
            try await body(
                piece.count == bytes.count
                    ? bytes : Array(bytes[piece.lowerBound - group.start..<piece.upperBound - group.start]))
        }
    }

    private func startFetching(_ group: ChunkReader.Group) -> Task<[UInt8], any Error> {
        Task { [store] in
            guard let pack = group.pack else {
                throw StoreError(.notFound, "no index names the chunk", location: store.location)
            }
            return try await store.get(ChunkPack.key(of: pack), range: group.range)
        }
    }

    private func separately(_ group: ChunkReader.Group) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for wanted in group.wanted {
            let content = try await chunk(wanted.part.digest)
            guard content.count == wanted.part.size else {
                throw StoreError(
                    .corrupted, "the chunk \(wanted.part.digest.short) has another size than its list says",
                    location: store.location)
            }
            bytes += content
        }
        return bytes
    }

    /// Reads one chunk wherever a sound copy of it is: in any pack, in one that was written since the table was
    /// read, or in the trash, for a reader that began before a collection and a name that came behind one.
    func chunk(_ digest: Digest) async throws -> [UInt8] {
        let old = try await table().locations(of: digest)
        var failure: StoreError?
        if let content = try await firstSound(of: old, digest, &failure) { return content }
        let new = try await refreshed().locations(of: digest)
        if let content = try await firstSound(of: new, digest, &failure) { return content }
        let all = new + old + previousLocations(of: digest)
        if let content = try await firstSound(of: all, digest, in: ChunkKeys.trash, &failure) {
            return content
        }
        let trashed = try await trashTable().locations(of: digest)
        for prefix in [ChunkKeys.trash, ""] {
            if let content = try await firstSound(of: trashed, digest, in: prefix, &failure) {
                return content
            }
        }
        throw failure ?? missing(digest, nil)
    }

    private func firstSound(
        of locations: [ChunkLocation], _ digest: Digest, in prefix: String = "",
        _ failure: inout StoreError?
    ) async throws -> [UInt8]? {
        for location in locations {
            let key = prefix + ChunkPack.key(of: location.pack)
            do {
                let bytes = try await store.get(key, range: location.record.range)
                if let content = ChunkPack.content(of: location.record, in: bytes, at: 0) { return content }
                failure = StoreError(
                    .corrupted,
                    "the pack does not hold the chunk \(digest.short) as it was stored; "
                        + "'mlops store repair' finds what can be saved", key: key, location: store.location)
            } catch let error as StoreError where error.code == .notFound {
                failure = failure ?? missing(digest, key)
            }
        }
        return nil
    }

    private func missing(_ digest: Digest, _ key: String?) -> StoreError {
        StoreError(
            .corrupted,
            "the chunk \(digest.short) is missing; 'mlops store check' names every version that needs it",
            key: key, location: store.location)
    }
}

/// Which chunks to read in one request, and what to make of the answer.
enum ChunkReader {
    /// The stored bytes are not the chunks that they should be.
    struct Damage: Error {}

    struct Wanted: Sendable {
        var part: StoredContent.Part
        /// The offset in the content.
        var start: Int
    }

    /// Chunks that follow each other in the content and lie close together in one pack.
    struct Group: Sendable {
        var wanted: [Wanted]
        /// Nil where no index names the chunk.
        var pack: Digest?
        var records: [ChunkPack.Record]
        /// The offsets in the pack.
        var range: Range<Int>

        /// The offset in the content.
        var start: Int { wanted[0].start }
    }

    /// No request asks for more bytes than this.
    private static let most = 4 << 20
    /// Bytes between two chunks that cost less than another request.
    private static let gap = 64 << 10

    static func groups(of wanted: [Wanted], _ table: ChunkTable) -> [Group] {
        var groups: [Group] = []
        for chunk in wanted {
            let locations = table.locations(of: chunk.part.digest)
            let last = groups.last
            let best = locations.first { $0.pack == last?.pack } ?? locations.first
            guard let best else {
                groups.append(Group(wanted: [chunk], pack: nil, records: [], range: 0..<0))
                continue
            }
            let range = best.record.range
            if let last, last.pack == best.pack, range.lowerBound >= last.range.lowerBound,
                range.lowerBound <= last.range.upperBound + gap,
                range.upperBound - last.range.lowerBound <= most
            {
                groups[groups.count - 1].wanted.append(chunk)
                groups[groups.count - 1].records.append(best.record)
                groups[groups.count - 1].range =
                    last.range.lowerBound..<max(last.range.upperBound, range.upperBound)
            } else {
                groups.append(Group(wanted: [chunk], pack: best.pack, records: [best.record], range: range))
            }
        }
        return groups
    }

    /// The chunks of a group one after another, each hashed.
    static func contents(of group: Group, in bytes: [UInt8]) throws -> [UInt8] {
        var contents: [UInt8] = []
        contents.reserveCapacity(group.wanted.reduce(0) { $0 + $1.part.size })
        var ranges: [Range<Int>] = []
        for (wanted, record) in zip(group.wanted, group.records) {
            let offset = Int(record.offset) - group.range.lowerBound
            guard Int(record.size) == wanted.part.size,
                ChunkPack.append(record, in: bytes, at: offset, to: &contents)
            else { throw Damage() }
            ranges.append(contents.count - Int(record.size)..<contents.count)
        }
        let digests = unsafe contents.withUnsafeBytes { unsafe SHA256.digests(of: ranges[...], in: $0) }
        guard digests == group.wanted.map(\.part.digest) else { throw Damage() }
        return contents
    }
}
