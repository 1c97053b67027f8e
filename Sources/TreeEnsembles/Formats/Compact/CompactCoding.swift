// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Something that the compact form holds.
protocol CompactCodable {
    /// Appends it.
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError)
    /// Reads it back and checks whatever an index or a count could break.
    init(from reader: inout CompactReader) throws(TreeEnsembleError)
}

/// Makes the bytes of the compact form: little-endian numbers, and arrays that start at multiples of 64 bytes with
/// their lengths before them, so that a mapped file holds them as memory does.
struct CompactWriter {
    private(set) var bytes: [UInt8] = []
    static let alignment = 64

    init() {}

    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func append(_ number: Double) { append(number.bitPattern) }

    mutating func append(_ number: Float) { append(number.bitPattern) }

    mutating func append(_ truth: Bool) { append(truth ? UInt8(1) : 0) }

    mutating func append(count: Int) { append(UInt64(count)) }

    mutating func append(_ text: String) {
        append(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends an array of numbers; their memory is what the file holds on a little-endian machine.
    mutating func append<Number: BitwiseCopyable>(array: [Number]) {
        append(count: array.count)
        while bytes.count % Self.alignment != 0 { bytes.append(0) }
        // Every platform that Swift runs on is little-endian.
        unsafe array.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func append(list: [some CompactCodable]) throws(TreeEnsembleError) {
        append(count: list.count)
        for element in list { try element.encode(to: &self) }
    }
}

/// Reads the compact form back.
struct CompactReader {
    private var reader: LittleEndianReader

    init(_ bytes: [UInt8], from start: Int) { reader = LittleEndianReader(bytes, in: start..<bytes.count) }

    var isAtEnd: Bool { reader.remaining == 0 }

    mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type = Number.self
    ) throws(TreeEnsembleError) -> Number { try reader.next() }

    mutating func double() throws(TreeEnsembleError) -> Double { try reader.nextDouble() }

    mutating func float() throws(TreeEnsembleError) -> Float { try reader.nextFloat() }

    mutating func bool() throws(TreeEnsembleError) -> Bool { try reader.nextBool() }

    /// A number that is not negative and at most `limit`.
    mutating func count(atMost limit: Int = Int(Int32.max)) throws(TreeEnsembleError) -> Int {
        let place = reader.position
        let count: UInt64 = try reader.next()
        guard count <= UInt64(limit) else {
            throw .malformed("a count of the compact form is \(count)", at: place)
        }
        return Int(count)
    }

    mutating func text() throws(TreeEnsembleError) -> String {
        String(decoding: try reader.nextBytes(try count()), as: UTF8.self)
    }

    mutating func int32s() throws(TreeEnsembleError) -> [Int32] { try array { (number: Int32) in number } }

    mutating func uint64s() throws(TreeEnsembleError) -> [UInt64] { try array { (number: UInt64) in number } }

    mutating func ints() throws(TreeEnsembleError) -> [Int] { try array { (number: Int64) in Int(number) } }

    mutating func doubles() throws(TreeEnsembleError) -> [Double] {
        try array { (bits: UInt64) in Double(bitPattern: bits) }
    }

    mutating func floats() throws(TreeEnsembleError) -> [Float] {
        try array { (bits: UInt32) in Float(bitPattern: bits) }
    }

    mutating func array<Number: FixedWidthInteger & BitwiseCopyable, Result>(
        _ convert: (Number) -> Result
    ) throws(TreeEnsembleError) -> [Result] {
        let count = try count()
        let rest = reader.position % CompactWriter.alignment
        if rest != 0 { try reader.move(to: reader.position + CompactWriter.alignment - rest) }
        return try reader.next(count: count, convert)
    }

    mutating func list<Element: CompactCodable>() throws(TreeEnsembleError) -> [Element] {
        let count = try count()
        guard count <= reader.remaining else {
            throw .malformed("a list is longer than the file", at: reader.position)
        }
        var list: [Element] = []
        for _ in 0..<count { list.append(try Element(from: &self)) }
        return list
    }

    func damaged(_ what: String) -> TreeEnsembleError {
        .malformed("the compact form is damaged: \(what)", at: reader.position)
    }
}
