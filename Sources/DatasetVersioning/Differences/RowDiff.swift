// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import TableReading

/// What the rows of two tables differ in.
public struct RowDiff: Hashable, Sendable, Codable {
    /// A row that differs, as an example.
    public struct Example: Hashable, Sendable, Codable {
        /// The values of the key columns.
        public let key: [String]
        /// The columns that changed, with the value before and now; empty for a row that is new or gone.
        public let changes: [String: [String]]
    }

    /// The key columns; empty where rows were compared as a whole.
    public let key: [String]
    /// How many rows are new.
    public let added: Int
    /// How many rows are gone.
    public let removed: Int
    /// How many rows have the same key and other values; 0 without a key.
    public let changed: Int
    /// How many rows are equal.
    public private(set) var equal: Int
    /// For each column in how many of the changed rows it changed.
    public let columnChanges: [String: Int]
    /// How many rows were left out because their key stands in several rows of one of the two.
    public let ambiguous: Int
    /// The first rows that are new, gone or changed, at most ten of each.
    public let addedExamples: [Example]
    /// The first rows that are gone.
    public let removedExamples: [Example]
    /// The first rows that changed.
    public let changedExamples: [Example]

    private static let exampleLimit = 10

    /// Compares rows as a whole, as a multiset: rows that stand several times count as often.
    public init(before: Table, now: Table) {
        var counts: [UInt128: Int] = [:]
        for hash in RowHashes.hashes(of: before) { counts[hash, default: 0] -= 1 }
        for hash in RowHashes.hashes(of: now) { counts[hash, default: 0] += 1 }
        added = counts.values.reduce(0) { $0 + max(0, $1) }
        removed = counts.values.reduce(0) { $0 + max(0, -$1) }
        equal = before.rowCount - removed
        (key, changed, columnChanges, ambiguous) = ([], 0, [:], 0)
        (addedExamples, removedExamples, changedExamples) = ([], [], [])
    }

    /// Compares rows with equal keys, column by column; columns that only one of the two has are not compared.
    ///
    /// - Throws: `TableError` where a key column is not in both.
    public init(before: Table, now: Table, key: [String]) throws(TableError) {
        let (numbers, count) = try RowKeys.numbers(of: [before, now], keys: key, missingIsValue: true)
        // The row with each key, -1 where there is none, -2 where there are several.
        var old = [Int](repeating: -1, count: count)
        var new = old
        for (row, number) in numbers[0].enumerated() { old[number] = old[number] == -1 ? row : -2 }
        for (row, number) in numbers[1].enumerated() { new[number] = new[number] == -1 ? row : -2 }
        let columns = before.columns.filter { !key.contains($0.name) && now.column($0.name) != nil }
        let others = columns.compactMap { now.column($0.name) }
        let keys = try key.map { (name) throws(TableError) in (try before[name], try now[name]) }

        var (added, removed, changed, equal) = (0, 0, 0, 0)
        var columnChanges: [String: Int] = [:]
        var (addedRows, removedRows, changedRows): ([Example], [Example], [Example]) = ([], [], [])
        for number in 0..<count {
            let (a, b) = (old[number], new[number])
            guard a != -2, b != -2 else { continue }
            if a == -1 {
                added += 1
                if addedRows.count < RowDiff.exampleLimit {
                    addedRows.append(Example(key: keys.map { $0.1[b].description }, changes: [:]))
                }
                continue
            }
            if b == -1 {
                removed += 1
                if removedRows.count < RowDiff.exampleLimit {
                    removedRows.append(Example(key: keys.map { $0.0[a].description }, changes: [:]))
                }
                continue
            }
            var changes: [String: [String]] = [:]
            for (column, other) in zip(columns, others) where !RowDiff.areEqual(column[a], other[b]) {
                changes[column.name] = [column[a].description, other[b].description]
                columnChanges[column.name, default: 0] += 1
            }
            if changes.isEmpty { equal += 1 } else { changed += 1 }
            if !changes.isEmpty, changedRows.count < RowDiff.exampleLimit {
                changedRows.append(Example(key: keys.map { $0.0[a].description }, changes: changes))
            }
        }
        self.key = key
        (self.added, self.removed, self.changed, self.equal) = (added, removed, changed, equal)
        self.columnChanges = columnChanges
        ambiguous =
            numbers[0].count { old[$0] == -2 || new[$0] == -2 }
            + numbers[1].count { old[$0] == -2 || new[$0] == -2 }
        (addedExamples, removedExamples, changedExamples) = (addedRows, removedRows, changedRows)
    }

    /// Counts rows of files that were not read because they are equal.
    mutating func addEqual(_ count: Int) { equal += count }

    /// Whether two values are the same; a whole number equals the same number as a double, and NaN itself.
    private static func areEqual(_ left: ColumnValue, _ right: ColumnValue) -> Bool {
        switch (left, right) {
        case (.integer(let a), .double(let b)), (.double(let b), .integer(let a)): Double(a) == b
        case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
        default: left == right
        }
    }
}
