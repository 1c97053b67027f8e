// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Finds bytes in long texts, eight at a time.
enum ByteSearch {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The place of the first quote, bracket or brace, or the number of bytes.
    static func firstBracketOrQuote(in bytes: [UInt8], from start: Int) -> Int {
        first(
            in: bytes, from: start,
            word: { word in
                // A bracket and a brace differ in one bit.
                let lowered = word | 0x20 &* ones
                return zeroes(lowered ^ 0x7b &* ones) | zeroes(lowered ^ 0x7d &* ones)
                    | zeroes(word ^ 0x22 &* ones)
            }, byte: { $0 | 0x20 == 0x7b || $0 | 0x20 == 0x7d || $0 == 0x22 })
    }

    /// The place of the first such byte, or the number of bytes.
    static func first(_ wanted: UInt8, in bytes: [UInt8], from start: Int) -> Int {
        let repeated = UInt64(wanted) &* ones
        return first(in: bytes, from: start, word: { zeroes($0 ^ repeated) }, byte: { $0 == wanted })
    }

    /// Whether a stretch of the bytes holds two bytes in turn, from the first one on.
    static func isRepeated(
        _ first: UInt8, _ second: UInt8, in bytes: [UInt8], _ range: Range<Int>
    ) -> Bool {
        let pair = UInt64(second) << 8 | UInt64(first)
        let pattern = UInt64(littleEndian: pair &* 0x0001_0001_0001_0001)
        let text = unsafe bytes.span.bytes.extracting(range)
        var place = 0
        // Bounds: each word ends at or before the last byte.
        while place + 8 <= range.count {
            if unsafe text.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self) != pattern {
                return false
            }
            place += 8
        }
        return (place..<range.count).allSatisfy {
            bytes[range.lowerBound + $0] == ($0 % 2 == 0 ? first : second)
        }
    }

    /// Not 0 just when a byte of the word is 0.
    @inline(__always)
    private static func zeroes(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & tops }

    @inline(__always)
    private static func first(
        in bytes: [UInt8], from start: Int, word: (UInt64) -> UInt64, byte: (UInt8) -> Bool
    ) -> Int {
        let count = bytes.count
        return unsafe bytes.withUnsafeBytes { raw in
            var place = start
            // Bounds: each word ends at or before the last byte.
            while place + 8 <= count {
                let next = unsafe raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                if word(next) != 0 { break }
                place += 8
            }
            while place < count, unsafe !byte(raw[place]) { place += 1 }
            return place
        }
    }
}
