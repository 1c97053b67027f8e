// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// This library's own file format: the tables of an ``Ensemble`` as they stand in memory, with nothing to parse.
///
/// A mapped file is read in place. Opening it takes two passes over its bytes: one for the checksum, and one over the
/// nodes, for what is out of range in them could lead kernels astray.
///
/// | bytes | what |
/// |---|---|
/// | 0..<8 | `MLOPSTRE` |
/// | 8..<12 | the version, now 2 |
/// | 12..<16 | 0 |
/// | 16..<24 | the length of the file |
/// | 24..<32 | XXH64 of everything behind |
/// | 32... | the head, then the tables, each starting at a multiple of 64 bytes |
/// | the last 256 | 0, so that vectors may read beyond the last table |
///
/// All numbers are little-endian. A reader of a version refuses all others. The checksum finds damage; a file that was
/// made to harm has a right checksum too, so every index and count is checked as well.
enum CompactForm {
    static let magic = Array("MLOPSTRE".utf8)
    static let version: UInt32 = 2
    private static let headSize = 32

    /// Whether the bytes start as such a file does.
    static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    /// The bytes of a model.
    static func bytes(of ensemble: Ensemble) throws(TreeEnsembleError) -> [UInt8] {
        var writer = CompactWriter()
        for byte in magic { writer.append(byte) }
        writer.append(version)
        writer.append(UInt32(0))
        writer.append(UInt64(0))
        writer.append(UInt64(0))
        try ensemble.encode(to: &writer)
        writer.appendPadding()
        var bytes = writer.bytes
        func put(_ number: UInt64, at place: Int) {
            for index in 0..<8 {
                bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
            }
        }
        put(UInt64(bytes.count), at: 16)
        put(XXHash64.checksum(of: bytes, from: headSize), at: 24)
        return bytes
    }

    /// Reads a model back.
    static func read(_ memory: FileMemory) throws(TreeEnsembleError) -> Ensemble {
        var reader = CompactReader(memory, from: magic.count)
        let found: UInt32 = try reader.next()
        guard found == version else {
            throw .unsupported(
                "the compact form of version \(found) is not supported: write it again with this library")
        }
        guard try reader.next(UInt32.self) == 0 else { throw reader.damaged("its head") }
        let length: UInt64 = try reader.next()
        guard length == UInt64(memory.count) else {
            throw .malformed(
                "the compact form has \(memory.count) bytes and should have \(length): it is cut short or damaged"
            )
        }
        guard try reader.next(UInt64.self) == checksum(of: memory) else {
            throw .malformed("the compact form does not have its checksum: it is damaged")
        }
        let ensemble = try Ensemble(from: &reader)
        guard reader.isAtEnd else { throw reader.damaged("it goes on after its tables") }
        return ensemble
    }
    private static func checksum(of memory: FileMemory) -> UInt64 {
        let bytes = unsafe UnsafeRawBufferPointer(start: memory.base, count: memory.count)
        return unsafe XXHash64.checksum(of: bytes.bytes, from: headSize)
    }
}
