// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The header of a NumPy file: what one row consists of.
struct ArrayHeader {
    /// The kinds of elements that become values.
    enum Kind: Character {
        case boolean = "b"
        case integer = "i"
        case unsigned = "u"
        case float = "f"
        case bytes = "S"
        case text = "U"
    }

    /// One column: where its element stands in a record, and how it is written.
    struct Field {
        var name: String
        var kind: Kind
        var size: Int
        var isBigEndian: Bool
        var offset: Int

        var isText: Bool { kind == .bytes || kind == .text }
    }

    let fields: [Field]
    let rows: Int
    let recordSize: Int
    /// Whether a column's elements stand together (`fortran_order`).
    let isColumnMajor: Bool

    /// The length of magic, version and header in bytes; nil where more bytes are needed to tell.
    static func length(_ bytes: [UInt8], file: String) throws(TableError) -> Int? {
        guard bytes.count >= 12 else { return nil }
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), (1...3).contains(bytes[6]) else {
            throw TableError(.malformed, "this is not a NumPy array of version 1, 2 or 3", file: file)
        }
        let count =
            bytes[6] == 1
            ? Int(bytes[8]) | Int(bytes[9]) << 8
            : (0..<4).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        guard count <= 1 << 20 else {
            throw TableError(.tooLarge, "the header is longer than 1 MiB", file: file)
        }
        return (bytes[6] == 1 ? 10 : 12) + count
    }

    init(_ bytes: [UInt8], limits: TableLimits, file: String) throws(TableError) {
        let text = Array(bytes[(bytes[6] == 1 ? 10 : 12)...])
        do {
            var literal = PythonLiteral(text)
            guard case .dictionary(let members) = try literal.parse(),
                let description = members["descr"],
                case .truth(let isColumnMajor)? = members["fortran_order"],
                case .tuple(let sizes)? = members["shape"]
            else { throw PythonLiteral.Fault(message: "the header lacks descr, fortran_order or shape") }
            var shape: [Int] = []
            for size in sizes {
                guard case .number(let value) = size else {
                    throw PythonLiteral.Fault(message: "a size of the shape is no number")
                }
                shape.append(value)
            }
            guard shape.count == 1 || shape.count == 2 else {
                throw PythonLiteral.Fault(
                    message: "the array has \(shape.count) dimensions; a table has one or two")
            }
            let width = shape.count == 2 ? shape[1] : 1
            guard width <= limits.columns else {
                throw TableError(.tooLarge, "there are more than \(limits.columns) columns", file: file)
            }
            (fields, recordSize) = try ArrayHeader.fields(
                description, width: width, isMatrix: shape.count == 2)
            rows = shape[0]
            self.isColumnMajor = isColumnMajor && shape.count == 2
            guard !rows.multipliedReportingOverflow(by: max(recordSize, 1)).overflow else {
                throw PythonLiteral.Fault(message: "the shape is larger than any file")
            }
        } catch let error as TableError {
            throw error
        } catch let fault as PythonLiteral.Fault {
            throw TableError(.malformed, fault.message, file: file)
        } catch {
            throw TableError(.malformed, "\(error)", file: file)
        }
    }

    private static func fields(
        _ description: PythonLiteral.Value, width: Int, isMatrix: Bool
    ) throws -> ([Field], Int) {
        var fields: [Field] = []
        var offset = 0
        func add(_ name: String, _ code: PythonLiteral.Value?) throws {
            guard case .text(let code)? = code else {
                throw PythonLiteral.Fault(
                    message: "the field '\(name)' is nested; only flat records are read")
            }
            var field = try element(code, name: name)
            field.offset = offset
            offset += field.size
            fields.append(field)
        }
        if case .list(let records) = description {
            for record in records {
                guard case .tuple(let parts) = record, case .text(let name)? = parts.first, parts.count == 2
                else {
                    throw PythonLiteral.Fault(message: "a field of the record is not a name and a type")
                }
                guard !fields.contains(where: { $0.name == name }) else {
                    throw PythonLiteral.Fault(message: "the record has two fields '\(name)'")
                }
                try add(name, parts[1])
            }
            // A void field such as `|V4` pads a record; it has no name a table could use.
            fields.removeAll { $0.name.isEmpty }
            guard !isMatrix else {
                throw PythonLiteral.Fault(message: "records in two dimensions are no table")
            }
        } else {
            for index in 0..<width { try add(isMatrix ? "column\(index + 1)" : "value", description) }
        }
        return (fields, offset)
    }

    private static func element(_ code: String, name: String) throws -> Field {
        var rest = Substring(code)
        var isBigEndian = false
        if let order = rest.first, "<>=|".contains(order) {
            isBigEndian = order == ">"
            rest.removeFirst()
        }
        guard let letter = rest.popFirst(), let kind = Kind(rawValue: letter), let count = Int(rest),
            count >= 0,
            count <= 1 << 20
        else { throw PythonLiteral.Fault(message: "the element type '\(code)' is not read") }
        let isKnown =
            switch kind {
            case .boolean: count == 1
            case .integer, .unsigned: [1, 2, 4, 8].contains(count)
            case .float: [2, 4, 8].contains(count)
            case .bytes, .text: true
            }
        guard isKnown else { throw PythonLiteral.Fault(message: "the element type '\(code)' is not read") }
        return Field(
            name: name, kind: kind, size: kind == .text ? count * 4 : count, isBigEndian: isBigEndian,
            offset: 0)
    }
}

extension ArrayHeader.Field {
    /// The element at a place as the text that reads back to it; the bytes are known to be there.
    func text(_ bytes: [UInt8], _ start: Int) -> [UInt8] {
        switch kind {
        case .boolean: return Array((bytes[start] == 0 ? "false" : "true").utf8)
        case .bytes:
            let end = bytes[start..<start + size].lastIndex { $0 != 0 }
            return end.map { Array(bytes[start...$0]) } ?? []
        case .text:
            var text = ""
            for place in stride(from: start, to: start + size, by: 4) {
                let code = UInt32(truncatingIfNeeded: word(bytes, place, 4))
                if code == 0 { break }
                text.unicodeScalars.append(Unicode.Scalar(code) ?? "\u{fffd}")
            }
            return Array(text.utf8)
        case .integer:
            let shift = UInt64(64 - 8 * size)
            return Array(String(Int64(bitPattern: word(bytes, start, size) << shift) >> Int64(shift)).utf8)
        case .unsigned: return Array(String(word(bytes, start, size)).utf8)
        case .float:
            let bits = word(bytes, start, size)
            let value =
                switch size {
                case 2: ArrayHeader.Field.half(UInt16(truncatingIfNeeded: bits))
                case 4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
                default: Double(bitPattern: bits)
                }
            return Array(value.description.utf8)
        }
    }

    private func word(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { word, index in
            word << 8 | UInt64(bytes[isBigEndian ? start + index : start + count - 1 - index])
        }
    }

    /// IEEE 754 binary16, which not every platform's Swift has as a type.
    private static func half(_ bits: UInt16) -> Double {
        let sign: FloatingPointSign = bits >> 15 == 0 ? .plus : .minus
        let exponent = Int(bits >> 10 & 31)
        let fraction = Double(bits & 1023)
        switch exponent {
        case 0: return Double(sign: sign, exponent: -24, significand: fraction)
        case 31: return fraction == 0 ? Double(sign: sign, exponent: 0, significand: .infinity) : .nan
        default: return Double(sign: sign, exponent: exponent - 25, significand: 1024 + fraction)
        }
    }
}
