// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Where a stretch of a content may be cut, wherever its chunks begin: the gear hash depends on the last 64 bytes only, and no
/// chunk is smaller.
package struct CutPlaces: Hashable, Sendable {
    /// The size of the stretch in bytes.
    package let size: Int
    /// In rising order: twice the offset in the stretch, plus one where a chunk below the average size may end too.
    package private(set) var packed: [UInt32]

    init(size: Int, packed: [UInt32]) {
        self.size = size
        self.packed = packed
    }

    /// Finds the places of a stretch byte by byte, in plain Swift: the reference.
    ///
    /// - Parameters:
    ///   - bytes: The stretch, of fewer than 2^30 bytes.
    ///   - chunking: The way to cut.
    ///   - hash: The gear hash before the stretch, and then behind it.
    @unsafe
    package init(
        inSwift bytes: UnsafeRawBufferPointer, _ chunking: ContentDefinedChunking, hash: inout UInt64
    ) {
        self.init(size: bytes.count, packed: [])
        unsafe append(bytes, from: 0, chunking, hash: &hash)
    }

    /// Appends what is found in bytes that lie at an offset in the stretch.
    mutating func append(
        _ bytes: UnsafeRawBufferPointer, from offset: Int, _ chunking: ContentDefinedChunking,
        hash: inout UInt64
    ) {
        var start = 0
        while let taken = unsafe chunking.gear.scanInSwift(
            UnsafeRawBufferPointer(rebasing: bytes[start...]), mask: chunking.lenient, hash: &hash)
        {
            start += taken
            packed.append(UInt32(2 * (offset + start)) | (hash & chunking.strict == 0 ? 1 : 0))
        }
    }
}

/// The places of a content that are ahead of the last cut.
package struct KnownCutPlaces: Sendable {
    /// Twice the offset in the content, plus one where the strict rule is met.
    private var places: [Int] = []
    /// The first place that is ahead.
    private var next = 0
    /// All places between these offsets are known.
    private var known = 0..<0

    /// Starts with nothing.
    package init() {}

    /// Takes the places of a stretch that begins at an offset in the content.
    package mutating func append(_ stretch: CutPlaces, at offset: Int) {
        places.removeFirst(next)
        next = 0
        if known.upperBound != offset {
            places = []
            known = offset..<offset
        }
        places += stretch.packed.map { Int($0) + 2 * offset }
        known = known.lowerBound..<offset + stretch.size
    }

    /// The first place of a chunk's bytes where it may be cut; places before are forgotten.
    ///
    /// - Parameters:
    ///   - start: Where the chunk begins; no smaller than in the call before.
    ///   - strict: The sizes of the chunk at which only a strict place counts.
    ///   - lenient: Those behind, at which any does.
    /// - Returns: The size of the chunk, zero where there is no place; nil where not all places are known.
    mutating func firstCut(
        ofChunkAt start: Int, strict: ClosedRange<Int>, lenient: ClosedRange<Int>?
    ) -> Int? {
        let end = lenient?.upperBound ?? strict.upperBound
        guard known.lowerBound < start + strict.lowerBound, start + end <= known.upperBound else {
            return nil
        }
        while next < places.count, places[next] / 2 < start + strict.lowerBound { next += 1 }
        for place in places[next...] {
            let size = place / 2 - start
            if size > end { break }
            if size > strict.upperBound || place % 2 == 1 { return size }
        }
        return 0
    }
}
