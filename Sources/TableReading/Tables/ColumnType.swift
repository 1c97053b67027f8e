// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The type of a column's values.
public enum ColumnType: String, Hashable, Sendable, Codable, CaseIterable {
    /// Whole numbers of 64 bits.
    case integer
    /// Binary floating-point numbers of 64 bits.
    case double
    /// True and false.
    case boolean
    /// Text, kept once for each distinct value.
    case string
    /// Instants in microseconds since 1970 (UTC).
    case timestamp

    /// The type with its article, as messages say it: `an integer`, `a double`.
    package var noun: String {
        switch self {
        case .integer: "an integer"
        case .double: "a number"
        case .boolean: "a boolean"
        case .string: "a string"
        case .timestamp: "a timestamp"
        }
    }
}

/// The names and types of a table's columns, in their order.
public struct TableSchema: Hashable, Sendable, Codable {
    /// A column's name and type.
    public struct Field: Hashable, Sendable, Codable {
        /// The name.
        public var name: String
        /// The type.
        public var type: ColumnType

        /// Makes a field.
        public init(name: String, type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    /// The columns.
    public var fields: [Field]

    /// Makes a schema.
    public init(_ fields: [Field]) { self.fields = fields }

    /// The type of a column; nil where there is none of that name.
    public subscript(name: String) -> ColumnType? {
        fields.first { $0.name == name }?.type
    }
}

extension TableSchema: ExpressibleByDictionaryLiteral {
    /// Makes a schema as `["carrier": .string, "distance": .integer]`.
    public init(dictionaryLiteral elements: (String, ColumnType)...) {
        self.init(elements.map { Field(name: $0.0, type: $0.1) })
    }
}
