// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import TableReading

/// What two versions of a dataset differ in.
public struct DatasetDiff: Hashable, Sendable, Codable {
    /// A file whose content changed.
    public struct FileChange: Hashable, Sendable, Codable {
        /// The path.
        public let path: String
        /// The size before.
        public let sizeBefore: Int
        /// The size now.
        public let sizeNow: Int
        /// Whether it has the same rows in another order or spelling.
        public let hasEqualRows: Bool
    }

    /// The version before, as `flights@12`.
    public let before: String
    /// The version now.
    public let now: String
    /// The paths that only the version now has.
    public let addedFiles: [String]
    /// The paths that only the version before has.
    public let removedFiles: [String]
    /// The files that have another content.
    public let changedFiles: [FileChange]
    /// How many files are equal.
    public let equalFileCount: Int
    /// How the columns changed; nil where one of the two has no common columns.
    public let schema: SchemaDiff?
    /// How the rows changed; nil where they were not compared.
    public let rows: RowDiff?
    /// Whether all rows are the same, in whatever order; nil where one of the two has no tables.
    public let hasEqualRows: Bool?

    /// Whether nothing differs.
    public var isEmpty: Bool { addedFiles.isEmpty && removedFiles.isEmpty && changedFiles.isEmpty }
}

/// What two lists of columns differ in.
public struct SchemaDiff: Hashable, Sendable, Codable {
    /// A column of another type.
    public struct TypeChange: Hashable, Sendable, Codable {
        /// The column.
        public let name: String
        /// Its type before.
        public let before: ColumnType
        /// Its type now.
        public let now: ColumnType

        /// Whether everything that reads the type before reads the type now: integers become doubles.
        public var isWidening: Bool { before == .integer && now == .double }
    }

    /// The columns that are new.
    public let added: [TableSchema.Field]
    /// The columns that are gone.
    public let removed: [TableSchema.Field]
    /// The columns of another type.
    public let retyped: [TypeChange]
    /// Whether columns that both have stand in another order.
    public let isReordered: Bool

    /// Whether nothing differs.
    public var isEmpty: Bool { added.isEmpty && removed.isEmpty && retyped.isEmpty && !isReordered }

    /// Whether whoever reads columns by name goes on unharmed: nothing is gone, and types only widen.
    public var isCompatible: Bool { removed.isEmpty && retyped.allSatisfy(\.isWidening) }

    /// Compares two schemas.
    public init(before: TableSchema, now: TableSchema) {
        added = now.fields.filter { before[$0.name] == nil }
        removed = before.fields.filter { now[$0.name] == nil }
        retyped = before.fields.compactMap { field in
            now[field.name].flatMap {
                $0 == field.type ? nil : TypeChange(name: field.name, before: field.type, now: $0)
            }
        }
        isReordered =
            before.fields.map(\.name).filter { now[$0] != nil }
            != now.fields.map(\.name).filter { before[$0] != nil }
    }
}
