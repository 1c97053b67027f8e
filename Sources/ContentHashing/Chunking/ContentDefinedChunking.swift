// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Cuts a content where the content itself says, so that an insertion moves no cut but those beside it.
///
/// The method is FastCDC with normalised chunking (Xia et al., USENIX ATC 2016): a gear hash over the last 64
/// bytes; below the average size a cut needs ``normalization`` more zero bits than the average has, above it as
/// many fewer. Sizes are in bytes.
public struct ContentDefinedChunking: Hashable, Sendable {
    /// No chunk but the last is smaller.
    public let minimum: Int
    /// Where the rule turns from strict to lenient: a power of two.
    public let average: Int
    /// No chunk is larger.
    public let maximum: Int
    /// By how many bits the rule is stricter before the average and more lenient behind it.
    public let normalization: Int
    /// The name from which the gear table is made.
    public let table: String

    let gear: GearHash
    /// Which bits of the hash must be zero before the average size and behind it: the highest ones.
    let strict, lenient: UInt64

    /// 16, 64 and 256 KiB: small enough for scattered edits of tables, large enough for fast reads.
    public static let standard = ContentDefinedChunking(
        unchecked: 1 << 14, 1 << 16, 1 << 18, normalization: 2, table: "swift-mlops gear 1")

    /// Takes parameters; nil where they make no sense: sizes must rise, from 64 to at most 2^30, the average must
    /// be a power of two, and the normalization must leave at least one bit.
    public init?(minimum: Int, average: Int, maximum: Int, normalization: Int = 2, table: String) {
        guard minimum >= 64, minimum < average, average < maximum, maximum <= 1 << 30,
            average.nonzeroBitCount == 1, (0...8).contains(normalization),
            normalization < average.trailingZeroBitCount
        else { return nil }
        self.init(unchecked: minimum, average, maximum, normalization: normalization, table: table)
    }

    private init(unchecked minimum: Int, _ average: Int, _ maximum: Int, normalization: Int, table: String) {
        self.minimum = minimum
        self.average = average
        self.maximum = maximum
        self.normalization = normalization
        self.table = table
        gear = GearHash(named: table)
        // The highest bits: only they depend on all of the last 64 bytes.
        let bits = average.trailingZeroBitCount
        strict = ~0 << UInt64(64 - bits - normalization)
        lenient = ~0 << UInt64(64 - bits + normalization)
    }

    /// The size of the chunk at the start of the bytes, or nil where its end cannot be told without more bytes.
    ///
    /// - Parameters:
    ///   - bytes: The content from the end of the last chunk on; ``maximum`` bytes are always enough.
    ///   - isLast: Whether the content ends with these bytes; then the answer is nil only for no bytes at all.
    @unsafe
    public func firstCut(in bytes: UnsafeRawBufferPointer, isLast: Bool) -> Int? {
        unsafe firstCut(in: bytes, isLast: isLast) { unsafe gear.scan($0, mask: $1, hash: &$2) }
    }

    /// The same with the plain Swift kernel, to compare.
    @unsafe
    package func firstCutInSwift(in bytes: UnsafeRawBufferPointer, isLast: Bool) -> Int? {
        unsafe firstCut(in: bytes, isLast: isLast) { unsafe gear.scanInSwift($0, mask: $1, hash: &$2) }
    }

    private func firstCut(
        in bytes: UnsafeRawBufferPointer, isLast: Bool,
        scan: (UnsafeRawBufferPointer, UInt64, inout UInt64) -> Int?
    ) -> Int? {
        let end = min(bytes.count, maximum)
        if end > minimum {
            var hash: UInt64 = 0
            // The hash rolls over the last 64 bytes before the smallest size, so that no cut there depends on
            // where the chunk began.
            let warmup = unsafe UnsafeRawBufferPointer(rebasing: bytes[minimum - 64..<minimum])
            _ = unsafe scan(warmup, ~0, &hash)
            let turn = min(average, end)
            let before = unsafe UnsafeRawBufferPointer(rebasing: bytes[minimum..<turn])
            if let taken = unsafe scan(before, strict, &hash) { return minimum + taken }
            let behind = unsafe UnsafeRawBufferPointer(rebasing: bytes[turn..<end])
            if let taken = unsafe scan(behind, lenient, &hash) { return turn + taken }
        }
        if end == maximum { return maximum }
        return isLast && end > 0 ? end : nil
    }

    /// The same from places that are known, without a look at the bytes where they tell.
    ///
    /// - Parameters:
    ///   - bytes: The content from the end of the last chunk on.
    ///   - isLast: Whether the content ends with these bytes.
    ///   - places: The places of the content, as far as they are known.
    ///   - offset: Where in the content the bytes begin.
    @unsafe
    package func firstCut(
        in bytes: UnsafeRawBufferPointer, isLast: Bool, at places: inout KnownCutPlaces, offset: Int
    ) -> Int? {
        let end = min(bytes.count, maximum)
        if end > minimum {
            let strict = minimum + 1...min(average, end)
            let lenient = end > average ? average + 1...end : nil
            guard let size = places.firstCut(ofChunkAt: offset, strict: strict, lenient: lenient) else {
                return unsafe firstCut(in: bytes, isLast: isLast)
            }
            if size > 0 { return size }
        }
        if end == maximum { return maximum }
        return isLast && end > 0 ? end : nil
    }

    /// The ends of all chunks of a content in memory, in rising order; the last is the content's size.
    public func cuts(in content: [UInt8]) -> [Int] {
        unsafe content.withUnsafeBytes { bytes in
            var cuts: [Int] = []
            var start = 0
            while let size = unsafe firstCut(
                in: UnsafeRawBufferPointer(rebasing: bytes[start...]), isLast: true)
            {
                start += size
                cuts.append(start)
            }
            return cuts
        }
    }

    /// Whether two ways to cut are the same.
    public static func == (left: ContentDefinedChunking, right: ContentDefinedChunking) -> Bool {
        left.minimum == right.minimum && left.average == right.average && left.maximum == right.maximum
            && left.normalization == right.normalization && left.table == right.table
    }

    /// Feeds the parameters.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(minimum)
        hasher.combine(average)
        hasher.combine(maximum)
        hasher.combine(normalization)
        hasher.combine(table)
    }
}
