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

    /// Compares rows as a whole, as a multiset: rows that stand several times count as often.
    public init(before: Table, now: Table) {
        var tally = RowTally(key: [], columns: [])
        var rows = KeyedRows()
        for (table, isNow) in [(before, false), (now, true)] {
            for hash in RowHashes.hashes(of: table) {
                rows.add(hash, isNow: isNow, count: 1, row: 0, cells: [], 0..<0)
            }
        }
        for entry in rows.entries { tally.add(entry, in: rows.bytes) }
        self.init(tally)
    }

    /// Compares rows with equal keys, column by column; columns that only one of the two has are not compared.
    ///
    /// - Throws: `TableError` where a key column is not in both.
    public init(before: Table, now: Table, key: [String]) throws(TableError) {
        guard !key.isEmpty else { throw TableError(.invalidArgument, "a key needs at least one column") }
        do {
            var comparison = try RowComparison(before: before.schema, now: now.schema, key: key)
            try comparison.add(before, isNow: false)
            try comparison.add(now, isNow: true)
            self = try comparison.finish()
        } catch let error as TableError {
            throw error
        } catch {
            // Without a limit to the memory there is no temporary file that could fail.
            throw TableError(.unreadable, "\(error)")
        }
    }

    init(_ tally: RowTally) {
        key = tally.key
        (added, removed, changed) = (tally.added, tally.removed, tally.changed)
        (equal, ambiguous) = (tally.equal, tally.ambiguous)
        columnChanges = tally.columnChanges
        addedExamples = tally.addedExamples.examples
        removedExamples = tally.removedExamples.examples
        changedExamples = tally.changedExamples.examples
    }

    /// Counts rows of files that were not read because they are equal.
    mutating func addEqual(_ count: Int) { equal += count }
}
