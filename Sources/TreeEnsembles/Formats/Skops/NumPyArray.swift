// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// An array in NumPy's file format, versions 1 to 3 (numpy/lib/format.py): plain numbers, text, or records of numbers.
struct NumPyArray {
    /// One column of an array of records, or the one column of a plain array, whose name is empty.
    private struct Field {
        var type: String
        var offset: Int
        var size: Int
    }

    let shape: [Int]
    private let bytes: [UInt8]
    private let dataStart: Int
    private let recordSize: Int
    private let fields: [String: Field]

    /// The number of elements.
    let count: Int

    init(_ bytes: [UInt8]) throws(TreeEnsembleError) {
        var reader = LittleEndianReader(bytes)
        guard try reader.nextBytes(6).elementsEqual([0x93] + Array("NUMPY".utf8)) else {
            throw .malformed("an array does not start as NumPy's arrays do")
        }
        let version = try reader.next(UInt8.self)
        _ = try reader.next(UInt8.self)
        guard (1...3).contains(version) else {
            throw .unsupported("NumPy's array format \(version) is not supported")
        }
        let length = version == 1 ? Int(try reader.next(UInt16.self)) : Int(try reader.next(UInt32.self))
        let header = try reader.nextBytes(length)
        var parser = NumPyHeader(Array(header))
        let description = try parser.read()
        guard !description.isColumnMajor || description.shape.count < 2 else {
            throw .unsupported("an array stands column by column, which is not supported")
        }
        var fields: [String: Field] = [:]
        var offset = 0
        for (name, type) in description.fields {
            let size = try Self.size(of: type)
            if type.dropFirst().first != "V" || !name.isEmpty {
                guard fields.updateValue(Field(type: type, offset: offset, size: size), forKey: name) == nil
                else {
                    throw .malformed("an array has two fields '\(name)'")
                }
            }
            offset += size
        }
        var count = 1
        for extent in description.shape {
            let product = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !product.overflow else { throw .malformed("the shape of an array cannot be") }
            count = product.partialValue
        }
        let total = count.multipliedReportingOverflow(by: offset)
        guard !total.overflow, total.partialValue == reader.remaining else {
            throw .malformed("an array's content does not fit its shape")
        }
        guard offset > 0 else { throw .malformed("the elements of an array have no size") }
        self.bytes = bytes
        self.fields = fields
        self.count = count
        shape = description.shape
        dataStart = reader.position
        recordSize = offset
    }

    /// Whether records have such a field.
    func has(_ field: String) -> Bool { fields[field] != nil }

    /// The numbers of a field in double precision.
    func doubles(_ name: String = "") throws(TreeEnsembleError) -> [Double] {
        let field = try field(name)
        return switch field.type {
        case "<f8": load(field, UInt64.self) { Double(bitPattern: $0) }
        case "<f4": load(field, UInt32.self) { Double(Float(bitPattern: $0)) }
        default: try integers(name).map(Double.init)
        }
    }

    /// The numbers of a field as whole numbers.
    func integers(_ name: String = "") throws(TreeEnsembleError) -> [Int] {
        let field = try field(name)
        switch field.type {
        case "<i8": return load(field, Int64.self) { Int($0) }
        case "<i4": return load(field, Int32.self) { Int($0) }
        case "<i2": return load(field, Int16.self) { Int($0) }
        case "|i1": return load(field, Int8.self) { Int($0) }
        case "<u8": return load(field, UInt64.self) { Int(clamping: $0) }
        case "<u4": return load(field, UInt32.self) { Int($0) }
        case "<u2": return load(field, UInt16.self) { Int($0) }
        case "|u1", "|b1": return load(field, UInt8.self) { Int($0) }
        default:
            throw .malformed("the elements of an array are '\(field.type)', and whole numbers were expected")
        }
    }

    /// The elements as text: what they say, or their numbers.
    func texts() throws(TreeEnsembleError) -> [String] {
        let field = try field("")
        if field.type.hasPrefix("<U") {
            return (0..<count).map { index in
                let start = dataStart + index * recordSize
                var text = ""
                for place in stride(from: start, to: start + field.size, by: 4) {
                    let code = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
                    if code != 0 { text.unicodeScalars.append(Unicode.Scalar(code) ?? "\u{fffd}") }
                }
                return text
            }
        }
        if field.type == "|b1" { return try integers().map { $0 == 0 ? "False" : "True" } }
        if field.type.hasPrefix("<f") { return try doubles().map { "\($0)" } }
        return try integers().map { "\($0)" }
    }

    private func field(_ name: String) throws(TreeEnsembleError) -> Field {
        guard let field = fields[name] else { throw .malformed("an array has no field '\(name)'") }
        return field
    }

    private func load<Raw: FixedWidthInteger & BitwiseCopyable, Result>(
        _ field: Field, _: Raw.Type, _ convert: (Raw) -> Result
    ) -> [Result] {
        let raw = unsafe bytes.span.bytes
        return unsafe [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                // Bounds: the content has count * recordSize bytes, and the field lies in the record; init checked.
                let number = unsafe raw.unsafeLoadUnaligned(
                    fromByteOffset: dataStart + index * recordSize + field.offset, as: Raw.self)
                unsafe buffer.initializeElement(at: index, to: convert(Raw(littleEndian: number)))
            }
            initialized = count
        }
    }

    private static func size(of type: String) throws(TreeEnsembleError) -> Int {
        switch type {
        case "<f8", "<i8", "<u8": return 8
        case "<f4", "<i4", "<u4": return 4
        case "<i2", "<u2": return 2
        case "|i1", "|u1", "|b1": return 1
        default:
            let count = Int(type.dropFirst(2))
            if let count, count > 0, count < 1 << 16 {
                if type.hasPrefix("<U") { return count * 4 }
                if type.hasPrefix("|V") { return count }
            }
            throw .unsupported("arrays of NumPy's type '\(type.prefix(20))' are not supported")
        }
    }
}

/// The header of such a file: a Python dictionary with the keys `descr`, `fortran_order` and `shape`.
private struct NumPyHeader {
    var fields: [(name: String, type: String)] = []
    var isColumnMajor = false
    var shape: [Int] = []
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    mutating func read() throws(TreeEnsembleError) -> NumPyHeader {
        try expect("{")
        var seen: Set<String> = []
        while !take("}") {
            let key = try string()
            try expect(":")
            guard seen.insert(key).inserted else { throw damaged() }
            switch key {
            case "descr": try readDescription()
            case "fortran_order":
                if takeWord("True") {
                    isColumnMajor = true
                } else if !takeWord("False") {
                    throw damaged()
                }
            case "shape": try readShape()
            default: throw damaged()
            }
            _ = take(",")
        }
        guard seen.count == 3 else { throw damaged() }
        return self
    }

    private mutating func readDescription() throws(TreeEnsembleError) {
        guard take("[") else {
            fields = [("", try string())]
            return
        }
        while !take("]") {
            try expect("(")
            let name = try string()
            try expect(",")
            let type = try string()
            guard take(")") else { throw .unsupported("an array has records that hold arrays") }
            fields.append((name, type))
            _ = take(",")
        }
    }

    private mutating func readShape() throws(TreeEnsembleError) {
        try expect("(")
        while !take(")") {
            skipBlanks()
            let start = position
            while position < text.count, (48...57).contains(text[position]) { position += 1 }
            guard let extent = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
                throw damaged()
            }
            shape.append(extent)
            _ = take(",")
        }
    }

    private mutating func string() throws(TreeEnsembleError) -> String {
        try expect("'")
        let start = position
        while position < text.count, text[position] != UInt8(ascii: "'") { position += 1 }
        guard position < text.count else { throw damaged() }
        defer { position += 1 }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func skipBlanks() {
        while position < text.count, text[position] <= 0x20 { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        skipBlanks()
        guard text[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(TreeEnsembleError) {
        guard take(character) else { throw damaged() }
    }

    private func damaged() -> TreeEnsembleError { .malformed("the header of an array is damaged") }
}
