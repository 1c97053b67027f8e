// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Numbers the rows of several tables by the values in some columns: equal values, equal number.
package enum RowKeys {
    /// For each row of each table its key's number, counted from 0 without gaps.
    ///
    /// Whole numbers equal the same number as a double. A row with a missing value in a key column has the number -1,
    /// unless missing counts as a value.
    ///
    /// - Throws: ``TableError`` where a table lacks a column, or text would have to equal a number.
    package static func numbers(
        of tables: [Table], keys: [String], missingIsValue: Bool
    ) throws(TableError) -> (numbers: [[Int]], count: Int) {
        guard !keys.isEmpty else { throw TableError(.invalidArgument, "a key needs at least one column") }
        var numbers = tables.map { [Int](repeating: 0, count: $0.rowCount) }
        var count = 1
        for key in keys {
            var columns: [Column] = []
            for table in tables { columns.append(try table[key]) }
            let atoms = try atoms(of: columns)
            var known: [Pair: Int] = [:]
            for (table, column) in atoms.enumerated() {
                for row in column.indices where numbers[table][row] >= 0 {
                    guard column[row] != nil || missingIsValue else {
                        numbers[table][row] = -1
                        continue
                    }
                    let pair = Pair(number: numbers[table][row], atom: column[row])
                    let next = known.count
                    numbers[table][row] = known[pair] ?? next
                    if numbers[table][row] == next { known[pair] = next }
                }
            }
            count = known.count
        }
        return (numbers, count)
    }

    private struct Pair: Hashable {
        var number: Int
        var atom: UInt64?
    }

    /// One word for each row, equal where the values are equal; nil where the value is missing.
    private static func atoms(of columns: [Column]) throws(TableError) -> [[UInt64?]] {
        let filled = columns.filter { $0.missingCount < $0.count }
        let types = Set(filled.map(\.type))
        let isNumeric = types.isSubset(of: [.integer, .double])
        guard types.count <= 1 || isNumeric else {
            throw TableError(
                .wrongType,
                "the key is \(types.map(\.rawValue).sorted().joined(separator: " here and ")) there",
                column: columns[0].name)
        }
        let asDoubles = types.contains(.double)
        var texts: [String: UInt64] = [:]
        return columns.map { column in
            var atoms: [UInt64?]
            switch column.storage {
            case .integers(let values):
                atoms = values.map { asDoubles ? Double($0).bitPattern : UInt64(bitPattern: $0) }
            case .timestamps(let values): atoms = values.map { UInt64(bitPattern: $0) }
            case .doubles(let values): atoms = values.map { ($0 == 0 ? 0 : $0).bitPattern }
            case .booleans(let values): atoms = values.map { $0 ? 1 : 0 }
            case .strings(let codes, let categories):
                let numbers = categories.map { text in
                    let next = UInt64(texts.count)
                    if let number = texts[text] { return number }
                    texts[text] = next
                    return next
                }
                atoms = codes.map { $0 < 0 ? nil : numbers[Int($0)] }
            }
            for row in column.missing.rows { atoms[row] = nil }
            return atoms
        }
    }
}
