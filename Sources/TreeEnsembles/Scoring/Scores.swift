// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Scores of many rows: a matrix of rows by outputs.
public struct Scores: Sendable, Hashable {
    /// The number of rows.
    public let rowCount: Int
    /// How many numbers each row has.
    public let outputCount: Int
    /// The numbers, row by row.
    public let elements: [Double]
    /// Whether every number is a Float that was widened, as XGBoost's are.
    public let isSinglePrecision: Bool

    init(rowCount: Int, outputCount: Int, elements: [Double], isSinglePrecision: Bool) {
        self.rowCount = rowCount
        self.outputCount = outputCount
        self.elements = elements
        self.isSinglePrecision = isSinglePrecision
    }

    /// The number of a row and an output.
    public subscript(row: Int, output: Int = 0) -> Double { elements[row * outputCount + output] }

    /// The shortest decimal text that reads back to the same bits.
    public func text(row: Int, output: Int) -> String {
        let number = self[row, output]
        return isSinglePrecision ? "\(Float(number))" : "\(number)"
    }
}

/// The leaves that rows fell into: a matrix of rows by trees.
public struct LeafIndices: Sendable, Hashable {
    /// The number of rows.
    public let rowCount: Int
    /// The number of trees.
    public let treeCount: Int
    /// The leaves, row by row, numbered as the source library numbers them.
    public let elements: [Int32]

    init(rowCount: Int, treeCount: Int, elements: [Int32]) {
        self.rowCount = rowCount
        self.treeCount = treeCount
        self.elements = elements
    }

    /// The leaf of a row in a tree.
    public subscript(row: Int, tree: Int) -> Int { Int(elements[row * treeCount + tree]) }
}

/// When to stop adding trees to a row because its answer is clear (LightGBM's prediction early stop).
public struct PredictionEarlyStop: Sendable, Hashable {
    /// How many iterations lie between two looks at the margin.
    public let every: Int
    /// The margin above which a row is done: twice the raw score's size for one output, else the distance of the
    /// two largest.
    public let margin: Double

    /// Makes a rule.
    public init(every: Int = 10, margin: Double = 10) {
        self.every = every
        self.margin = margin
    }

    func isClear(_ sums: Span<Double>) -> Bool {
        if sums.count == 1 { return 2 * abs(sums[0]) > margin }
        var (first, second) = (-Double.infinity, -Double.infinity)
        for index in sums.indices {
            if sums[index] > first {
                (first, second) = (sums[index], first)
            } else if sums[index] > second {
                second = sums[index]
            }
        }
        return first - second > margin
    }
}
