// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// How a store cuts its contents.
struct ChunkCutting: Sendable {
    let chunking: ContentDefinedChunking
    private let formats: [ContentBoundaries]

    init(_ chunking: ContentDefinedChunking, at formats: [ContentBoundaries]) {
        self.chunking = chunking
        self.formats = formats
    }

    /// What cuts one content.
    func makeCutter() -> ContentCutter { ContentCutter(chunking, at: formats) }
}

/// Cuts one content, given piece by piece: at its own cuts and at its format's boundaries.
///
/// The cuts depend on the content alone, not on where the pieces end.
struct ContentCutter {
    private let chunking: ContentDefinedChunking
    private let formats: [ContentBoundaries]
    /// The boundaries that are ahead; nil until they are known.
    private var boundaries: ArraySlice<Int>?
    /// How much of the content is cut.
    private var position = 0
    /// Where the content ahead may be cut, as far as others found it.
    private var places = KnownCutPlaces()

    init(_ chunking: ContentDefinedChunking, at formats: [ContentBoundaries]) {
        self.chunking = chunking
        self.formats = formats
        boundaries = formats.isEmpty ? [] : nil
    }

    /// The chunks whose ends are among the bytes, one after the other.
    ///
    /// - Parameters:
    ///   - bytes: The content from the last cut on.
    ///   - isLast: Whether the content ends with these bytes.
    ///   - found: Where the last of the bytes may be cut, if somebody looked.
    mutating func cut(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool, at found: CutPlaces? = nil
    ) -> [Range<Int>] {
        if let found { places.append(found, at: position + bytes.count - found.size) }
        if boundaries == nil {
            guard let found = unsafe find(in: bytes, isWhole: isLast) else { return [] }
            boundaries = found[...]
        }
        var ranges: [Range<Int>] = []
        var start = 0
        while true {
            while let next = boundaries?.first, next <= position + start { boundaries?.removeFirst() }
            let end = boundaries?.first.map { $0 - position } ?? .max
            // Up to a boundary it is cut as though the content ended there.
            let row = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<min(end, bytes.count)])
            guard
                let size = unsafe chunking.firstCut(
                    in: row, isLast: isLast || end <= bytes.count, at: &places, offset: position + start)
            else { break }
            ranges.append(start..<start + size)
            start += size
        }
        position += start
        return ranges
    }

    private func find(in head: UnsafeRawBufferPointer, isWhole: Bool) -> [Int]? {
        for format in formats {
            guard let found = unsafe format.find(in: head, isWhole: isWhole, minimum: chunking.minimum) else {
                return nil
            }
            if !found.isEmpty { return found }
        }
        return []
    }
}
