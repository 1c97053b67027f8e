// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Numbers that still stand in the bytes of their file.
package struct NumberArray: Sendable {
    /// How the numbers are written.
    package enum Encoding: Sendable, BitwiseCopyable {
        /// JSON text: numbers parted by commas.
        case text
        /// Big-endian binary numbers.
        case int8, uint8, int16, int32, int64, float32, float64
    }

    let bytes: [UInt8]
    let start: Int
    let end: Int
    let encoding: Encoding

    init(bytes: [UInt8], start: Int, end: Int, encoding: Encoding) {
        self.bytes = bytes
        self.start = start
        self.end = end
        self.encoding = encoding
    }

    /// The width of a binary number, or nil for text.
    private var width: Int? {
        switch encoding {
        case .text: nil
        case .int8, .uint8: 1
        case .int16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// How many numbers there are; of a text an estimate.
    var roughCount: Int { (end - start) / (width ?? 3) }

    /// Whether there are none, as far as can be told without reading.
    private var isEmpty: Bool { start == end && encoding != .float32 && encoding != .float64 }

    /// The numbers as Float.
    ///
    /// A decimal text is rounded once; a Double in the file is rounded.
    package func floats() throws(TreeEnsembleError) -> [Float] {
        let table = GrowingTable<Float>()
        try read(into: table)
        return Array(table.finish())
    }

    /// The numbers as Double.
    package func doubles() throws(TreeEnsembleError) -> [Double] {
        let table = GrowingTable<Double>()
        switch encoding {
        case .float32: binary(into: table, as: UInt32.self) { Double(Float(bitPattern: $0)) }
        case .float64: binary(into: table, as: UInt64.self) { Double(bitPattern: $0) }
        case .text:
            try text(into: table) { scanner throws(TreeEnsembleError) in try scanner.number(as: Double.self) }
        default: return try integers().map { Double($0) }
        }
        return Array(table.finish())
    }

    /// The numbers as whole numbers; truth values of JSON text are 1 and 0.
    ///
    /// - Throws: If one of them is not whole.
    package func integers() throws(TreeEnsembleError) -> [Int] {
        if isEmpty { return [] }
        let table = GrowingTable<Int>()
        switch encoding {
        case .int8: binary(into: table, as: UInt8.self) { Int(Int8(bitPattern: $0)) }
        case .uint8: binary(into: table, as: UInt8.self) { Int($0) }
        case .int16: binary(into: table, as: UInt16.self) { Int(Int16(bitPattern: $0)) }
        case .int32: binary(into: table, as: UInt32.self) { Int(Int32(bitPattern: $0)) }
        case .int64: binary(into: table, as: UInt64.self) { Int(Int64(bitPattern: $0)) }
        case .text: try text(into: table) { scanner throws(TreeEnsembleError) in try scanner.integer() }
        case .float32, .float64: throw .malformed("expected whole numbers", at: start)
        }
        return Array(table.finish())
    }

    /// The numbers as 32-bit whole numbers.
    ///
    /// - Throws: If one of them is not whole or needs more bits.
    package func int32s() throws(TreeEnsembleError) -> [Int32] {
        if isEmpty { return [] }
        let table = GrowingTable<Int32>()
        try read(into: table)
        return Array(table.finish())
    }

    /// Puts the numbers in place of what a table holds, as ``floats()``.
    func read(into table: GrowingTable<Float>) throws(TreeEnsembleError) {
        table.truncate(to: 0)
        switch encoding {
        case .float32: binary(into: table, as: UInt32.self) { Float(bitPattern: $0) }
        case .float64: binary(into: table, as: UInt64.self) { Float(Double(bitPattern: $0)) }
        case .text:
            try text(into: table) { scanner throws(TreeEnsembleError) in try scanner.number(as: Float.self) }
        default: table.append(contentsOf: try integers().map { Float($0) })
        }
    }

    /// Puts the numbers in place of what a table holds, as ``int32s()``.
    func read(into table: GrowingTable<Int32>) throws(TreeEnsembleError) {
        table.truncate(to: 0)
        switch encoding {
        case .int32: binary(into: table, as: UInt32.self) { Int32(bitPattern: $0) }
        case .uint8: binary(into: table, as: UInt8.self) { Int32($0) }
        case .text:
            try text(into: table) { scanner throws(TreeEnsembleError) in
                let place = scanner.position
                return try Self.narrow(try scanner.integer(), at: place)
            }
        default:
            for number in try integers() { table.append(try Self.narrow(number, at: start)) }
        }
    }

    /// Whether there are so many numbers, all of them 0 and written as such.
    func areZeros(count: Int) -> Bool {
        switch encoding {
        case .uint8, .int8: end - start == count && bytes[start..<end].allSatisfy { $0 == 0 }
        case .text:
            // 0,0,0
            count > 0 && end - start == 2 * count - 1
                && ByteSearch.isRepeated(UInt8(ascii: "0"), UInt8(ascii: ","), in: bytes, start..<end)
        default: false
        }
    }

    private static func narrow(_ number: Int, at place: Int) throws(TreeEnsembleError) -> Int32 {
        guard let narrow = Int32(exactly: number) else {
            throw .malformed("the whole number \(number) needs more than 32 bits", at: place)
        }
        return narrow
    }

    private func binary<Raw: FixedWidthInteger & BitwiseCopyable, Result>(
        into table: GrowingTable<Result>, as: Raw.Type, _ convert: (Raw) -> Result
    ) {
        let width = MemoryLayout<Raw>.size
        let count = (end - start) / width
        let target = unsafe table.extend(by: count)
        unsafe bytes.withUnsafeBytes { raw in
            for index in 0..<count {
                // Bounds: start + count * width <= end <= bytes.count, checked when the document was scanned.
                let number = unsafe raw.loadUnaligned(fromByteOffset: start + index * width, as: Raw.self)
                unsafe target[index] = convert(Raw(bigEndian: number))
            }
        }
    }

    @inline(__always)
    private func text<Result>(
        into table: GrowingTable<Result>,
        _ read: (inout NumberScanner) throws(TreeEnsembleError) -> Result
    ) throws(TreeEnsembleError) {
        var scanner = NumberScanner(bytes: bytes, position: start, end: end)
        scanner.skipSpace()
        guard scanner.position < end else { return }
        let target = unsafe table.extend(by: (end - start) / 2 + 1, isRough: true)
        var count = 0
        while true {
            // Bounds: each number takes a digit and, but for the last, a comma.
            unsafe target[count] = try read(&scanner)
            count += 1
            scanner.skipSpace()
            guard scanner.position < end else { break }
            guard scanner.take(UInt8(ascii: ",")) else {
                throw .malformed("expected a comma between numbers", at: scanner.position)
            }
            scanner.skipSpace()
        }
        table.truncate(to: table.count - (end - start) / 2 - 1 + count)
    }
}
