// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Chooses the way for a tree that is too deep for masks, and holds one row's amounts.
struct DeepGames {
    /// By plane, as ``BlockWorker`` numbers them.
    private(set) var amounts: [Double]
    private let hasPairs: Bool
    private var edges: EdgeSums
    private var leaves: DeepLeaves

    init(_ plan: ContributionPlan, hasPairs: Bool, planeCount: Int) {
        self.hasPairs = hasPairs
        amounts = [Double](repeating: 0, count: planeCount)
        edges = EdgeSums(plan)
        leaves = DeepLeaves(plan, hasPairs: hasPairs)
    }

    /// Works out one tree's amounts for one row.
    mutating func compute(
        tree: Int, output: Int, row place: Int, of rows: CodedRows, against background: CodedRows?
    ) {
        var amounts = [Double](repeating: 0, count: amounts.count)
        var span = amounts.mutableSpan
        rows.withRow(place) { row in
            if let background {
                let share = 1 / Double(background.count)
                for other in 0..<background.count {
                    background.withRow(other) { other in
                        leaves.add(
                            tree: tree, output: output, row: row, against: other, share: share, to: &span)
                    }
                }
            } else if hasPairs {
                leaves.add(tree: tree, output: output, row: row, to: &span)
            } else {
                edges.add(tree: tree, output: output, row: row, to: &span)
            }
        }
        self.amounts = amounts
    }
}
