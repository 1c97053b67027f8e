// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// An object that says in which pack each chunk lies; written once, named by its SHA-256.
///
/// An index is the eight bytes `MLINDX01`, the count of packs and the count of chunks (four bytes each,
/// little-endian); for each pack its name and its size (eight bytes); and for each chunk, sorted by digest, the
/// digest, the number of the pack, the offset, the stored size, the content's size (four bytes each), the codec and
/// three zero bytes.
struct ChunkIndex: Sendable {
    /// A pack and its chunks.
    struct Pack: Sendable {
        var name: Digest
        var size: Int
        var records: [ChunkPack.Record]
    }

    private static let magic = Array("MLINDX01".utf8)
    private static let entrySize = 52

    var packs: [Pack]

    static func key(of name: Digest) -> String { ChunkKeys.indexes + name.hexadecimal + ".index" }

    func encode() -> [UInt8] {
        var bytes = ChunkIndex.magic
        let count = packs.reduce(0) { $0 + $1.records.count }
        bytes.reserveCapacity(16 + packs.count * 40 + count * ChunkIndex.entrySize)
        bytes.appendLittleEndian(UInt32(packs.count))
        bytes.appendLittleEndian(UInt32(count))
        for pack in packs {
            pack.name.append(to: &bytes)
            bytes.appendLittleEndian(UInt64(pack.size))
        }
        var entries: [(pack: Int, record: ChunkPack.Record)] = []
        entries.reserveCapacity(count)
        for (number, pack) in packs.enumerated() { entries += pack.records.map { (number, $0) } }
        entries.sort { ($0.record.digest, $0.pack) < ($1.record.digest, $1.pack) }
        for (pack, record) in entries {
            record.digest.append(to: &bytes)
            bytes.appendLittleEndian(UInt32(pack))
            bytes.appendLittleEndian(record.offset)
            bytes.appendLittleEndian(record.storedSize)
            bytes.appendLittleEndian(record.size)
            bytes += [record.codec, 0, 0, 0]
        }
        return bytes
    }

    init(packs: [Pack]) { self.packs = packs }

    /// Reads an index; nil where the bytes are none.
    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.take(8)?.elementsEqual(ChunkIndex.magic) == true,
            let packCount = reader.integer(UInt32.self), let count = reader.integer(UInt32.self),
            reader.remaining == Int(packCount) * 40 + Int(count) * ChunkIndex.entrySize
        else { return nil }
        packs = []
        for _ in 0..<packCount {
            guard let name = reader.digest(), let field = reader.integer(UInt64.self),
                let size = Int(exactly: field)
            else { return nil }
            packs.append(Pack(name: name, size: size, records: []))
        }
        for _ in 0..<count {
            guard let digest = reader.digest(), let pack = reader.integer(UInt32.self), pack < packCount,
                let offset = reader.integer(UInt32.self), let stored = reader.integer(UInt32.self),
                let size = reader.integer(UInt32.self), let codec = reader.take(4)?.first
            else { return nil }
            let record = ChunkPack.Record(
                digest: digest, offset: offset, storedSize: stored, size: size, codec: codec)
            guard record.range.upperBound <= packs[Int(pack)].size else { return nil }
            packs[Int(pack)].records.append(record)
        }
    }
}

/// Where a chunk lies.
struct ChunkLocation: Hashable, Sendable {
    var pack: Digest
    var record: ChunkPack.Record
}

/// All indexes of a store as one table.
struct ChunkTable: Sendable {
    private struct Entry {
        var digest: Digest
        var offset, storedSize, size: UInt32
        /// The pack's number in the low 24 bits, the codec in the high 8.
        var pack: UInt32
    }

    /// The names of the indexes that went in.
    private(set) var indexes: Set<String> = []
    private(set) var packs: [Digest] = []
    private(set) var packSizes: [Digest: Int] = [:]
    private var numbers: [Digest: UInt32] = [:]
    private var entries: [Entry] = []

    /// How many chunks there are, those in several packs counted for each.
    var count: Int { entries.count }

    /// Adds indexes under their keys.
    mutating func add(_ new: [(key: String, index: ChunkIndex)]) {
        guard !new.isEmpty else { return }
        for (key, index) in new {
            indexes.insert(key)
            for pack in index.packs {
                let number: UInt32
                if let known = numbers[pack.name] {
                    number = known
                } else {
                    number = UInt32(packs.count)
                    numbers[pack.name] = number
                    packs.append(pack.name)
                }
                packSizes[pack.name] = pack.size
                entries += pack.records.map { record in
                    Entry(
                        digest: record.digest, offset: record.offset, storedSize: record.storedSize,
                        size: record.size, pack: number | UInt32(record.codec) << 24)
                }
            }
        }
        entries.sort { ($0.digest, $0.pack) < ($1.digest, $1.pack) }
        // Merged indexes may name a chunk in one pack twice.
        var kept = 0
        for index in entries.indices {
            if kept > 0, entries[kept - 1].digest == entries[index].digest,
                entries[kept - 1].pack == entries[index].pack
            {
                continue
            }
            entries[kept] = entries[index]
            kept += 1
        }
        entries.removeSubrange(kept...)
    }

    /// Every place where a chunk lies.
    func locations(of digest: Digest) -> [ChunkLocation] {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].digest < digest { low = middle + 1 } else { high = middle }
        }
        var locations: [ChunkLocation] = []
        while low < entries.count, entries[low].digest == digest {
            locations.append(location(entries[low]))
            low += 1
        }
        return locations
    }

    /// Calls the body with every chunk and its place, in the order of the digests.
    func forEach(_ body: (ChunkLocation) throws -> Void) rethrows {
        for entry in entries { try body(location(entry)) }
    }

    private func location(_ entry: Entry) -> ChunkLocation {
        ChunkLocation(
            pack: packs[Int(entry.pack & 0xff_ffff)],
            record: ChunkPack.Record(
                digest: entry.digest, offset: entry.offset, storedSize: entry.storedSize,
                size: entry.size, codec: UInt8(entry.pack >> 24)))
    }
}
