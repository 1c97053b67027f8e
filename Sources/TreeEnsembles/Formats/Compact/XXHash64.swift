// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The 64-bit checksum XXH64 (doc/xxhash_spec.md in github.com/Cyan4973/xxHash): it finds damage, and no forgery.
enum XXHash64 {
    private static let prime1: UInt64 = 0x9e37_79b1_85eb_ca87
    private static let prime2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    private static let prime3: UInt64 = 0x1656_67b1_9e37_79f9
    private static let prime4: UInt64 = 0x85eb_ca77_c2b2_ae63
    private static let prime5: UInt64 = 0x27d4_eb2f_1656_67c5

    /// The checksum of a stretch of bytes, with seed 0.
    static func checksum(of bytes: [UInt8], from start: Int = 0) -> UInt64 {
        unsafe checksum(of: bytes.span.bytes, from: start)
    }

    /// The same of bytes wherever they stand.
    static func checksum(of raw: RawSpan, from start: Int) -> UInt64 {
        let end = raw.byteCount
        var place = start
        var hash: UInt64
        // Bounds: each load below is of 8 or 4 bytes that end at or before `end`, by the condition of its loop.
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        if end - place >= 32 {
            var (first, second, third, fourth) = (prime1 &+ prime2, prime2, UInt64(0), 0 &- prime1)
            while end - place >= 32 {
                first = round(first, word(place))
                second = round(second, word(place + 8))
                third = round(third, word(place + 16))
                fourth = round(fourth, word(place + 24))
                place += 32
            }
            hash = rotated(first, 1) &+ rotated(second, 7) &+ rotated(third, 12) &+ rotated(fourth, 18)
            for lane in [first, second, third, fourth] {
                hash = (hash ^ round(0, lane)) &* prime1 &+ prime4
            }
        } else {
            hash = prime5
        }
        hash &+= UInt64(end - start)
        while end - place >= 8 {
            hash = rotated(hash ^ round(0, word(place)), 27) &* prime1 &+ prime4
            place += 8
        }
        if end - place >= 4 {
            let half = UInt32(
                littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self))
            hash = rotated(hash ^ UInt64(half) &* prime1, 23) &* prime2 &+ prime3
            place += 4
        }
        while place < end {
            let byte = unsafe raw.unsafeLoad(fromByteOffset: place, as: UInt8.self)
            hash = rotated(hash ^ UInt64(byte) &* prime5, 11) &* prime1
            place += 1
        }
        hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotated(lane &+ input &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
        word << count | word >> (64 - count)
    }
}
