// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import TestSupport
import Testing

struct DeflateTests {
    private static let texts: [[UInt8]] = [
        [], [7], Array(repeating: 65, count: 300_000), randomBytes(seed: 1, count: 200_000),
        Array(String(repeating: "carrier,delay\nUA,12\n", count: 10_000).utf8),
    ]

    // By number, because a test's arguments are printed.
    @Test(arguments: [DeflateFormat.raw, .zlib, .gzip], texts.indices)
    func whatGoesInComesOut(format: DeflateFormat, text: Int) throws {
        let bytes = DeflateTests.texts[text]
        for level: Int32 in [1, 6, 9] {
            let packed = try Deflate.compress(bytes, format, level: level)
            #expect(try Deflate.expand(packed, format, limit: bytes.count) == bytes)
        }
    }

    @Test func piecesOfAnySizeGiveTheSame() throws {
        var generator = SeededGenerator(seed: 2)
        let bytes = DeflateTests.texts[4]
        let encoder = try DeflateEncoder(.gzip)
        var packed: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0...5_000, using: &generator))
            try encoder.encode(Array(bytes[start..<end]), isLast: false, to: &packed)
            start = end
        }
        try encoder.encode([], isLast: true, to: &packed)
        let decoder = try DeflateDecoder(.gzip)
        var output: [UInt8] = []
        for byte in packed { try decoder.decode([byte], to: &output, limit: bytes.count) }
        #expect(decoder.isComplete)
        #expect(output == bytes)
    }

    @Test func gzipTakesSeveralMembers() throws {
        let packed = try Deflate.compress([1, 2], .gzip) + Deflate.compress([3], .gzip)
        #expect(try Deflate.expand(packed, .gzip, limit: 100) == [1, 2, 3])
    }

    @Test func damageIsFound() throws {
        let bytes = DeflateTests.texts[4]
        let packed = try Deflate.compress(bytes, .zlib)
        #expect(throws: DeflateError.self) { try Deflate.expand(packed.dropLast(), .zlib, limit: 1 << 20) }
        #expect(throws: DeflateError.self) { try Deflate.expand(packed + [0], .zlib, limit: 1 << 20) }
        #expect(throws: DeflateError.self) { try Deflate.expand([1, 2, 3], .zlib, limit: 1 << 20) }
        var flipped = packed
        flipped[packed.count - 1] ^= 1
        #expect(throws: DeflateError.self) { try Deflate.expand(flipped, .zlib, limit: 1 << 20) }
    }

    @Test func aBombIsRefused() throws {
        let bomb = try Deflate.compress([UInt8](repeating: 0, count: 10_000_000), .raw)
        #expect(bomb.count < 20_000)
        #expect(throws: DeflateError.self) { try Deflate.expand(bomb, .raw, limit: 1_000_000) }
    }
}
