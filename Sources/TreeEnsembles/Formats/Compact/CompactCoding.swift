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

    /// Appends a table, for ``CompactReader/table(of:)``.
    mutating func append<Number: BitwiseCopyable>(table: AlignedTable<Number>) {
        append(array: Array(table))
    }

    /// Appends what vectors may read beyond the last table.
    mutating func appendPadding() {
        bytes += [UInt8](repeating: 0, count: AlignedTable<UInt8>.padding)
    }

    mutating func append(list: [some CompactCodable]) throws(TreeEnsembleError) {
        append(count: list.count)
        for element in list { try element.encode(to: &self) }
    }
}
