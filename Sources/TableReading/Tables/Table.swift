// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Rows and typed columns in memory.
///
/// ```swift
/// let july = try Table(contentsOf: "flights-2013-07.csv.gz")
/// let distance = try july["distance"].doubles
/// let late = july.filtered { row in delays[row] > 15 }
/// ```
public struct Table: Hashable, Sendable {
    /// The columns, in the order of the file.
    public let columns: [Column]
    /// How many rows there are.
    public let rowCount: Int
    private let places: [String: Int]

    /// Makes a table of columns.
    ///
    /// - Throws: ``TableError`` where the columns have different counts of rows or two the same name.
    public init(_ columns: [Column]) throws(TableError) {
        var places: [String: Int] = [:]
        for (place, column) in columns.enumerated() {
            guard places.updateValue(place, forKey: column.name) == nil else {
                throw TableError(.wrongHeader, "two columns have this name", column: column.name)
            }
            guard column.count == columns[0].count else {
                throw TableError(
                    .invalidArgument,
                    "the column has \(column.count) rows, the first one \(columns[0].count)",
                    column: column.name)
            }
        }
        self.init(unchecked: columns, rowCount: columns.first?.count ?? 0, places: places)
    }

    package init(unchecked columns: [Column], rowCount: Int, places: [String: Int]) {
        self.columns = columns
        self.rowCount = rowCount
        self.places = places
    }

    package init(uniquelyNamed columns: [Column], rowCount: Int) {
        let places = columns.enumerated().map { ($1.name, $0) }
        self.init(
            unchecked: columns, rowCount: rowCount,
            places: Dictionary(places, uniquingKeysWith: { first, _ in first }))
    }

    /// The column of a name.
    ///
    /// - Throws: ``TableError`` with the code `unknownColumn`, and the name that may have been meant.
    public subscript(name: String) -> Column {
        get throws(TableError) {
            guard let column = column(name) else {
                let near = Spelling.nearest(to: name, among: columns.map(\.name))
                let all = columns.prefix(20).map(\.name).joined(separator: ", ")
                throw TableError(
                    .unknownColumn,
                    "there is no such column"
                        + (near.map { "; did you mean '\($0)'?" } ?? "; there are: \(all)"),
                    column: name)
            }
            return column
        }
    }

    /// The column of a name; nil where there is none.
    public func column(_ name: String) -> Column? {
        places[name].map { columns[$0] }
    }

    /// The names and types of the columns.
    public var schema: TableSchema {
        TableSchema(columns.map { TableSchema.Field(name: $0.name, type: $0.type) })
    }
}

extension Table: CustomStringConvertible {
    /// The size and the schema in one line: `28243 rows: year integer, carrier string`.
    public var description: String {
        "\(rowCount) rows: " + columns.map { "\($0.name) \($0.type.rawValue)" }.joined(separator: ", ")
    }
}
