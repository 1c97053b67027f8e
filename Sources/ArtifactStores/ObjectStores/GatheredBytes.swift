// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The content of an object in pieces that lie where they were read: so nothing need be copied together to be written.
package struct GatheredBytes: Sendable {
    private enum Piece: Sendable {
        case own(Range<Int>)
        case lent(StretchBuffer, Range<Int>)
    }

    /// What was copied, one piece behind the other.
    private(set) var own: [UInt8]
    private var pieces: [Piece] = []
    /// How many bytes there are.
    package private(set) var count: Int

    /// Takes a content that is one piece.
    package init(_ bytes: [UInt8]) {
        own = bytes
        count = bytes.count
        if count > 0 { pieces = [.own(0..<count)] }
    }

    /// Starts with nothing, in memory that may have been used before.
    init(memory: [UInt8], capacity: Int) {
        self.init([])
        own = memory
        own.removeAll(keepingCapacity: true)
        own.reserveCapacity(capacity)
    }

    /// Appends a copy of the bytes.
    mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
    }

    /// Appends a copy of the bytes.
    mutating func append(copying bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        let start = own.count
        unsafe own.append(contentsOf: bytes)
        count += bytes.count
        if case .own(let last) = pieces.last, last.upperBound == start {
            pieces[pieces.count - 1] = .own(last.lowerBound..<own.count)
        } else {
            pieces.append(.own(start..<own.count))
        }
    }

    /// Appends bytes of a stretch, which is held until this value goes.
    mutating func append(_ range: Range<Int>, of stretch: StretchBuffer) {
        guard !range.isEmpty else { return }
        count += range.count
        pieces.append(.lent(stretch, range))
    }

    /// The bytes in one piece.
    package func joined() -> [UInt8] {
        if count == own.count { return own }
        return unsafe withPieces { pieces in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(count)
            unsafe pieces.forEach { unsafe bytes.append(contentsOf: $0) }
            return bytes
        }
    }

    /// Calls the body with all pieces in their order; none is empty.
    package func withPieces<Result>(_ body: ([UnsafeRawBufferPointer]) -> Result) -> Result {
        unsafe own.withUnsafeBytes { own in
            unsafe body(
                pieces.map { piece in
                    switch piece {
                    case .own(let range): unsafe UnsafeRawBufferPointer(rebasing: own[range])
                    case .lent(let stretch, let range): unsafe stretch.bytes(range)
                    }
                })
        }
    }
}

/// A batch that writes pieces as they lie.
protocol GatheringBatch: ObjectBatch {
    /// Takes an object in pieces; else as with one in a single piece.
    func create(_ content: GatheredBytes, at key: String) async throws
}
