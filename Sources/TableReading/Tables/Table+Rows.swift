// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Table {
    /// These columns, in this order.
    ///
    /// - Throws: ``TableError`` with the code `unknownColumn`.
    public func selecting(_ names: [String]) throws(TableError) -> Table {
        var chosen: [Column] = []
        for name in names { chosen.append(try self[name]) }
        guard Set(names).count == names.count else {
            throw TableError(
                .invalidArgument, "a column is asked for twice: \(names.joined(separator: ", "))")
        }
        return Table(uniquelyNamed: chosen, rowCount: rowCount)
    }

    /// All columns but these; a name that is not there is no error.
    public func removing(_ names: [String]) -> Table {
        Table(uniquelyNamed: columns.filter { !names.contains($0.name) }, rowCount: rowCount)
    }

    /// This table with one more column, or with another one in the place of the column of that name.
    ///
    /// - Throws: ``TableError`` where the column has another count of rows.
    public func adding(_ column: Column) throws(TableError) -> Table {
        var changed = columns
        if let place = changed.firstIndex(where: { $0.name == column.name }) {
            changed[place] = column
        } else {
            changed.append(column)
        }
        return try Table(changed)
    }

    /// The rows at these indices, counted from 0, in this order.
    public func taking(_ rows: [Int]) -> Table {
        Table(uniquelyNamed: columns.map { $0.taking(rows) }, rowCount: rows.count)
    }

    /// The rows that are set in the mask.
    public func filtered(_ mask: RowMask) -> Table {
        precondition(mask.count == rowCount, "the mask has another count of rows")
        return mask.setCount == rowCount ? self : taking(mask.rows)
    }

    /// The rows, counted from 0, for which the body says yes.
    public func filtered(_ isKept: (Int) throws -> Bool) rethrows -> Table {
        taking(try (0..<rowCount).filter(isKept))
    }

    /// The first rows, at most this many.
    public func prefix(_ count: Int) -> Table {
        count >= rowCount ? self : taking(Array(0..<max(count, 0)))
    }
}
