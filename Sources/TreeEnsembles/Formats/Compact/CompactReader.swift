// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads the compact form back: small things by copying, tables in place.
struct CompactReader {
    private let memory: FileMemory
    private var position: Int
    /// Where the padding starts.
    private let end: Int

    init(_ memory: FileMemory, from start: Int) {
        self.memory = memory
        position = start
        end = max(memory.count - AlignedTable<UInt8>.padding, 0)
    }

    var isAtEnd: Bool { position == end }

    private var remaining: Int { max(end - position, 0) }

    mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type = Number.self
    ) throws(TreeEnsembleError) -> Number {
        let place = try take(MemoryLayout<Number>.size)
        // Bounds: taken just now.
        return Number(littleEndian: unsafe memory.base.loadUnaligned(fromByteOffset: place, as: Number.self))
    }

    mutating func double() throws(TreeEnsembleError) -> Double { Double(bitPattern: try next()) }

    mutating func float() throws(TreeEnsembleError) -> Float { Float(bitPattern: try next()) }

    mutating func bool() throws(TreeEnsembleError) -> Bool { try next(UInt8.self) != 0 }

    /// A number that is not negative and at most `limit`.
    mutating func count(atMost limit: Int = Int(Int32.max)) throws(TreeEnsembleError) -> Int {
        let place = position
        let count: UInt64 = try next()
        guard count <= UInt64(limit) else {
            throw .malformed("a count of the compact form is \(count)", at: place)
        }
        return Int(count)
    }

    mutating func text() throws(TreeEnsembleError) -> String {
        let count = try count()
        let place = try take(count)
        // Bounds: taken just now.
        let bytes = unsafe UnsafeRawBufferPointer(start: memory.base + place, count: count)
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    mutating func int32s() throws(TreeEnsembleError) -> [Int32] { Array(try table()) }

    mutating func uint64s() throws(TreeEnsembleError) -> [UInt64] { Array(try table()) }

    mutating func ints() throws(TreeEnsembleError) -> [Int] { try table(of: Int64.self).map { Int($0) } }

    mutating func doubles() throws(TreeEnsembleError) -> [Double] { Array(try table()) }

    mutating func floats() throws(TreeEnsembleError) -> [Float] { Array(try table()) }

    /// An array of numbers where it stands, which is right on little-endian machines: all that Swift runs on.
    ///
    /// Every pattern of bits must be a value of the element's type.
    mutating func table<Element: BitwiseCopyable>(
        of: Element.Type = Element.self
    ) throws(TreeEnsembleError) -> AlignedTable<Element> {
        let count = try count()
        let rest = position % CompactWriter.alignment
        if rest != 0 { _ = try take(CompactWriter.alignment - rest) }
        // A count is below 2^31, so this does not overflow.
        let place = try take(count * MemoryLayout<Element>.stride)
        // Bounds: taken just now, and the padding stands behind; the memory is aligned as the file is.
        return unsafe AlignedTable(
            base: (memory.base + place).assumingMemoryBound(to: Element.self), count: count, memory: memory)
    }

    mutating func list<Element: CompactCodable>() throws(TreeEnsembleError) -> [Element] {
        let count = try count()
        guard count <= remaining else {
            throw .malformed("a list is longer than the file", at: position)
        }
        var list: [Element] = []
        for _ in 0..<count { list.append(try Element(from: &self)) }
        return list
    }

    func damaged(_ what: String) -> TreeEnsembleError {
        .malformed("the compact form is damaged: \(what)", at: position)
    }

    /// Goes past some bytes and gives the place of the first.
    private mutating func take(_ count: Int) throws(TreeEnsembleError) -> Int {
        guard count <= remaining else { throw .malformed("the content ends too early", at: position) }
        defer { position += count }
        return position
    }
}
