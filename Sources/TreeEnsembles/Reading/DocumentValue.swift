// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A JSON or UBJSON document, with its arrays of numbers left as they stand in the file until someone asks for them.
///
/// A model file is mostly arrays of numbers. Only the reader of the model knows whether the numbers of an array are
/// Float or Double (which matters for the last bit of a decimal text), and many arrays are never needed.
package enum DocumentValue: Sendable {
    case null
    case bool(Bool)
    /// One number, as an array of one.
    case number(NumberArray)
    case string(String)
    /// An array that holds only numbers (or, in JSON, only numbers and truth values).
    case numbers(NumberArray)
    case array([DocumentValue])
    case object(DocumentObject)
}

/// The members of an object, in the order of the file.
///
/// No name appears twice.
package struct DocumentObject: Sendable {
    package private(set) var names: [String] = []
    package private(set) var values: [DocumentValue] = []
    private var places: [String: Int] = [:]
    private var marks: [UInt64] = []
    /// Below this number of members, looking at one after another is quicker than a dictionary.
    private static let fewMembers = 32

    package init() {}

    /// The value of a member.
    package subscript(name: String) -> DocumentValue? {
        place(of: name).map { values[$0] }
    }

    /// Adds a member and says whether the name was new.
    mutating func add(_ name: String, _ value: DocumentValue) -> Bool {
        if place(of: name) != nil { return false }
        names.append(name)
        values.append(value)
        if names.count <= Self.fewMembers { marks.append(Self.mark(of: name)) }
        if names.count == Self.fewMembers {
            for (index, name) in names.enumerated() { places[name] = index }
        } else if names.count > Self.fewMembers {
            places[name] = names.count - 1
        }
        return true
    }

    private func place(of name: String) -> Int? {
        if names.count >= Self.fewMembers { return places[name] }
        let mark = Self.mark(of: name)
        for index in marks.indices where marks[index] == mark && names[index] == name { return index }
        return nil
    }

    /// A number that most other names do not have, which is quicker to compare than the name.
    private static func mark(of name: String) -> UInt64 {
        name.utf8.reduce(UInt64(name.utf8.count)) { $0 &* 31 &+ UInt64($1) }
    }
}

/// Numbers that still stand in the bytes of their file.
package struct NumberArray: Sendable {
    /// How the numbers are written.
    package enum Encoding: Sendable {
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

    private var isFloating: Bool { encoding == .float32 || encoding == .float64 }

    /// The numbers as Float.
    ///
    /// A decimal text is rounded once; a Double in the file is rounded.
    package func floats() throws(TreeEnsembleError) -> [Float] {
        switch encoding {
        case .float32: binary(as: UInt32.self) { Float(bitPattern: $0) }
        case .float64: binary(as: UInt64.self) { Float(Double(bitPattern: $0)) }
        case .text: try text { scanner throws(TreeEnsembleError) in try scanner.number(as: Float.self) }
        default: try integers().map { Float($0) }
        }
    }

    /// The numbers as Double.
    package func doubles() throws(TreeEnsembleError) -> [Double] {
        switch encoding {
        case .float32: binary(as: UInt32.self) { Double(Float(bitPattern: $0)) }
        case .float64: binary(as: UInt64.self) { Double(bitPattern: $0) }
        case .text: try text { scanner throws(TreeEnsembleError) in try scanner.number(as: Double.self) }
        default: try integers().map { Double($0) }
        }
    }

    /// The numbers as whole numbers; truth values of JSON text are 1 and 0.
    ///
    /// - Throws: If one of them is not whole.
    package func integers() throws(TreeEnsembleError) -> [Int] {
        switch encoding {
        case .int8: binary(as: UInt8.self) { Int(Int8(bitPattern: $0)) }
        case .uint8: binary(as: UInt8.self) { Int($0) }
        case .int16: binary(as: UInt16.self) { Int(Int16(bitPattern: $0)) }
        case .int32: binary(as: UInt32.self) { Int(Int32(bitPattern: $0)) }
        case .int64: binary(as: UInt64.self) { Int(Int64(bitPattern: $0)) }
        case .text: try text { scanner throws(TreeEnsembleError) in try scanner.integer() }
        case .float32, .float64: throw .malformed("expected whole numbers", at: start)
        }
    }

    /// The numbers as 32-bit whole numbers.
    ///
    /// - Throws: If one of them is not whole or needs more bits.
    package func int32s() throws(TreeEnsembleError) -> [Int32] {
        switch encoding {
        case .int32: return binary(as: UInt32.self) { Int32(bitPattern: $0) }
        case .uint8: return binary(as: UInt8.self) { Int32($0) }
        case .text:
            return try text { scanner throws(TreeEnsembleError) in
                let place = scanner.position
                let number = try scanner.integer()
                guard let narrow = Int32(exactly: number) else {
                    throw .malformed("the whole number \(number) needs more than 32 bits", at: place)
                }
                return narrow
            }
        default:
            var result: [Int32] = []
            let wide = try integers()
            result.reserveCapacity(wide.count)
            for number in wide {
                guard let narrow = Int32(exactly: number) else {
                    throw .malformed("the whole number \(number) needs more than 32 bits", at: start)
                }
                result.append(narrow)
            }
            return result
        }
    }

    private func binary<Raw: FixedWidthInteger & BitwiseCopyable, Result>(
        as: Raw.Type, _ convert: (Raw) -> Result
    ) -> [Result] {
        let width = MemoryLayout<Raw>.size
        let count = (end - start) / width
        let raw = unsafe bytes.span.bytes
        return unsafe [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                // Bounds: start + count * width <= end <= bytes.count, checked when the document was scanned.
                let number = unsafe raw.unsafeLoadUnaligned(
                    fromByteOffset: start + index * width, as: Raw.self)
                unsafe buffer.initializeElement(at: index, to: convert(Raw(bigEndian: number)))
            }
            initialized = count
        }
    }

    @inline(__always)
    private func text<Result>(
        _ read: (inout NumberScanner) throws(TreeEnsembleError) -> Result
    ) throws(TreeEnsembleError) -> [Result] {
        var scanner = NumberScanner(bytes: bytes, position: start, end: end)
        var result: [Result] = []
        result.reserveCapacity((end - start) / 3 + 1)
        scanner.skipSpace()
        guard scanner.position < end else { return [] }
        while true {
            result.append(try read(&scanner))
            scanner.skipSpace()
            guard scanner.position < end else { return result }
            guard scanner.take(UInt8(ascii: ",")) else {
                throw .malformed("expected a comma between numbers", at: scanner.position)
            }
            scanner.skipSpace()
        }
    }
}
