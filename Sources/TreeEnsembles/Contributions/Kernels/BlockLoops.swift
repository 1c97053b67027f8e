// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The loops over rows, written so that the compiler turns them into vector code.
///
/// Each checks its lengths once and then goes without checks: every index is below a count that was checked,
/// and an entry of `index` is below the table's length because it is made of that many bits.
enum BlockLoops {
    /// All ones where the code is at most the rank, else zero.
    static func compare(_ codes: [UInt16], rank: UInt16, into decisions: inout MutableSpan<UInt16>) {
        let codes = codes.span
        let count = decisions.count
        precondition(codes.count >= count)
        for row in 0..<count {
            unsafe decisions[unchecked: row] = codes[unchecked: row] <= rank ? .max : 0
        }
    }

    /// The masks at a child, from those at its parent and the parent's decisions.
    static func descend(
        from masks: Span<UInt16>, _ decisions: Span<UInt16>, bit: UInt16, isLeft: Bool, isNew: Bool,
        into child: inout MutableSpan<UInt16>
    ) {
        let count = child.count
        precondition(masks.count >= count && decisions.count >= count)
        let turn: UInt16 = isLeft ? 0 : .max
        if isNew {
            for row in 0..<count {
                unsafe child[unchecked: row] =
                    masks[unchecked: row] | ((decisions[unchecked: row] ^ turn) & bit)
            }
        } else {
            for row in 0..<count {
                unsafe child[unchecked: row] =
                    masks[unchecked: row] & ((decisions[unchecked: row] ^ turn) | ~bit)
            }
        }
    }

    /// Sets a bit of each entry where the decision is taken.
    static func mark(_ decisions: [UInt16], bit: UInt16, in index: inout [UInt16]) {
        let decisions = decisions.span
        var index = index.mutableSpan
        let count = index.count
        precondition(decisions.count >= count)
        for row in 0..<count { unsafe index[unchecked: row] |= decisions[unchecked: row] & bit }
    }

    /// Adds to each row the entry that its index names in one part of a table.
    ///
    /// - Parameters:
    ///   - size: The entries of a part; every index is below it.
    ///   - start: The place of the first row's sum.
    static func accumulate(
        _ tables: [Double], part: Int, of size: Int, at index: [UInt16], to sums: inout [Double],
        from start: Int
    ) {
        let table = tables.span.extracting(part * size..<(part + 1) * size)
        let index = index.span
        let count = index.count
        var all = sums.mutableSpan
        var plane = all._mutatingExtracting(start..<start + count)
        var row = 0
        while row + 4 <= count {
            unsafe plane[unchecked: row] += table[unchecked: Int(index[unchecked: row])]
            unsafe plane[unchecked: row + 1] += table[unchecked: Int(index[unchecked: row + 1])]
            unsafe plane[unchecked: row + 2] += table[unchecked: Int(index[unchecked: row + 2])]
            unsafe plane[unchecked: row + 3] += table[unchecked: Int(index[unchecked: row + 3])]
            row += 4
        }
        while row < count {
            unsafe plane[unchecked: row] += table[unchecked: Int(index[unchecked: row])]
            row += 1
        }
    }
}
