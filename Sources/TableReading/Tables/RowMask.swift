// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One bit for each row: which values are missing, or which rows a filter keeps.
public struct RowMask: Hashable, Sendable {
    private var words: [UInt64]
    /// How many rows there are.
    public private(set) var count: Int
    /// How many rows are set.
    public private(set) var setCount: Int

    /// Makes a mask in which no row is set.
    public init(count: Int = 0) {
        self.count = count
        setCount = 0
        words = [UInt64](repeating: 0, count: (count + 63) / 64)
    }

    /// Makes a mask of one boolean for each row.
    public init(_ bits: some Sequence<Bool>) {
        self.init()
        for bit in bits { append(bit) }
    }

    /// Whether a row is set.
    public subscript(row: Int) -> Bool {
        get {
            precondition(row >= 0 && row < count, "the row is outside the mask")
            return words[row >> 6] >> UInt64(row & 63) & 1 == 1
        }
        set {
            guard self[row] != newValue else { return }
            words[row >> 6] ^= 1 << UInt64(row & 63)
            setCount += newValue ? 1 : -1
        }
    }

    /// Adds a row at the end.
    public mutating func append(_ bit: Bool) {
        if count & 63 == 0 { words.append(0) }
        if bit {
            words[count >> 6] |= 1 << UInt64(count & 63)
            setCount += 1
        }
        count += 1
    }

    /// The first row that is set; nil where none is.
    public var first: Int? {
        words.firstIndex { $0 != 0 }.map { $0 * 64 + words[$0].trailingZeroBitCount }
    }

    /// The rows that are set, in ascending order.
    public var rows: [Int] {
        var rows: [Int] = []
        rows.reserveCapacity(setCount)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                rows.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return rows
    }

    /// The mask in which exactly the other rows are set.
    public static prefix func ! (mask: RowMask) -> RowMask {
        RowMask((0..<mask.count).lazy.map { !mask[$0] })
    }

    /// The mask of the rows that are set in both; both have the same count.
    public static func & (left: RowMask, right: RowMask) -> RowMask {
        precondition(left.count == right.count, "the masks have different counts")
        var result = left
        result.setCount = 0
        for index in result.words.indices {
            result.words[index] &= right.words[index]
            result.setCount += result.words[index].nonzeroBitCount
        }
        return result
    }

    /// The mask of the rows that are set in either; both have the same count.
    public static func | (left: RowMask, right: RowMask) -> RowMask {
        precondition(left.count == right.count, "the masks have different counts")
        var result = left
        result.setCount = 0
        for index in result.words.indices {
            result.words[index] |= right.words[index]
            result.setCount += result.words[index].nonzeroBitCount
        }
        return result
    }
}
