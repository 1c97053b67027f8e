// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CZlib

/// Reads the entries of a zip file (PKWARE's APPNOTE 6.3): stored or deflated, each with its checksum verified.
///
/// Only the central directory is believed, and only as far as it lies in the file.
struct ZipArchive {
    private struct Entry {
        var method: UInt16
        var checksum: UInt32
        var compressedSize: Int
        var size: Int
        var headerStart: Int
    }

    private let bytes: [UInt8]
    private var entries: [String: Entry] = [:]
    /// The sizes of all entries together, expanded.
    private(set) var totalSize = 0
    private static let mostBytes = 1 << 32
    /// Deflate makes at most 1,032 bytes of one.
    private static let largestRatio = 1_032

    /// Whether the bytes start as a zip file does.
    static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) }

    /// Reads the directory.
    init(_ bytes: [UInt8]) throws(TreeEnsembleError) {
        self.bytes = bytes
        let directory = try Self.directory(of: bytes)
        var reader = LittleEndianReader(bytes, in: directory.range)
        for _ in 0..<directory.count {
            let start = reader.position
            guard try reader.next(UInt32.self) == 0x0201_4b50 else {
                throw .malformed("the zip file's directory is damaged", at: start)
            }
            try reader.move(to: start + 8)
            let flags: UInt16 = try reader.next()
            let method: UInt16 = try reader.next()
            try reader.move(to: start + 16)
            let checksum: UInt32 = try reader.next()
            let compressedSize = Int(try reader.next(UInt32.self))
            let size = Int(try reader.next(UInt32.self))
            let nameLength = Int(try reader.next(UInt16.self))
            let extraLength = Int(try reader.next(UInt16.self))
            let commentLength = Int(try reader.next(UInt16.self))
            try reader.move(to: start + 42)
            let headerStart = Int(try reader.next(UInt32.self))
            let name = String(decoding: try reader.nextBytes(nameLength), as: UTF8.self)
            try reader.move(to: reader.position + extraLength + commentLength)
            guard flags & 1 == 0 else {
                throw .unsupported("the entry '\(name)' of the zip file is encrypted")
            }
            guard size != UInt32.max, compressedSize != UInt32.max, headerStart != UInt32.max else {
                throw .unsupported("the zip file needs 64-bit sizes, which are not supported")
            }
            guard method == 0 || method == 8 else {
                throw .unsupported(
                    "the entry '\(name)' is compressed by method \(method); save with ZIP_STORED or ZIP_DEFLATED"
                )
            }
            guard method == 0 ? size == compressedSize : size <= (compressedSize + 1) * Self.largestRatio
            else {
                throw .malformed("the sizes of the zip file's entry '\(name)' cannot be", at: start)
            }
            totalSize += size
            let entry = Entry(
                method: method, checksum: checksum, compressedSize: compressedSize, size: size,
                headerStart: headerStart)
            guard entries.updateValue(entry, forKey: name) == nil else {
                throw .malformed("the zip file holds '\(name)' twice", at: start)
            }
        }
        guard totalSize <= Self.mostBytes else {
            throw TreeEnsembleError(.limitExceeded, "the zip file expands to \(totalSize) bytes")
        }
    }

    /// The names of the entries.
    var names: [String] { Array(entries.keys) }

    /// Whether there is such an entry.
    func holds(_ name: String) -> Bool { entries[name] != nil }

    /// The content of an entry.
    func content(of name: String) throws(TreeEnsembleError) -> [UInt8] {
        guard let entry = entries[name] else {
            throw .malformed("the zip file has no entry '\(name.prefix(200))'")
        }
        var reader = LittleEndianReader(bytes)
        try reader.move(to: entry.headerStart)
        guard try reader.next(UInt32.self) == 0x0403_4b50 else {
            throw .malformed("the zip file's entry '\(name)' has no header", at: entry.headerStart)
        }
        try reader.move(to: entry.headerStart + 26)
        let nameLength = Int(try reader.next(UInt16.self))
        let extraLength = Int(try reader.next(UInt16.self))
        try reader.move(to: reader.position + nameLength + extraLength)
        let stored = try reader.nextBytes(entry.compressedSize)
        let content =
            entry.method == 0 ? Array(stored) : try Self.inflated(stored, size: entry.size, name: name)
        guard Self.checksum(of: content) == entry.checksum else {
            throw .malformed("the zip file's entry '\(name)' does not have its checksum")
        }
        return content
    }

    /// Finds the directory through the record at the end of the file, which a comment may follow.
    private static func directory(
        of bytes: [UInt8]
    ) throws(TreeEnsembleError) -> (range: Range<Int>, count: Int) {
        let recordSize = 22
        var place = bytes.count - recordSize
        while place >= max(0, bytes.count - recordSize - 65_535) {
            if bytes[place] == 0x50, bytes[place + 1] == 0x4b, bytes[place + 2] == 5, bytes[place + 3] == 6 {
                break
            }
            place -= 1
        }
        guard place >= max(0, bytes.count - recordSize - 65_535) else {
            throw .malformed("the zip file has no directory: it is cut short")
        }
        var reader = LittleEndianReader(bytes)
        try reader.move(to: place + 8)
        _ = try reader.next(UInt16.self)
        let count = Int(try reader.next(UInt16.self))
        let size = Int(try reader.next(UInt32.self))
        let start = Int(try reader.next(UInt32.self))
        guard count != 0xffff, start != UInt32.max else {
            throw .unsupported("the zip file needs 64-bit sizes, which are not supported")
        }
        guard start <= place, size <= place - start else {
            throw .malformed("the zip file's directory does not lie in the file", at: place)
        }
        return (start..<start + size, count)
    }

    private static func inflated(
        _ input: ArraySlice<UInt8>, size: Int, name: String
    ) throws(TreeEnsembleError) -> [UInt8] {
        var input = Array(input)
        var status = Z_DATA_ERROR
        let output = unsafe [UInt8](unsafeUninitializedCapacity: size) { output, count in
            var stream = unsafe z_stream()
            // Negative window bits: the bare deflate format, as zip holds it.
            guard unsafe czlib_inflate_init(&stream, -15) == Z_OK else { return }
            defer { unsafe inflateEnd(&stream) }
            unsafe input.withUnsafeMutableBufferPointer { input in
                // Both counts fit 32 bits: they come from 32-bit fields of the directory.
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(size)
                status = unsafe inflate(&stream, Z_FINISH)
            }
            count = unsafe size - Int(stream.avail_out)
        }
        guard status == Z_STREAM_END, output.count == size else {
            throw .malformed("the zip file's entry '\(name)' does not expand to its size")
        }
        return output
    }

    private static func checksum(of content: [UInt8]) -> UInt32 {
        // An array's buffer is as long as its count, which is below 2^32 here.
        unsafe content.withUnsafeBufferPointer { UInt32(unsafe crc32(0, $0.baseAddress, UInt32($0.count))) }
    }
}
