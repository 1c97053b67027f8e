// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CHashKernels

/// The rolling hash that finds cut points: it depends on the last 64 bytes only.
package struct GearHash: Sendable {
    /// A random number for each byte, made from the name of the table so that no list of them need be kept.
    package let table: [UInt64]

    /// Makes the table of a name: the first eight bytes, big-endian, of SHA-256 over the name and the byte.
    package init(named name: String) {
        table = (0..<256).map { byte in
            Digest(of: Array(name.utf8) + [UInt8(byte)]).words.0
        }
    }

    /// Rolls over bytes until `hash & mask` is zero.
    ///
    /// - Returns: How many bytes were taken, the last of which made the hash match; nil where none did.
    @unsafe
    package func scan(_ bytes: UnsafeRawBufferPointer, mask: UInt64, hash: inout UInt64) -> Int? {
        guard let start = bytes.baseAddress else { return nil }
        let taken = unsafe mlops_gear_scan(
            table, start.assumingMemoryBound(to: UInt8.self), bytes.count, mask, &hash)
        return taken > bytes.count ? nil : taken
    }

    /// The same in plain Swift, byte for byte: the reference.
    @unsafe
    package func scanInSwift(_ bytes: UnsafeRawBufferPointer, mask: UInt64, hash: inout UInt64) -> Int? {
        for index in bytes.indices {
            hash = unsafe (hash &<< 1) &+ table[Int(bytes[index])]
            if hash & mask == 0 { return index + 1 }
        }
        return nil
    }

    /// Rolls over all bytes.
    func hash(of bytes: UnsafeRawBufferPointer, behind hash: UInt64) -> UInt64 {
        unsafe bytes.reduce(hash) { ($0 &<< 1) &+ table[Int($1)] }
    }
}
