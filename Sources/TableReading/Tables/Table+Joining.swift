// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Table {
    /// This table with the columns of another one beside it, row by row where the keys are equal (a left join).
    ///
    /// Every row of this table stays, once and in its place. Where the other table has no such key, or a key is missing,
    /// its columns are missing in that row.
    ///
    /// ```swift
    /// let joined = try flights.joined(with: weather, on: ["origin", "time_hour"])
    /// ```
    ///
    /// - Throws: ``TableError`` where a key column is not in both tables, another column is in both, or a key stands
    ///   twice in the other table, so that rows would multiply.
    public func joined(with other: Table, on keys: [String]) throws(TableError) -> Table {
        let (numbers, count) = try RowKeys.numbers(of: [other, self], keys: keys, missingIsValue: false)
        var place = [Int](repeating: -1, count: count)
        for (row, number) in numbers[0].enumerated() where number >= 0 {
            guard place[number] < 0 else {
                throw TableError(
                    .invalidArgument,
                    "the key (\(keys.joined(separator: ", "))) stands in row \(place[number] + 1) and again in row \(row + 1) of the"
                        + " joined table; one row of it must answer each key", row: row + 1)
            }
            place[number] = row
        }
        let rows = numbers[1].map { $0 < 0 ? -1 : place[$0] }
        var joined = columns
        for column in other.columns where !keys.contains(column.name) {
            guard self.column(column.name) == nil else {
                throw TableError(
                    .invalidArgument,
                    "both tables have this column; select or rename it before they are joined",
                    column: column.name)
            }
            joined.append(column.takingOrMissing(rows))
        }
        return Table(uniquelyNamed: joined, rowCount: rowCount)
    }
}

extension Column {
    /// The rows at these indices, a missing value where the index is -1.
    fileprivate func takingOrMissing(_ rows: [Int]) -> Column {
        func take<Value>(_ values: [Value], _ none: Value) -> [Value] {
            rows.map { $0 < 0 ? none : values[$0] }
        }
        let taken: Storage =
            switch storage {
            case .integers(let values): .integers(take(values, 0))
            case .doubles(let values): .doubles(take(values, .nan))
            case .booleans(let values): .booleans(take(values, false))
            case .strings(let codes, let categories): .strings(codes: take(codes, -1), categories: categories)
            case .timestamps(let values): .timestamps(take(values, 0))
            }
        return Column(name: name, storage: taken, missing: RowMask(rows.lazy.map { $0 < 0 || missing[$0] }))
    }
}
