// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TableReading

/// What differs between the rows of two tables, key by key in any order.
struct RowTally {
    /// How many examples of each kind are kept.
    private static let exampleLimit = 10

    /// The names of the key columns; empty where rows are compared as a whole.
    let key: [String]
    /// The names of the other columns, in the order of their cells.
    let columns: [String]
    private(set) var added = 0
    private(set) var removed = 0
    private(set) var changed = 0
    private(set) var equal = 0
    private(set) var ambiguous = 0
    private(set) var columnChanges: [String: Int] = [:]
    private(set) var addedExamples = FirstRows()
    private(set) var removedExamples = FirstRows()
    private(set) var changedExamples = FirstRows()

    init(key: [String], columns: [String]) {
        self.key = key
        self.columns = columns
    }

    /// Counts the rows of a key.
    mutating func add(_ entry: KeyedRows.Entry, in bytes: [UInt8]) {
        let (before, now) = (entry.before, entry.now)
        if key.isEmpty {
            let common = min(before.count, now.count)
            equal += common
            removed += before.count - common
            added += now.count - common
        } else if before.count > 1 || now.count > 1 {
            ambiguous += before.count + now.count
        } else if before.count == 0 {
            added += 1
            addedExamples.add(now.row) { [key] in RowTally.example(key, now, in: bytes) }
        } else if now.count == 0 {
            removed += 1
            removedExamples.add(before.row) { [key] in RowTally.example(key, before, in: bytes) }
        } else if bytes[before.cells] == bytes[now.cells] {
            equal += 1
        } else {
            compare(before, now, in: bytes)
        }
    }

    private mutating func compare(_ before: KeyedRows.Rows, _ now: KeyedRows.Rows, in bytes: [UInt8]) {
        var (old, new) = (before.cells.lowerBound, now.cells.lowerBound)
        func next() -> (ColumnValue, ColumnValue) {
            (
                RowCells.next(in: bytes, at: &old, until: before.cells.upperBound) ?? .missing,
                RowCells.next(in: bytes, at: &new, until: now.cells.upperBound) ?? .missing
            )
        }
        for _ in key { _ = next() }
        var changes: [String: [String]] = [:]
        for column in columns {
            let (left, right) = next()
            guard !RowTally.areEqual(left, right) else { continue }
            changes[column] = [left.description, right.description]
            columnChanges[column, default: 0] += 1
        }
        if changes.isEmpty {
            equal += 1
        } else {
            changed += 1
            changedExamples.add(before.row) { [key] in
                RowTally.example(key, before, in: bytes, changes)
            }
        }
    }

    private static func example(
        _ key: [String], _ rows: KeyedRows.Rows, in bytes: [UInt8], _ changes: [String: [String]] = [:]
    ) -> RowDiff.Example {
        var offset = rows.cells.lowerBound
        return RowDiff.Example(
            key: key.map { _ in
                RowCells.next(in: bytes, at: &offset, until: rows.cells.upperBound)?.description ?? ""
            }, changes: changes)
    }

    /// Whether two values are the same; a whole number equals the same number as a double, and NaN itself.
    private static func areEqual(_ left: ColumnValue, _ right: ColumnValue) -> Bool {
        switch (left, right) {
        case (.integer(let a), .double(let b)), (.double(let b), .integer(let a)): Double(a) == b
        case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        default: left == right
        }
    }

    /// The examples with the lowest rows, whatever the order in which they come.
    struct FirstRows {
        private var rows: [(row: Int, example: RowDiff.Example)] = []

        /// The examples in the order of their rows.
        var examples: [RowDiff.Example] { rows.map(\.example) }

        mutating func add(_ row: Int, _ example: () -> RowDiff.Example) {
            if rows.count == RowTally.exampleLimit {
                guard let last = rows.last, row < last.row else { return }
                rows.removeLast()
            }
            let place = rows.firstIndex { $0.row > row } ?? rows.count
            rows.insert((row, example()), at: place)
        }
    }
}
