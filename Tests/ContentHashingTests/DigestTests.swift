// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import Testing

struct DigestTests {
    private let digest = Digest(of: "abc")
    private let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func textAndBytesReadBack() throws {
        #expect(digest.description == "sha256:" + text)
        #expect(digest.short == "ba7816bf8f01")
        #expect(Digest(text) == digest)
        #expect(Digest("sha256:" + text.uppercased()) == digest)
        #expect(Digest(bytes: digest.bytes) == digest)
        let decoded = try JSONDecoder().decode([Digest].self, from: JSONEncoder().encode([digest]))
        #expect(decoded == [digest])
    }

    @Test(arguments: ["", "sha256:", "sha512:00", "ba78", "sha256:zz"])
    func otherTextIsRefused(text: String) {
        #expect(Digest(text) == nil)
        #expect(Digest(text + self.text.dropFirst(1)) == nil)
    }

    @Test func otherCountsOfBytesAreRefused() {
        #expect(Digest(bytes: []) == nil)
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 33)) == nil)
    }

    @Test func orderIsThatOfTheBytes() {
        let digests = (0..<100).map { Digest(of: String($0)) }
        let sorted = digests.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(digests.sorted().map(\.bytes) == sorted)
    }
}
