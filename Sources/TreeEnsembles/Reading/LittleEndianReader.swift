// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads little-endian numbers, one after another, from a stretch of bytes, and nothing beyond its end.
struct LittleEndianReader {
    let bytes: [UInt8]
    private(set) var position: Int
    let end: Int

    /// Starts at the beginning of a stretch, which must lie in the bytes.
    init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
        self.bytes = bytes
        let range = (range ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
        position = range.lowerBound
        end = range.upperBound
    }

    /// How many bytes are left.
    var remaining: Int { end - position }

    /// The next number.
    mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type = Number.self
    ) throws(TreeEnsembleError) -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw endsTooEarly() }
        defer { position += size }
        return number(at: position)
    }

    /// The next number in floating point.
    mutating func nextDouble() throws(TreeEnsembleError) -> Double { Double(bitPattern: try next()) }

    /// The next number in single precision.
    mutating func nextFloat() throws(TreeEnsembleError) -> Float { Float(bitPattern: try next()) }

    /// The next byte as a truth value.
    mutating func nextBool() throws(TreeEnsembleError) -> Bool { try next(UInt8.self) != 0 }

    /// The next numbers.
    mutating func next<Number: FixedWidthInteger & BitwiseCopyable, Result>(
        count: Int, _ convert: (Number) -> Result
    ) throws(TreeEnsembleError) -> [Result] {
        let size = MemoryLayout<Number>.size
        guard count >= 0, count <= remaining / size else { throw endsTooEarly() }
        let start = position
        position += count * size
        let raw = unsafe bytes.span.bytes
        return unsafe [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                // Bounds: the guard above.
                let number = unsafe raw.unsafeLoadUnaligned(
                    fromByteOffset: start + index * size, as: Number.self)
                unsafe buffer.initializeElement(at: index, to: convert(Number(littleEndian: number)))
            }
            initialized = count
        }
    }

    /// The next bytes.
    mutating func nextBytes(_ count: Int) throws(TreeEnsembleError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw endsTooEarly() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Goes on at another place.
    mutating func move(to place: Int) throws(TreeEnsembleError) {
        guard place >= 0, place <= end else { throw endsTooEarly() }
        position = place
    }

    private func number<Number: FixedWidthInteger & BitwiseCopyable>(at place: Int) -> Number {
        // Bounds: checked by the caller.
        Number(
            littleEndian: unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Number.self))
    }

    private func endsTooEarly() -> TreeEnsembleError {
        .malformed("the content ends too early", at: position)
    }
}
