// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Table {
    /// Makes a table of the rows of several ones, the first on top.
    ///
    /// All have the same columns, in any order. Integers and doubles together are doubles; a column without values takes the others'
    /// type; other types together are text.
    ///
    /// - Parameters:
    ///   - tables: The tables.
    ///   - schema: The columns where there is no table.
    /// - Throws: ``TableError`` with the code `unknownColumn` or `wrongHeader` where the columns differ.
    public init(stacking tables: [Table], schema: TableSchema = TableSchema([])) throws(TableError) {
        guard let first = tables.first else {
            self = try Table(schema.fields.map { Column($0.name, strings: []) })
            return
        }
        guard tables.count > 1 else {
            self = first
            return
        }
        for (place, table) in tables.enumerated() where table.columns.count != first.columns.count {
            throw TableError(
                .wrongHeader,
                "table \(place + 1) has \(table.columns.count) columns, the first one \(first.columns.count)")
        }
        var stacked: [Column] = []
        for column in first.columns {
            var parts: [Column] = []
            for table in tables { parts.append(try table[column.name]) }
            stacked.append(Column(stacking: parts))
        }
        self = Table(uniquelyNamed: stacked, rowCount: tables.reduce(0) { $0 + $1.rowCount })
    }
}

extension Column {
    fileprivate init(stacking parts: [Column]) {
        let types = Set(parts.filter { $0.missingCount < $0.count }.map(\.type))
        let name = parts[0].name
        let missing = RowMask(parts.lazy.flatMap { part in (0..<part.count).lazy.map { part.missing[$0] } })
        if types.isEmpty || types.isSubset(of: [.integer, .double]) && types.contains(.double) {
            let doubles = parts.flatMap { part in
                (try? part.doubles) ?? [Double](repeating: .nan, count: part.count)
            }
            self.init(name: name, storage: .doubles(doubles), missing: missing)
        } else if types == [.integer] {
            self.init(
                name,
                integers: parts.flatMap { part in
                    (try? part.integers) ?? [Int64?](repeating: nil, count: part.count)
                })
        } else if types == [.boolean] {
            self.init(
                name,
                booleans: parts.flatMap { part in
                    (try? part.booleans) ?? [Bool?](repeating: nil, count: part.count)
                })
        } else if types == [.timestamp] {
            self.init(
                name,
                timestamps: parts.flatMap { part in
                    (try? part.timestamps) ?? [Int64?](repeating: nil, count: part.count)
                })
        } else {
            self.init(name, strings: parts.flatMap(\.strings))
        }
    }
}
