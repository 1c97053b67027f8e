// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A named column of values of one type, any of which may be missing.
public struct Column: Hashable, Sendable {
    /// The values; the place of a missing one holds 0, NaN, false or the code -1.
    package enum Storage: Hashable, Sendable {
        case integers([Int64])
        case doubles([Double])
        case booleans([Bool])
        case strings(codes: [Int32], categories: [String])
        case timestamps([Int64])
    }

    /// The column's name.
    public let name: String
    /// The rows whose value is missing.
    public let missing: RowMask
    package let storage: Storage

    package init(name: String, storage: Storage, missing: RowMask) {
        self.name = name
        self.storage = storage
        self.missing = missing
    }

    /// The type of the values.
    public var type: ColumnType {
        switch storage {
        case .integers: .integer
        case .doubles: .double
        case .booleans: .boolean
        case .strings: .string
        case .timestamps: .timestamp
        }
    }

    /// How many rows there are.
    public var count: Int { missing.count }

    /// How many values are missing.
    public var missingCount: Int { missing.setCount }

    /// The same column under another name.
    public func renamed(_ name: String) -> Column {
        Column(name: name, storage: storage, missing: missing)
    }
}

extension Column {
    /// Makes a column of whole numbers.
    public init(_ name: String, integers values: [Int64?]) {
        self.init(
            name: name, storage: .integers(values.map { $0 ?? 0 }),
            missing: RowMask(values.lazy.map { $0 == nil })
        )
    }

    /// Makes a column of numbers; a NaN is a missing value.
    public init(_ name: String, doubles values: [Double]) {
        self.init(name: name, storage: .doubles(values), missing: RowMask(values.lazy.map(\.isNaN)))
    }

    /// Makes a column of booleans.
    public init(_ name: String, booleans values: [Bool?]) {
        self.init(
            name: name, storage: .booleans(values.map { $0 ?? false }),
            missing: RowMask(values.lazy.map { $0 == nil }))
    }

    /// Makes a column of instants, in microseconds since 1970 (UTC).
    public init(_ name: String, timestamps values: [Int64?]) {
        self.init(
            name: name, storage: .timestamps(values.map { $0 ?? 0 }),
            missing: RowMask(values.lazy.map { $0 == nil }))
    }

    /// Makes a column of text.
    public init(_ name: String, strings values: [String?]) {
        var codes: [Int32] = []
        var categories: [String] = []
        var known: [String: Int32] = [:]
        codes.reserveCapacity(values.count)
        for value in values {
            guard let value else {
                codes.append(-1)
                continue
            }
            if let code = known[value] {
                codes.append(code)
            } else {
                codes.append(Int32(categories.count))
                known[value] = Int32(categories.count)
                categories.append(value)
            }
        }
        self.init(
            name: name, storage: .strings(codes: codes, categories: categories),
            missing: RowMask(values.lazy.map { $0 == nil }))
    }
}
