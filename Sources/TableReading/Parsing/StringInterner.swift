// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Gives each distinct byte string a number, in the order of first appearance.
struct StringInterner {
    private var text: [UInt8] = []
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    private var slots = [Int32](repeating: -1, count: 64)

    /// How many distinct strings there are.
    var count: Int { ends.count }

    /// The number of a string, a new one where it has none yet.
    mutating func code(of bytes: Span<UInt8>, _ range: Range<Int>) -> Int32 {
        let hash = StringInterner.hash(bytes, range)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 {
            let code = Int(slots[slot])
            if hashes[code] == hash, matches(code, bytes, range) { return slots[slot] }
            slot = (slot + 1) & mask
        }
        let code = Int32(ends.count)
        for index in range { text.append(bytes[index]) }
        ends.append(text.count)
        hashes.append(hash)
        slots[slot] = code
        if ends.count * 2 > slots.count { grow() }
        return code
    }

    private func matches(_ code: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let start = code == 0 ? 0 : ends[code - 1]
        guard ends[code] - start == range.count else { return false }
        for index in 0..<range.count where text[start + index] != bytes[range.lowerBound + index] {
            return false
        }
        return true
    }

    private mutating func grow() {
        let mask = slots.count * 2 - 1
        slots = [Int32](repeating: -1, count: mask + 1)
        for (code, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(code)
        }
    }

    /// A multiply-and-rotate mix; it decides only where to look, never what is equal.
    private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01b3 }
        hash ^= hash >> 32
        hash = hash &* 0xd6e8_feb8_6659_fd93
        return hash ^ hash >> 29
    }

    /// The strings in the order of their numbers; nil in the place of one that is not UTF-8.
    var strings: [String?] {
        var start = 0
        return ends.map { end in
            defer { start = end }
            return String(validating: text[start..<end], as: UTF8.self)
        }
    }
}
