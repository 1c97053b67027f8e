// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing
public import TableReading

/// What a table looks like, in a few kilobytes a column; profiles of parts merge to a profile of the whole.
///
/// Equal tables give equal profiles, byte for byte in canonical JSON.
public struct TableProfile: Hashable, Sendable, Codable {
    /// How many rows there are.
    public private(set) var rowCount: Int
    /// The columns, in their order.
    public private(set) var columns: [ColumnProfile]

    /// Describes a table.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - reference: A profile whose histograms' edges are used, so that the two can be compared exactly.
    public init(of table: Table, edgesOf reference: TableProfile? = nil) {
        rowCount = table.rowCount
        columns = table.columns.map { ColumnProfile(of: $0, edgesOf: reference?.column($0.name)) }
    }

    /// The profile of a column; nil where there is none of that name.
    public func column(_ name: String) -> ColumnProfile? {
        columns.first { $0.name == name }
    }

    /// The names and types of the columns.
    public var schema: TableSchema {
        TableSchema(columns.map { TableSchema.Field(name: $0.name, type: $0.type) })
    }

    /// Takes in the profile of more rows with the same columns; a column that only one of the two has is dropped.
    public mutating func merge(_ other: TableProfile) {
        rowCount += other.rowCount
        columns = columns.compactMap { column in
            guard let theirs = other.column(column.name) else { return nil }
            var merged = column
            merged.merge(theirs)
            return merged
        }
    }

    /// The digest of the profile's canonical JSON.
    ///
    /// - Throws: `EncodingError`
    public func digest() throws -> Digest { Digest(of: try CanonicalJSON.encode(self)) }
}

extension Table {
    /// What this table looks like: counts, extremes, quantiles, frequent values; computed anew at each use.
    public var profile: TableProfile { TableProfile(of: self) }
}
