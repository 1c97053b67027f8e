// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CHashKernels

extension SHA256Core {
    /// Appends whole blocks and finds where their gear hash is small, in one go.
    ///
    /// - Parameters:
    ///   - bytes: The blocks; what is no whole block at their end is left.
    ///   - table: That of the gear hash.
    ///   - hash: The gear hash before the bytes, and then behind those that were taken.
    ///   - places: Where what is found is put.
    /// - Returns: How many bytes were taken: none where a block is begun or the processor has no instructions, fewer
    ///   than there are where the places are full.
    mutating func update(
        blocksOf bytes: UnsafeRawBufferPointer, _ table: [UInt64], hash: inout UInt64,
        places: inout mlops_cut_places
    ) -> Int {
        guard isAccelerated, count.isMultiple(of: 64), let start = bytes.baseAddress else { return 0 }
        let taken = unsafe withUnsafeMutableBytes(of: &state) { state -> Int in
            guard let words = unsafe state.assumingMemoryBound(to: UInt32.self).baseAddress else { return 0 }
            let first = unsafe start.assumingMemoryBound(to: UInt8.self)
            return unsafe mlops_sha256_compress_and_scan(
                words, first, bytes.count / 64, table, &hash, &places)
        }
        count += UInt64(taken * 64)
        return taken * 64
    }
}
