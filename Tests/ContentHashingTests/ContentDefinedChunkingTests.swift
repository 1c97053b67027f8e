// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import TestSupport
import Testing

struct ContentDefinedChunkingTests {
    @Test func theGoldenCutsStay() throws {
        let golden = try Golden.load()
        for golden in golden.chunkings {
            let chunking = try #require(
                ContentDefinedChunking(
                    minimum: golden.minimum, average: golden.average, maximum: golden.maximum,
                    normalization: golden.normalization, table: golden.table))
            #expect(chunking.cuts(in: randomBytes(seed: golden.seed, count: golden.length)) == golden.cuts)
        }
        #expect(
            ContentDefinedChunking.standard.cuts(in: [UInt8](repeating: 0, count: 1_000_000)) == golden.zeros)
        #expect(ContentDefinedChunking.standard.table == golden.chunkings[0].table)
    }

    @Test(arguments: 1...5)
    func theKernelsAgree(seed: UInt64) throws {
        let chunking = try #require(
            ContentDefinedChunking(minimum: 100, average: 256, maximum: 1_000, table: "kernels"))
        let bytes = randomBytes(seed: seed, count: 20_000)
        unsafe bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: 20_000, by: 333) {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
                let (kernel, swift) = unsafe (
                    chunking.firstCut(in: rest, isLast: true),
                    chunking.firstCutInSwift(in: rest, isLast: true)
                )
                #expect(kernel == swift)
            }
        }
    }

    @Test func anInsertionMovesOnlyTheCutsBesideIt() {
        let chunking = ContentDefinedChunking.standard
        let bytes = randomBytes(seed: 5, count: 3_000_000)
        let edited = Array(bytes[..<1_500_000]) + [1, 2, 3] + bytes[1_500_000...]
        let before = Set(pieces(of: bytes, chunking).map { Digest(of: $0) })
        let new = pieces(of: edited, chunking).filter { !before.contains(Digest(of: $0)) }
        #expect(new.count <= 3)
        #expect(new.map(\.count).reduce(0, +) <= 3 * chunking.maximum)
    }

    @Test func sizesKeepTheirBounds() {
        let chunking = ContentDefinedChunking.standard
        let sizes = pieces(of: randomBytes(seed: 6, count: 4_000_000), chunking).map(\.count)
        #expect(sizes.dropLast().allSatisfy { (chunking.minimum...chunking.maximum).contains($0) })
        let mean = sizes.reduce(0, +) / sizes.count
        #expect((50_000...90_000).contains(mean))
    }

    @Test(arguments: 1...6, [1, 2, 3, 8])
    func severalThreadsCutAtTheSamePlaces(seed: UInt64, threads: Int) async throws {
        let chunking = try #require(
            ContentDefinedChunking(minimum: 256, average: 1_024, maximum: 4_096, table: "threads"))
        var bytes = randomBytes(seed: seed, count: 200_000 + Int(seed) * 1_001)
        // Zeros are cut at the largest size only, from wherever the cutting began: there guesses stay wrong.
        if seed > 3 { bytes.replaceSubrange(40_000..<150_000, with: repeatElement(0, count: 110_000)) }
        #expect(await chunking.cuts(in: bytes, threads: threads) == chunking.cuts(in: bytes))
        #expect(await chunking.cuts(in: [], threads: threads).isEmpty)
    }

    @Test func withoutTheEndOfTheChunkThereIsNoAnswer() {
        let chunking = ContentDefinedChunking.standard
        let zeros = [UInt8](repeating: 0, count: chunking.maximum)
        unsafe zeros.withUnsafeBytes { zeros in
            let short = unsafe UnsafeRawBufferPointer(rebasing: zeros.dropLast())
            #expect(unsafe chunking.firstCut(in: short, isLast: false) == nil)
            #expect(unsafe chunking.firstCut(in: short, isLast: true) == chunking.maximum - 1)
            #expect(unsafe chunking.firstCut(in: zeros, isLast: false) == chunking.maximum)
            let none = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
            #expect(unsafe chunking.firstCut(in: none, isLast: true) == nil)
        }
    }

    @Test(arguments: [(0, 256, 512), (64, 300, 512), (512, 256, 1024), (64, 256, 256), (64, 256, 1 << 31)])
    func senselessSizesAreRefused(minimum: Int, average: Int, maximum: Int) {
        #expect(
            ContentDefinedChunking(minimum: minimum, average: average, maximum: maximum, table: "t") == nil)
    }

    private func pieces(of bytes: [UInt8], _ chunking: ContentDefinedChunking) -> [[UInt8]] {
        var start = 0
        return chunking.cuts(in: bytes).map { cut in
            defer { start = cut }
            return Array(bytes[start..<cut])
        }
    }
}
