// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// An object that holds many chunks.
///
/// A pack is the eight bytes `MLPACK01`, 16 random bytes, and records. A record is a header of 48 bytes and the
/// stored bytes. The header is `CHK1`, the codec and three zero bytes, the stored size and the content's size (four
/// bytes each, little-endian), and the content's SHA-256. The pack's name is the SHA-256 of its first 24 bytes and
/// all headers: so it vouches for every chunk, and the random bytes see to it that no pack is ever made twice.
enum ChunkPack {
    static let magic = Array("MLPACK01".utf8)
    static let recordMagic = Array("CHK1".utf8)
    static let headerSize = 24
    static let recordHeaderSize = 48

    /// Where a chunk lies in a pack.
    struct Record: Hashable, Sendable {
        var digest: Digest
        /// Where the record's header starts.
        var offset: UInt32
        var storedSize: UInt32
        var size: UInt32
        var codec: UInt8

        /// The header and the stored bytes.
        var range: Range<Int> {
            Int(offset)..<Int(offset) + ChunkPack.recordHeaderSize + Int(storedSize)
        }
    }

    static func header(of record: Record) -> [UInt8] {
        var bytes = recordMagic
        bytes.reserveCapacity(recordHeaderSize)
        bytes += [record.codec, 0, 0, 0]
        bytes.appendLittleEndian(record.storedSize)
        bytes.appendLittleEndian(record.size)
        record.digest.append(to: &bytes)
        return bytes
    }

    /// Reads a record's header; nil where there is none at this place.
    static func record(in pack: [UInt8], at offset: Int) -> Record? {
        var reader = ByteReader(pack, at: offset)
        guard let magic = reader.take(4), magic.elementsEqual(recordMagic), let codec = reader.take(4)?.first,
            let storedSize = reader.integer(UInt32.self), let size = reader.integer(UInt32.self),
            let digest = reader.digest(), let start = UInt32(exactly: offset)
        else { return nil }
        return Record(digest: digest, offset: start, storedSize: storedSize, size: size, codec: codec)
    }

    /// Appends the content of a record whose header starts at `offset`; the content's digest is not checked.
    ///
    /// - Returns: Whether it is the record that was asked for.
    static func append(
        _ record: Record, in bytes: [UInt8], at offset: Int, to contents: inout [UInt8]
    ) -> Bool {
        var reader = ByteReader(bytes, at: offset)
        guard let header = reader.take(recordHeaderSize), header.elementsEqual(ChunkPack.header(of: record)),
            let stored = reader.take(Int(record.storedSize)), let codec = ChunkCodec(rawValue: record.codec)
        else { return false }
        return codec.expand(stored, size: Int(record.size), to: &contents)
    }

    /// The content of a record whose header starts at `offset`; nil where it is not the chunk that was asked for.
    static func content(of record: Record, in bytes: [UInt8], at offset: Int) -> [UInt8]? {
        var content: [UInt8] = []
        guard append(record, in: bytes, at: offset, to: &content), Digest(of: content) == record.digest
        else { return nil }
        return content
    }

    static func key(of name: Digest) -> String { ChunkKeys.packs + name.hexadecimal + ".pack" }
}

/// A pack under construction.
struct ChunkPackBuilder {
    /// A chunk smaller than this is copied: to write it from where it lies would cost more.
    private static let fewest = 2_048

    private(set) var content: GatheredBytes
    private(set) var records: [ChunkPack.Record] = []
    private var name = SHA256()

    /// Starts a pack that will hold about so many bytes, in memory that may have been used before.
    init(capacity: Int, memory: [UInt8] = []) {
        content = GatheredBytes(memory: memory, capacity: capacity)
        var header = ChunkPack.magic
        var generator = SystemRandomNumberGenerator()
        header.appendLittleEndian(generator.next())
        header.appendLittleEndian(generator.next())
        content.append(header)
        name.update(header)
    }

    /// Appends a chunk.
    ///
    /// - Parameter stretch: Where it lies, if it need not be copied.
    mutating func append(
        _ digest: Digest, size: Int, codec: ChunkCodec, stored: UnsafeRawBufferPointer,
        in stretch: StretchBuffer? = nil
    ) {
        // A pack stays far below 4 GiB, and so does a chunk.
        let record = ChunkPack.Record(
            digest: digest, offset: UInt32(content.count), storedSize: UInt32(stored.count),
            size: UInt32(size), codec: codec.rawValue)
        let header = ChunkPack.header(of: record)
        name.update(header)
        content.append(header)
        if stored.count >= ChunkPackBuilder.fewest, let stretch, let range = unsafe stretch.range(of: stored)
        {
            content.append(range, of: stretch)
        } else {
            unsafe content.append(copying: stored)
        }
        records.append(record)
    }

    /// The finished pack.
    func finish() -> (name: Digest, content: GatheredBytes, records: [ChunkPack.Record]) {
        (name.finalize(), content, records)
    }
}

/// Where things stand in a store that holds chunks.
enum ChunkKeys {
    static let root = "chunks/"
    static let format = "chunks/format.json"
    static let packs = "chunks/packs/"
    static let indexes = "chunks/indexes/"
    static let leases = "chunks/leases/"
    static let collections = "chunks/collections"
    static let trash = "chunks/trash/"
    static let quarantine = "chunks/quarantine/"
}
