// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import TestSupport
import Testing

/// Where a content may be cut, found while its digest is made.
struct CutFindingHasherTests {
    /// Sizes as stores have them, small ones, and some of which nearly every byte could end a chunk.
    private static let chunkings: [ContentDefinedChunking] =
        [.standard]
        + [(100, 256, 1_000, 2), (64, 128, 300, 6), (64, 1_024, 5_000, 0), (1_000, 4_096, 9_001, 3)]
        .compactMap {
            ContentDefinedChunking(
                minimum: $0, average: $1, maximum: $2, normalization: $3, table: "places \($0)")
        }

    /// Random bytes with stretches that repeat, and that are all the same.
    private func content(seed: UInt64, count: Int) -> [UInt8] {
        var bytes = randomBytes(seed: seed, count: count)
        for (index, place) in stride(from: 10_000, to: count - 20_000, by: 90_001).enumerated() {
            let length = 5_000 + index * 1_000
            let end = min(count, place + length)
            bytes.replaceSubrange(
                place..<end,
                with: (place..<end).map { UInt8(truncatingIfNeeded: index.isMultiple(of: 2) ? 7 : $0 % 300) })
        }
        return bytes
    }

    @Test(arguments: 0..<5, 1...4)
    func theKernelsAgree(number: Int, seed: UInt64) throws {
        #expect(CutFindingHasherTests.chunkings.count == 5)
        let chunking = CutFindingHasherTests.chunkings[number]
        let bytes = content(seed: seed, count: 400_000 + Int(seed) * 37)
        var generator = SeededGenerator(seed: seed)
        var hasher = CutFindingHasher(chunking)
        var hash: UInt64 = 0
        var start = 0
        var isAlwaysTold = true
        while start < bytes.count {
            // Blocks are whole until the last stretch.
            let end = min(bytes.count, start + 64 * Int.random(in: 1...2_000, using: &generator))
            unsafe bytes.withUnsafeBytes { all in
                let stretch = unsafe UnsafeRawBufferPointer(rebasing: all[start..<end])
                let expected = unsafe CutPlaces(inSwift: stretch, chunking, hash: &hash)
                if let found = unsafe hasher.update(stretch) {
                    let isSame = found == expected
                    #expect(isSame, "from \(start) to \(end)")
                } else {
                    isAlwaysTold = false
                }
            }
            start = end
        }
        #expect(hasher.finalize() == Digest(of: bytes))
        // The third could be cut behind every other byte, and that is not kept.
        if SHA256Core.hasInstructions, !isAppleHasher { #expect(isAlwaysTold == (number != 2)) }
    }

    /// Apple's own digest has no place for the second hash.
    private var isAppleHasher: Bool {
        #if canImport(CryptoKit)
            true
        #else
            false
        #endif
    }

    /// Whatever is known of the places, the cuts are those of somebody who looks at every byte.
    @Test(arguments: 0..<5, 1...6)
    func knownPlacesGiveTheSameCuts(number: Int, seed: UInt64) throws {
        let chunking = CutFindingHasherTests.chunkings[number]
        let bytes = content(seed: seed + 10, count: 700_000 + Int(seed) * 1_001)
        var generator = SeededGenerator(seed: seed)
        var places = KnownCutPlaces()
        var (hash, start, end): (UInt64, Int, Int) = (0, 0, 0)
        // As though a format asked for a cut here and there, so that a chunk begins where no place is.
        let boundaries = (0..<5).map { _ in Int.random(in: 0..<bytes.count, using: &generator) }.sorted()
        unsafe bytes.withUnsafeBytes { all in
            while start < bytes.count {
                let next = min(bytes.count, end + Int.random(in: 1...100_000, using: &generator))
                let found = unsafe CutPlaces(
                    inSwift: UnsafeRawBufferPointer(rebasing: all[end..<next]), chunking, hash: &hash)
                // Of some stretches nobody tells.
                if Int.random(in: 0..<5, using: &generator) > 0 { places.append(found, at: end) }
                end = next
                while true {
                    let boundary = boundaries.first { $0 > start } ?? bytes.count
                    let row = unsafe UnsafeRawBufferPointer(rebasing: all[start..<min(boundary, end)])
                    let isLast = boundary <= end
                    let size = unsafe chunking.firstCut(in: row, isLast: isLast, at: &places, offset: start)
                    #expect(size == (unsafe chunking.firstCutInSwift(in: row, isLast: isLast)), "at \(start)")
                    guard let size else { break }
                    start += size
                }
            }
        }
        #expect(start == bytes.count)
    }
}
