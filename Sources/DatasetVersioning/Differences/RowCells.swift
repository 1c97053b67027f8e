// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TableReading

/// The cells of some columns of a batch, written row by row, in bytes that are equal only for equal cells.
struct RowCells {
    /// What stands before a cell: its type, and whether it has a value.
    private enum Tag {
        static let missing: UInt8 = 0
        static let integer: UInt8 = 1
        static let double: UInt8 = 2
        static let no: UInt8 = 3
        static let yes: UInt8 = 4
        static let string: UInt8 = 5
        static let timestamp: UInt8 = 6
    }

    private enum Values {
        case integers([Int64], tag: UInt8)
        case doubles([Double])
        case booleans([Bool])
        case strings(codes: [Int32], text: [UInt8], ends: [Int])
    }

    private var columns: [(values: Values, missing: RowMask?)] = []

    init(_ columns: [Column]) {
        self.columns = columns.map { column in
            let values: Values =
                switch column.storage {
                case .integers(let values): .integers(values, tag: Tag.integer)
                case .timestamps(let values): .integers(values, tag: Tag.timestamp)
                case .doubles(let values): .doubles(values)
                case .booleans(let values): .booleans(values)
                case .strings(let codes, let categories): RowCells.texts(codes, categories)
                }
            return (values, column.missingCount > 0 ? column.missing : nil)
        }
    }

    private static func texts(_ codes: [Int32], _ categories: [String]) -> Values {
        var text: [UInt8] = []
        var ends: [Int] = []
        ends.reserveCapacity(categories.count)
        for category in categories {
            text += category.utf8
            ends.append(text.count)
        }
        return .strings(codes: codes, text: text, ends: ends)
    }

    /// Appends the cells of a row.
    func append(row: Int, to bytes: inout [UInt8]) {
        for (values, missing) in columns {
            if let missing, missing[row] {
                bytes.append(Tag.missing)
                continue
            }
            switch values {
            case .integers(let values, let tag):
                bytes.append(tag)
                VariableLength.append(zigzag: values[row], to: &bytes)
            case .doubles(let values):
                bytes.append(Tag.double)
                var bits = values[row].bitPattern
                for _ in 0..<8 {
                    bytes.append(UInt8(truncatingIfNeeded: bits))
                    bits >>= 8
                }
            case .booleans(let values): bytes.append(values[row] ? Tag.yes : Tag.no)
            case .strings(let codes, let text, let ends):
                let code = Int(codes[row])
                let start = code == 0 ? 0 : ends[code - 1]
                bytes.append(Tag.string)
                VariableLength.append(UInt64(ends[code] - start), to: &bytes)
                bytes += text[start..<ends[code]]
            }
        }
    }

    /// Takes the next cell; nil where the bytes are not those of cells.
    static func next(in bytes: [UInt8], at offset: inout Int, until end: Int) -> ColumnValue? {
        guard offset < end else { return nil }
        let tag = bytes[offset]
        offset += 1
        switch tag {
        case Tag.missing: return .missing
        case Tag.no: return .boolean(false)
        case Tag.yes: return .boolean(true)
        case Tag.integer:
            return VariableLength.nextZigzag(in: bytes, at: &offset, until: end).map { .integer($0) }
        case Tag.timestamp:
            return VariableLength.nextZigzag(in: bytes, at: &offset, until: end).map { .timestamp($0) }
        case Tag.double:
            guard end - offset >= 8 else { return nil }
            var bits: UInt64 = 0
            for place in 0..<8 { bits |= UInt64(bytes[offset + place]) << UInt64(8 * place) }
            offset += 8
            return .double(Double(bitPattern: bits))
        case Tag.string:
            guard let count = VariableLength.next(in: bytes, at: &offset, until: end),
                count <= UInt64(end - offset)
            else { return nil }
            defer { offset += Int(count) }
            return .string(String(decoding: bytes[offset..<offset + Int(count)], as: UTF8.self))
        default: return nil
        }
    }
}

/// Whole numbers in as many bytes as they need, seven bits in each, the lowest first.
enum VariableLength {
    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Numbers near zero are short, whatever their sign.
    static func append(zigzag number: Int64, to bytes: inout [UInt8]) {
        append(UInt64(bitPattern: (number << 1) ^ (number >> 63)), to: &bytes)
    }

    /// Takes the next number; nil where there is none before the end.
    static func next(in bytes: [UInt8], at offset: inout Int, until end: Int) -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }

    static func nextZigzag(in bytes: [UInt8], at offset: inout Int, until end: Int) -> Int64? {
        next(in: bytes, at: &offset, until: end).map {
            Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1)
        }
    }
}
