// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A protocol buffers message that still stands in the bytes of its file: fields one after another, by number
/// (protobuf.dev/programming-guides/encoding).
struct ProtocolBuffer {
    /// What one field holds.
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// The range of a text, of bytes, of a message or of packed numbers.
        case range(Range<Int>)
    }

    let bytes: [UInt8]
    /// The fields in the order of the file.
    let fields: [(number: Int, value: Value)]

    /// Scans one message; the messages inside are scanned when someone asks for them.
    init(_ bytes: [UInt8], _ range: Range<Int>) throws(TreeEnsembleError) {
        self.bytes = bytes
        var fields: [(Int, Value)] = []
        var position = range.lowerBound
        while position < range.upperBound {
            fields.append(try Self.field(bytes, &position, range.upperBound))
        }
        self.fields = fields
    }

    /// The text of a field of a message that is not scanned otherwise, empty where it is not there.
    static func text(_ number: Int, of bytes: [UInt8], _ range: Range<Int>) throws(TreeEnsembleError)
        -> String
    {
        var position = range.lowerBound
        while position < range.upperBound {
            let field = try field(bytes, &position, range.upperBound)
            if field.number == number, case .range(let range) = field.value {
                return String(decoding: bytes[range], as: UTF8.self)
            }
        }
        return ""
    }

    /// The ranges of a repeated field of texts or messages.
    func ranges(_ number: Int) throws(TreeEnsembleError) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for field in fields where field.number == number {
            guard case .range(let range) = field.value else { throw wrongKind(number) }
            found.append(range)
        }
        return found
    }

    /// The messages of a repeated field.
    func messages(_ number: Int) throws(TreeEnsembleError) -> [ProtocolBuffer] {
        var found: [ProtocolBuffer] = []
        for field in fields where field.number == number {
            guard case .range(let range) = field.value else { throw wrongKind(number) }
            found.append(try ProtocolBuffer(bytes, range))
        }
        return found
    }

    /// The message of a field, the last one where there are several.
    func message(_ number: Int) throws(TreeEnsembleError) -> ProtocolBuffer? {
        guard let field = fields.last(where: { $0.number == number }) else { return nil }
        guard case .range(let range) = field.value else { throw wrongKind(number) }
        return try ProtocolBuffer(bytes, range)
    }

    /// The texts of a repeated field.
    func texts(_ number: Int) throws(TreeEnsembleError) -> [String] {
        var found: [String] = []
        for field in fields where field.number == number {
            guard case .range(let range) = field.value else { throw wrongKind(number) }
            found.append(String(decoding: bytes[range], as: UTF8.self))
        }
        return found
    }

    /// The text of a field, empty where it is not there.
    func text(_ number: Int) throws(TreeEnsembleError) -> String { try texts(number).last ?? "" }

    /// The bytes of a field.
    func range(_ number: Int) throws(TreeEnsembleError) -> Range<Int>? {
        guard let field = fields.last(where: { $0.number == number }) else { return nil }
        guard case .range(let range) = field.value else { throw wrongKind(number) }
        return range
    }

    /// The whole number of a field.
    func integer(_ number: Int) throws(TreeEnsembleError) -> Int? {
        guard let field = fields.last(where: { $0.number == number }) else { return nil }
        guard case .varint(let bits) = field.value else { throw wrongKind(number) }
        return Int(Int64(bitPattern: bits))
    }

    /// The whole numbers of a repeated field, packed or not.
    func integers(_ number: Int) throws(TreeEnsembleError) -> [Int] {
        var found: [Int] = []
        for field in fields where field.number == number {
            switch field.value {
            case .varint(let bits): found.append(Int(Int64(bitPattern: bits)))
            case .range(let range):
                var position = range.lowerBound
                found.reserveCapacity(found.count + range.count)
                while position < range.upperBound {
                    let bits = try Self.varint(bytes, &position, range.upperBound)
                    found.append(Int(Int64(bitPattern: bits)))
                }
            default: throw wrongKind(number)
            }
        }
        return found
    }

    /// The numbers in single precision of a repeated field, packed or not.
    func floats(_ number: Int) throws(TreeEnsembleError) -> [Float] {
        var found: [Float] = []
        for field in fields where field.number == number {
            switch field.value {
            case .fixed32(let bits): found.append(Float(bitPattern: bits))
            case .range(let range):
                guard range.count % 4 == 0 else { throw wrongKind(number) }
                var reader = LittleEndianReader(bytes, in: range)
                found += try reader.next(count: range.count / 4) { (bits: UInt32) in Float(bitPattern: bits) }
            default: throw wrongKind(number)
            }
        }
        return found
    }

    /// The numbers in double precision of a repeated field, packed or not.
    func doubles(_ number: Int) throws(TreeEnsembleError) -> [Double] {
        var found: [Double] = []
        for field in fields where field.number == number {
            switch field.value {
            case .fixed64(let bits): found.append(Double(bitPattern: bits))
            case .range(let range):
                guard range.count % 8 == 0 else { throw wrongKind(number) }
                var reader = LittleEndianReader(bytes, in: range)
                found += try reader.next(count: range.count / 8) { (bits: UInt64) in Double(bitPattern: bits)
                }
            default: throw wrongKind(number)
            }
        }
        return found
    }

    private func wrongKind(_ number: Int) -> TreeEnsembleError {
        .malformed("field \(number) of a message is not of its kind")
    }

    private static func field(
        _ bytes: [UInt8], _ position: inout Int, _ end: Int
    ) throws(TreeEnsembleError) -> (number: Int, value: Value) {
        let start = position
        let tag = try varint(bytes, &position, end)
        let number = Int(truncatingIfNeeded: tag >> 3)
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw .malformed("a field has no number", at: start) }
        var reader = LittleEndianReader(bytes, in: position..<end)
        switch tag & 7 {
        case 0: return (number, .varint(try varint(bytes, &position, end)))
        case 1:
            position += 8
            return (number, .fixed64(try reader.next()))
        case 2:
            let length = try varint(bytes, &position, end)
            guard length <= UInt64(end - position) else {
                throw .malformed("a field is longer than what holds it", at: start)
            }
            defer { position += Int(length) }
            return (number, .range(position..<position + Int(length)))
        case 5:
            position += 4
            return (number, .fixed32(try reader.next()))
        default: throw .malformed("a field is of wire type \(tag & 7)", at: start)
        }
    }

    private static func varint(
        _ bytes: [UInt8], _ position: inout Int, _ end: Int
    ) throws(TreeEnsembleError) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<10 {
            guard position < end else { throw .malformed("the content ends too early", at: position) }
            let byte = bytes[position]
            position += 1
            guard index < 9 || byte <= 1 else { break }
            result |= UInt64(byte & 0x7f) << UInt64(7 * index)
            if byte & 0x80 == 0 { return result }
        }
        throw .malformed("a number needs more than 64 bits", at: position)
    }
}
