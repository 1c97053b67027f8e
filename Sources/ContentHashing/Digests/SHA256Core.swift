// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CHashKernels

/// SHA-256 with the kernels of this package: the state, and the block that is not yet full.
package struct SHA256Core: Sendable {
    var state = SHA256Core.initialState
    private var pending = SIMD64<UInt8>()
    var count: UInt64 = 0
    let isAccelerated: Bool

    private static let initialState = SIMD8<UInt32>(
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19)

    package static let hasInstructions = mlops_sha256_is_available() != 0

    /// Starts with the digest of nothing.
    ///
    /// - Parameter isAccelerated: False takes the plain Swift kernel in any case, to compare the two.
    package init(isAccelerated: Bool = true) {
        self.isAccelerated = isAccelerated && SHA256Core.hasInstructions
    }

    @unsafe
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = unsafe bytes
        let filled = Int(count % 64)
        count += UInt64(bytes.count)
        if filled > 0 {
            let taken = min(64 - filled, rest.count)
            unsafe withUnsafeMutableBytes(of: &pending) { block in
                let target = unsafe UnsafeMutableRawBufferPointer(rebasing: block[filled..<filled + taken])
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest.prefix(taken)))
            }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(taken))
            guard filled + taken == 64 else { return }
            compressPending()
        }
        let whole = rest.count / 64 * 64
        unsafe compress(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(whole))
        unsafe withUnsafeMutableBytes(of: &pending) { unsafe $0.copyMemory(from: rest) }
    }

    package func finalize() -> Digest {
        var last = self
        let bits = count &* 8
        let filled = Int(count % 64)
        last.pending[filled] = 0x80
        for index in (filled + 1)..<64 { last.pending[index] = 0 }
        if filled >= 56 {
            last.compressPending()
            last.pending = SIMD64()
        }
        for index in 0..<8 { last.pending[56 + index] = UInt8(truncatingIfNeeded: bits >> (56 - 8 * index)) }
        last.compressPending()
        func word(_ index: Int) -> UInt64 {
            UInt64(last.state[2 * index]) << 32 | UInt64(last.state[2 * index + 1])
        }
        return Digest(words: (word(0), word(1), word(2), word(3)))
    }

    private mutating func compressPending() {
        let block = pending
        unsafe withUnsafeBytes(of: block) { unsafe compress($0) }
    }

    /// Takes whole blocks only.
    private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
        guard let start = blocks.baseAddress, blocks.count >= 64 else { return }
        let isAccelerated = isAccelerated
        unsafe withUnsafeMutableBytes(of: &state) { bytes in
            let words = unsafe bytes.assumingMemoryBound(to: UInt32.self)
            guard let state = words.baseAddress else { return }
            if isAccelerated {
                unsafe mlops_sha256_compress(
                    state, start.assumingMemoryBound(to: UInt8.self), blocks.count / 64)
            } else {
                unsafe SHA256Core.compressInSwift(words, blocks)
            }
        }
    }

    /// Hashes what is left of parts of a buffer two by two: their common count of whole blocks interleaved, each rest
    /// alone.
    ///
    /// - Parameters:
    ///   - parts: The parts as offsets into the buffer.
    ///   - done: How many bytes of each part its hasher has already: whole blocks.
    ///   - hashers: A hasher for each part.
    ///   - buffer: The bytes.
    static func finishByPairs(
        _ parts: [Range<Int>], done: [Int], _ hashers: inout [SHA256Core], in buffer: UnsafeRawBufferPointer
    ) {
        func rest(_ part: Int) -> UnsafeRawBufferPointer {
            unsafe UnsafeRawBufferPointer(rebasing: buffer[parts[part]].dropFirst(done[part]))
        }
        var earlier: Int?
        for part in parts.indices {
            guard parts[part].count - done[part] >= 64 else {
                unsafe hashers[part].update(rest(part))
                continue
            }
            guard let other = earlier else {
                earlier = part
                continue
            }
            earlier = nil
            let (one, two) = unsafe (rest(other), rest(part))
            var (first, second) = (hashers[other], hashers[part])
            let common = unsafe SHA256Core.compressPair(&first, one, &second, two)
            unsafe first.update(UnsafeRawBufferPointer(rebasing: one.dropFirst(common)))
            unsafe second.update(UnsafeRawBufferPointer(rebasing: two.dropFirst(common)))
            (hashers[other], hashers[part]) = (first, second)
        }
        if let earlier { unsafe hashers[earlier].update(rest(earlier)) }
    }

    /// Takes the blocks that both have into two hashers without a block begun; returns how many bytes of each that were.
    private static func compressPair(
        _ first: inout SHA256Core, _ one: UnsafeRawBufferPointer, _ second: inout SHA256Core,
        _ two: UnsafeRawBufferPointer
    ) -> Int {
        let blocks = min(one.count, two.count) / 64
        guard first.isAccelerated, blocks > 0, let one = one.baseAddress,
            let two = two.baseAddress
        else { return 0 }
        unsafe withUnsafeMutableBytes(of: &first.state) { firstState in
            unsafe withUnsafeMutableBytes(of: &second.state) { secondState in
                guard let firstWords = unsafe firstState.assumingMemoryBound(to: UInt32.self).baseAddress,
                    let secondWords = unsafe secondState.assumingMemoryBound(to: UInt32.self).baseAddress
                else { return }
                unsafe mlops_sha256_compress_pair(
                    firstWords, one.assumingMemoryBound(to: UInt8.self), secondWords,
                    two.assumingMemoryBound(to: UInt8.self), blocks)
            }
        }
        first.count += UInt64(blocks * 64)
        second.count += UInt64(blocks * 64)
        return blocks * 64
    }
}
