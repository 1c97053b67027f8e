// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CHashKernels

/// The digest of a content and where the content may be cut, in one go over its bytes: that takes hardly longer than the
/// digest alone.
package struct CutFindingHasher: Sendable {
    /// More places in one stretch are not kept: some contents could be cut behind every byte.
    private static let most = 1 << 13

    private let chunking: ContentDefinedChunking
    private var hasher = SHA256()
    /// The gear hash over the last bytes of the content.
    private var hash: UInt64 = 0

    /// Starts with nothing.
    package init(_ chunking: ContentDefinedChunking) { self.chunking = chunking }

    /// The digest of everything appended so far.
    package func finalize() -> Digest { hasher.finalize() }

    /// Appends a stretch and tells where it may be cut.
    ///
    /// - Parameters:
    ///   - bytes: Fewer than 2^30 bytes.
    ///   - finds: Whether to look for places.
    /// - Returns: The places; nil where nobody looked, as nothing was to be gained: then whoever cuts has to look.
    @unsafe
    package mutating func update(_ bytes: UnsafeRawBufferPointer, finds: Bool = true) -> CutPlaces? {
        #if canImport(CryptoKit)
            // Apple's digest has no room for another hash.
            unsafe hasher.update(bytes)
            return nil
        #else
            var taken = 0
            let room = finds ? CutFindingHasher.most : 0
            let found = unsafe [UInt32](unsafeUninitializedCapacity: room) { buffer, count in
                var places = unsafe mlops_cut_places(
                    strict: ~chunking.strict, lenient: ~chunking.lenient, places: buffer.baseAddress,
                    count: 0, capacity: room)
                taken = unsafe hasher.core.update(
                    blocksOf: bytes, chunking.gear.table, hash: &hash, places: &places)
                count = unsafe places.count
            }
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[taken...])
            unsafe hasher.update(rest)
            guard rest.count < 64 else {
                // The hash depends on no more than these.
                let last = unsafe UnsafeRawBufferPointer(rebasing: bytes.suffix(64))
                hash = unsafe chunking.gear.hash(of: last, behind: hash)
                return nil
            }
            var places = CutPlaces(size: bytes.count, packed: found)
            unsafe places.append(rest, from: taken, chunking, hash: &hash)
            return places
        #endif
    }
}
