// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import TestSupport
import Testing

/// The examples of RFC 3720, appendix B.4, and kernel against kernel.
struct CRC32CTests {
    private static let readCommand: [UInt8] = [
        0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0,
        0,
        0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
    ]

    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            (Array(0..<32), 0x46dd_794e),
            (Array((0..<32).reversed()), 0x113f_db5c),
            (readCommand, 0xd996_3a56),
            (Array("123456789".utf8), 0xe306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func publishedVectors(bytes: [UInt8], checksum: UInt32) {
        #expect(CRC32C.checksum(bytes) == checksum)
    }

    @Test(arguments: 1...20)
    func piecesAndKernelsGiveTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = randomBytes(seed: seed, count: Int.random(in: 0...1_000, using: &generator))
        let cut = Int.random(in: 0...bytes.count, using: &generator)
        var pieces = CRC32C()
        pieces.update(bytes[..<cut])
        unsafe pieces.update(bytes.span.bytes.extracting(cut..<bytes.count))
        var plain = CRC32C(isAccelerated: false)
        plain.update(bytes)
        #expect(pieces.value == CRC32C.checksum(bytes))
        #expect(plain.value == CRC32C.checksum(bytes))
    }

    @Test func theMaskIsThatOfTFRecord() {
        // The length field of a record of 24 bytes, as TensorFlow writes it.
        var checksum = CRC32C()
        checksum.update([0x18, 0, 0, 0, 0, 0, 0, 0])
        let turned = checksum.value >> 15 | checksum.value << 17
        #expect(checksum.masked == turned &+ 0xa282_ead8)
        #expect(checksum.masked == 0x224b_7fa3)
    }
}
