// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Which conditions of a path each row of a block meets, level by level on the way down a tree.
///
/// A mask has a bit for each distinct player of the path, set while the row meets every condition of that
/// player.
struct MaskFrame {
    /// The largest number of distinct players on a path whose masks fit.
    static let mostSlots = 16
    /// The deepest tree for which frames are made.
    static let mostDepth = 64

    let count: Int
    private(set) var masks: [[UInt16]] = []
    private(set) var decisions: [[UInt16]] = []

    /// A frame for so many rows.
    init(count: Int) { self.count = count }

    /// Starts at a node with these masks; it is level 0.
    mutating func start(_ mask: (Int) -> UInt16) {
        grow(to: 0)
        for row in 0..<count { masks[0][row] = mask(row) }
    }

    /// Steps from a parent whose decisions are made to its child.
    mutating func descend(to node: Int, level: Int, of plan: ContributionPlan) {
        grow(to: level)
        let previous = Int(plan.previous[node])
        let above = masks[level - 1]
        let decided = decisions[level - 1]
        var child = masks[level].mutableSpan
        BlockLoops.descend(
            from: above.span, decided.span, bit: 1 << UInt16(plan.slot[node]), isLeft: plan.isLeft(node),
            isNew: previous < 0, into: &child)
    }

    /// Makes the decisions of the node at a level.
    mutating func decide(level: Int, _ node: Int, by rows: CodedRows) {
        var target = decisions[level].mutableSpan
        rows.decide(node, into: &target)
    }

    /// Makes the decisions at a level from a function of the row.
    mutating func decide(level: Int, _ decision: (Int) -> Bool) {
        for row in 0..<count { decisions[level][row] = decision(row) ? .max : 0 }
    }

    private mutating func grow(to level: Int) {
        while masks.count <= level {
            masks.append([UInt16](repeating: 0, count: count))
            decisions.append([UInt16](repeating: 0, count: count))
        }
    }
}
