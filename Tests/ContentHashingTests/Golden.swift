// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// The answers of `Tests/Fixtures/ContentHashing/generate.py`.
struct Golden: Decodable {
    struct Hashed: Decodable {
        var seed: UInt64
        var length: Int
        var sha256: String
    }

    struct Chunked: Decodable {
        var seed: UInt64
        var length: Int
        var minimum, average, maximum, normalization: Int
        var table: String
        var cuts: [Int]
    }

    var digests: [Hashed]
    var chunkings: [Chunked]
    var zeros: [Int]

    static func load() throws -> Golden {
        let content = try Data(contentsOf: fixtures.appending(path: "ContentHashing/golden.json"))
        return try JSONDecoder().decode(Golden.self, from: content)
    }
}

/// The bytes that `random_bytes` of the script gives.
func randomBytes(seed: UInt64, count: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
        let word = generator.next()
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return Array(bytes.prefix(count))
}
