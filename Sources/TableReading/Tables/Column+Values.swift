// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One value of a column.
public enum ColumnValue: Hashable, Sendable, CustomStringConvertible {
    /// No value.
    case missing
    /// A whole number.
    case integer(Int64)
    /// A number.
    case double(Double)
    /// True or false.
    case boolean(Bool)
    /// A text.
    case string(String)
    /// An instant in microseconds since 1970 (UTC).
    case timestamp(Int64)

    /// The value as a CSV file writes it; empty where it is missing.
    public var description: String {
        switch self {
        case .missing: ""
        case .integer(let value): String(value)
        case .double(let value):
            value == value.rounded() && value.magnitude < 1e15 ? wholeText(value) : "\(value)"
        case .boolean(let value): value ? "true" : "false"
        case .string(let value): value
        case .timestamp(let value): Timestamp.text(of: value)
        }
    }

    private func wholeText(_ value: Double) -> String {
        value == 0 && value.sign == .minus ? "-0.0" : String(Int64(value))
    }
}

extension Column {
    /// The value of a row, counted from 0.
    public subscript(row: Int) -> ColumnValue {
        guard !missing[row] else { return .missing }
        return switch storage {
        case .integers(let values): .integer(values[row])
        case .doubles(let values): .double(values[row])
        case .booleans(let values): .boolean(values[row])
        case .strings(let codes, let categories): .string(categories[Int(codes[row])])
        case .timestamps(let values): .timestamp(values[row])
        }
    }

    /// The values as doubles, with NaN for a missing one: booleans count 0 and 1, timestamps seconds since 1970.
    ///
    /// - Throws: ``TableError`` with the code `wrongType` for a column of text.
    public var doubles: [Double] {
        get throws(TableError) {
            switch storage {
            case .integers(let values): return maskedDoubles(values) { Double($0) }
            case .doubles(let values): return missing.setCount == 0 ? values : maskedDoubles(values) { $0 }
            case .booleans(let values): return maskedDoubles(values) { $0 ? 1 : 0 }
            case .timestamps(let values): return maskedDoubles(values) { Double($0) / 1e6 }
            case .strings: throw wrongType("numbers")
            }
        }
    }

    private func maskedDoubles<Value>(_ values: [Value], _ convert: (Value) -> Double) -> [Double] {
        var result = values.map(convert)
        if missing.setCount > 0 { for row in missing.rows { result[row] = .nan } }
        return result
    }

    /// The values of a column of integers, nil for a missing one.
    ///
    /// - Throws: ``TableError`` with the code `wrongType` for a column of another type.
    public var integers: [Int64?] {
        get throws(TableError) {
            guard case .integers(let values) = storage else { throw wrongType("integers") }
            return values.indices.map { missing[$0] ? nil : values[$0] }
        }
    }

    /// The values of a column of booleans, nil for a missing one.
    ///
    /// - Throws: ``TableError`` with the code `wrongType` for a column of another type.
    public var booleans: [Bool?] {
        get throws(TableError) {
            guard case .booleans(let values) = storage else { throw wrongType("booleans") }
            return values.indices.map { missing[$0] ? nil : values[$0] }
        }
    }

    /// The instants in microseconds since 1970 (UTC), nil for a missing one.
    ///
    /// - Throws: ``TableError`` with the code `wrongType` for a column of another type.
    public var timestamps: [Int64?] {
        get throws(TableError) {
            guard case .timestamps(let values) = storage else { throw wrongType("timestamps") }
            return values.indices.map { missing[$0] ? nil : values[$0] }
        }
    }

    /// The values as text, nil for a missing one; any type can be read so.
    public var strings: [String?] {
        if case .strings(let codes, let categories) = storage {
            return codes.map { $0 < 0 ? nil : categories[Int($0)] }
        }
        return (0..<count).map { missing[$0] ? nil : self[$0].description }
    }

    /// The distinct texts of a column of text in the order of their first row, to which ``codes`` point; empty
    /// for any other type.
    public var categories: [String] {
        if case .strings(_, let categories) = storage { categories } else { [] }
    }

    /// For each row of a column of text the index in ``categories``, -1 where the value is missing; empty for any
    /// other type.
    public var codes: [Int32] {
        if case .strings(let codes, _) = storage { codes } else { [] }
    }

    private func wrongType(_ wanted: String) -> TableError {
        let row = (0..<count).first { !missing[$0] }
        let example = row.map { ", such as '\(self[$0])'" } ?? ""
        return TableError(
            .wrongType, "the column holds \(type.rawValue) values\(example), and \(wanted) were asked for",
            row: row.map { $0 + 1 }, column: name)
    }

    /// The rows at these indices, in this order.
    public func taking(_ rows: [Int]) -> Column {
        let taken: Storage =
            switch storage {
            case .integers(let values): .integers(rows.map { values[$0] })
            case .doubles(let values): .doubles(rows.map { values[$0] })
            case .booleans(let values): .booleans(rows.map { values[$0] })
            case .strings(let codes, let categories):
                .strings(codes: rows.map { codes[$0] }, categories: categories)
            case .timestamps(let values): .timestamps(rows.map { values[$0] })
            }
        return Column(
            name: name, storage: taken,
            missing: missing.setCount == 0
                ? RowMask(count: rows.count) : RowMask(rows.lazy.map { missing[$0] }))
    }
}
