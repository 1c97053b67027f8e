// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import TestSupport
import Testing

/// FIPS 180-4 by its published vectors, by hashlib, and kernel against kernel.
struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
                + "mnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func publishedVectors(text: String, digest: String) {
        #expect(Digest(of: text).hexadecimal == digest)
    }

    @Test func aMillionTimesA() {
        var hasher = SHA256()
        for _ in 0..<1_000 { hasher.update([UInt8](repeating: UInt8(ascii: "a"), count: 1_000)) }
        #expect(
            hasher.finalize().hexadecimal
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func hashlibAgreesAndSoDoTheKernels() throws {
        for golden in try Golden.load().digests {
            let bytes = randomBytes(seed: golden.seed, count: golden.length)
            #expect(Digest(of: bytes).hexadecimal == golden.sha256)
            var plain = SHA256Core(isAccelerated: false)
            unsafe bytes.withUnsafeBytes { unsafe plain.update($0) }
            #expect(plain.finalize().hexadecimal == golden.sha256)
        }
    }

    @Test(arguments: 1...20)
    func piecesOfAnySizeGiveTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = randomBytes(seed: seed, count: Int.random(in: 0...3_000, using: &generator))
        var hasher = SHA256()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0...200, using: &generator))
            if Bool.random(using: &generator) {
                hasher.update(bytes[start..<end])
            } else {
                unsafe hasher.update(bytes.span.bytes.extracting(start..<end))
            }
            _ = hasher.finalize()
            start = end
        }
        #expect(hasher.finalize() == Digest(of: bytes))
    }

    @Test(arguments: 1...20)
    func twoAtATimeGiveTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = randomBytes(seed: seed, count: 20_000)
        let ranges = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
            let start = Int.random(in: 0...20_000, using: &generator)
            return start..<Int.random(in: start...20_000, using: &generator)
        }
        let digests = unsafe bytes.withUnsafeBytes { unsafe SHA256.digests(of: ranges[...], in: $0) }
        #expect(digests == ranges.map { Digest(of: Array(bytes[$0])) })
    }

    @Test(arguments: 1...20)
    func manyAtATimeGiveTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = randomBytes(seed: seed, count: 40_000)
        let ranges = (0..<Int.random(in: 7...60, using: &generator)).map { _ in
            let start = Int.random(in: 0...40_000, using: &generator)
            let most = min(40_000, start + (Bool.random(using: &generator) ? 130 : 9_000))
            return start..<Int.random(in: start...most, using: &generator)
        }
        let expected = ranges.map { Digest(of: Array(bytes[$0])) }
        for isWide in [true, false] {
            let digests = unsafe bytes.withUnsafeBytes {
                unsafe SHA256Core.digests(of: ranges[...], in: $0, isWide: isWide)
            }
            #expect(digests == expected)
        }
    }

    @Test func aFileIsHashedAsItsBytes() async throws {
        try await withTemporaryFolder { folder in
            for count in [0, 10, 4_096, 1 << 20, (1 << 20) + 1, 2_500_000] {
                let bytes = randomBytes(seed: 3, count: count)
                let path = folder.appending(path: "file").path
                try Data(bytes).write(to: URL(filePath: path))
                #expect(try Digest(ofFileAt: path) == Digest(of: bytes))
            }
        }
    }

    @Test func whatIsNoFileIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let missing = #expect(throws: FileReadError.self) {
                try Digest(ofFileAt: folder.appending(path: "none").path)
            }
            #expect(missing?.code == .notFound)
            let directory = #expect(throws: FileReadError.self) { try Digest(ofFileAt: folder.path) }
            #expect(directory?.code == .notAFile)
        }
    }
}
