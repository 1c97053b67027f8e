// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TableReading

/// Compares the rows of two tables, which come in batches, in little memory.
///
/// Rows are gathered by the hash of their key, or of the whole row. What does not fit in the memory is parted by that hash into a
/// temporary file, and then the parts are compared one by one, each of them parted again where it is still too large.
struct RowComparison {
    /// What bounds a comparison.
    struct Limits: Sendable {
        /// How many bytes of rows are held, about; `Int.max` for all.
        var memory = Int.max
        /// Where what does not fit goes.
        var folder = ""
        /// Called now and then; throws where the work is to stop.
        var check: @Sendable () throws -> Void = {}
    }

    private let limits: Limits
    private let key: [String]
    private let columns: [String]
    private var rows: PartedRows
    private var rowCounts = (before: 0, now: 0)
    private var keyTypes: [Set<ColumnType>]

    /// Begins a comparison.
    ///
    /// - Throws: `TableError` where a key column is not in both.
    init(before: TableSchema, now: TableSchema, key: [String], limits: Limits = Limits()) throws(TableError) {
        for schema in [before, now] {
            let empty = try Table(stacking: [], schema: schema)
            for name in key { _ = try empty[name] }
        }
        self.limits = limits
        self.key = key
        columns =
            key.isEmpty
            ? [] : before.fields.map(\.name).filter { !key.contains($0) && now[$0] != nil }
        rows = PartedRows(limits: limits, level: 0)
        keyTypes = key.map { _ in [] }
    }

    /// Takes the next rows of one of the tables.
    ///
    /// - Throws: `TableError` where text would have to equal a number, or a column is not there; ``DatasetError``; what the check throws.
    mutating func add(_ batch: Table, isNow: Bool) throws {
        try limits.check()
        var first = isNow ? rowCounts.now : rowCounts.before
        if isNow { rowCounts.now += batch.rowCount } else { rowCounts.before += batch.rowCount }
        guard !key.isEmpty else {
            for hash in RowHashes.hashes(of: batch) {
                try rows.add(hash, isNow: isNow, count: 1, row: 0, cells: [], 0..<0)
            }
            return
        }
        let keys = try key.map { name in try batch[name] }
        try checkTypes(of: keys)
        let cells = RowCells(keys + (try columns.map { name in try batch[name] }))
        let hashes = RowHashes.hashes(of: Table(uniquelyNamed: keys, rowCount: batch.rowCount))
        var bytes: [UInt8] = []
        for (row, hash) in hashes.enumerated() {
            bytes.removeAll(keepingCapacity: true)
            cells.append(row: row, to: &bytes)
            try rows.add(hash, isNow: isNow, count: 1, row: first, cells: bytes, 0..<bytes.count)
            first += 1
        }
    }

    private mutating func checkTypes(of keys: [Column]) throws(TableError) {
        for (place, column) in keys.enumerated() where column.missingCount < column.count {
            keyTypes[place].insert(column.type)
            let types = keyTypes[place]
            guard types.count <= 1 || types.isSubset(of: [.integer, .double]) else {
                throw TableError(
                    .wrongType,
                    "the key is \(types.map(\.rawValue).sorted().joined(separator: " here and ")) there",
                    column: column.name)
            }
        }
    }

    /// What the tables differ in.
    ///
    /// - Throws: ``DatasetError``, and what the check throws.
    consuming func finish() throws -> RowDiff {
        var tally = RowTally(key: key, columns: columns)
        try rows.finish(&tally)
        return RowDiff(tally)
    }
}

/// Rows in memory as long as they fit, and then in parts in a temporary file.
private struct PartedRows {
    private static let bits = RowSpill.partCount.trailingZeroBitCount

    private let limits: RowComparison.Limits
    /// How often rows with these bits of the hash were parted.
    private let level: Int
    private var held = KeyedRows()
    private var spill: RowSpill?

    init(limits: RowComparison.Limits, level: Int) {
        self.limits = limits
        self.level = level
    }

    mutating func add(
        _ hash: UInt128, isNow: Bool, count: Int, row: Int, cells: [UInt8], _ range: Range<Int>
    ) throws {
        if let spill {
            try write(hash, isNow: isNow, count: count, row: row, cells: cells, range, to: spill)
            return
        }
        held.add(hash, isNow: isNow, count: count, row: row, cells: cells, range)
        // One key alone cannot be parted, and after the last bits all keys are one.
        if held.size > limits.memory, held.entries.count > 1, (level + 1) * PartedRows.bits <= 128 {
            let spill = try RowSpill(in: limits.folder)
            self.spill = spill
            let rows = held
            held = KeyedRows()
            for entry in rows.entries {
                for (part, isNow) in [(entry.before, false), (entry.now, true)] where part.count > 0 {
                    try write(
                        entry.hash, isNow: isNow, count: part.count, row: part.row, cells: rows.bytes,
                        part.count == 1 ? part.cells : 0..<0, to: spill)
                }
            }
        }
    }

    private func write(
        _ hash: UInt128, isNow: Bool, count: Int, row: Int, cells: [UInt8], _ range: Range<Int>,
        to spill: RowSpill
    ) throws(DatasetError) {
        let shift = UInt128(128 - (level + 1) * PartedRows.bits)
        let part = Int(truncatingIfNeeded: hash >> shift) & (RowSpill.partCount - 1)
        try spill.append(to: part) { bytes in
            VariableLength.append(UInt64(truncatingIfNeeded: hash), to: &bytes)
            VariableLength.append(UInt64(truncatingIfNeeded: hash >> 64), to: &bytes)
            VariableLength.append(UInt64(count) << 1 | (isNow ? 1 : 0), to: &bytes)
            VariableLength.append(UInt64(row), to: &bytes)
            VariableLength.append(UInt64(range.count), to: &bytes)
            bytes += cells[range]
        }
    }

    consuming func finish(_ tally: inout RowTally) throws {
        guard let spill else {
            for entry in held.entries { tally.add(entry, in: held.bytes) }
            return
        }
        try spill.flush()
        for part in 0..<RowSpill.partCount {
            var rows = PartedRows(limits: limits, level: level + 1)
            for stretch in 0..<spill.stretchCount(of: part) {
                try limits.check()
                try rows.add(all: try spill.read(part, stretch: stretch))
            }
            try rows.finish(&tally)
        }
    }

    /// Takes rows as they were written.
    private mutating func add(all bytes: [UInt8]) throws {
        var offset = 0
        func next() throws(DatasetError) -> UInt64 {
            guard let number = VariableLength.next(in: bytes, at: &offset, until: bytes.count) else {
                throw DatasetError(
                    .badTemporaryFolder, "a temporary file does not hold what was written to it",
                    subject: limits.folder)
            }
            return number
        }
        while offset < bytes.count {
            let (low, high) = (try next(), try next())
            let (count, row, size) = (try next(), try next(), try next())
            let range = offset..<min(offset + Int(size), bytes.count)
            offset = range.upperBound
            try add(
                UInt128(high) << 64 | UInt128(low), isNow: count & 1 == 1, count: Int(count >> 1),
                row: Int(row),
                cells: bytes, range)
        }
    }
}
