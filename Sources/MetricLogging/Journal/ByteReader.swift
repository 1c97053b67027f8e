// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads what ``ByteWriter`` wrote, from bytes that nobody vouches for: whatever runs past the end gives nil.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var remaining: Int { bytes.endIndex - position }

    mutating func byte() -> UInt8? {
        guard remaining >= 1 else { return nil }
        position += 1
        return bytes[position - 1]
    }

    mutating func word32() -> UInt32? {
        guard remaining >= 4 else { return nil }
        var word: UInt32 = 0
        for index in 0..<4 { word |= UInt32(bytes[position + index]) << UInt32(8 * index) }
        position += 4
        return word
    }

    mutating func word64() -> UInt64? {
        guard remaining >= 8 else { return nil }
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += 8
        return word
    }

    mutating func double() -> Double? { word64().map { Double(bitPattern: $0) } }

    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = byte() {
            // The tenth group holds only the highest bit of a word.
            guard shift < 63 || byte <= 1 else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift <= 63 else { return nil }
        }
        return nil
    }

    mutating func zigzag() -> Int64? {
        varint().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    /// A count of things that take at least so many bytes each, so that no count can ask for more memory than the
    /// bytes themselves.
    mutating func count(ofAtLeast size: Int) -> Int? {
        guard let value = varint(), value <= UInt64(remaining / size) else { return nil }
        return Int(value)
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, remaining >= count else { return nil }
        position += count
        return bytes[position - count..<position]
    }

    mutating func text() -> String? {
        guard let count = count(ofAtLeast: 1), let part = take(count) else { return nil }
        return String(validating: part, as: UTF8.self)
    }

    mutating func rest() -> ArraySlice<UInt8> {
        defer { position = bytes.endIndex }
        return bytes[position...]
    }
}
