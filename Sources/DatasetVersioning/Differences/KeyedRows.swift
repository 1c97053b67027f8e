// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The rows of two tables, gathered by the hash of their key.
///
/// A key that stands in several rows of a table needs no more memory than one that stands in one: its rows are only counted.
struct KeyedRows {
    /// What is known of a key in one of the tables.
    struct Rows {
        /// How many rows have the key.
        var count = 0
        /// Which row it is, counted from 0, where it is one.
        var row = 0
        /// Where its cells are in the bytes; empty where there are several rows.
        var cells = 0..<0
    }

    /// A key.
    struct Entry {
        /// The hash; two keys with one hash count as one.
        var hash: UInt128
        /// Its rows in the table before.
        var before = Rows()
        /// Its rows in the table now.
        var now = Rows()
    }

    /// The keys, in the order of their first rows.
    private(set) var entries: [Entry] = []
    /// The cells of rows.
    private(set) var bytes: [UInt8] = []
    private var slots = [Int32](repeating: -1, count: 1_024)

    /// How many bytes are held, about.
    var size: Int {
        bytes.count + entries.count * MemoryLayout<Entry>.stride + slots.count * MemoryLayout<Int32>.stride
    }

    /// Takes rows with a key: one row with its cells, or several.
    mutating func add(
        _ hash: UInt128, isNow: Bool, count: Int, row: Int, cells: [UInt8], _ range: Range<Int>
    ) {
        let place = place(of: hash)
        let known = isNow ? entries[place].now.count : entries[place].before.count
        var rows = Rows(count: known + count, row: row)
        if known == 0, count == 1 {
            let start = bytes.count
            bytes += cells[range]
            rows.cells = start..<bytes.count
        }
        if isNow { entries[place].now = rows } else { entries[place].before = rows }
    }

    private mutating func place(of hash: UInt128) -> Int {
        let mask = slots.count - 1
        // The highest bits tell the part of a spill, so all keys of a part share them.
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 {
            if entries[Int(slots[slot])].hash == hash { return Int(slots[slot]) }
            slot = (slot + 1) & mask
        }
        slots[slot] = Int32(entries.count)
        entries.append(Entry(hash: hash))
        if entries.count * 2 > slots.count { grow() }
        return entries.count - 1
    }

    private mutating func grow() {
        let mask = slots.count * 2 - 1
        slots = [Int32](repeating: -1, count: mask + 1)
        for (place, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(place)
        }
    }
}
