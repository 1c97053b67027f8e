// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Which conditions of each leaf's path the background rows meet: for each leaf the distinct masks and the
/// share of rows that have them.
struct BackgroundMasks: Sendable {
    /// For each tree where its leaves' entries start, by node.
    private var starts: [Int32]
    private var ends: [Int32]
    private var entries: [(mask: UInt16, share: Double)] = []

    /// Works out the masks for trees whose masks fit.
    init(_ plan: ContributionPlan, rows: CodedRows, trees: [Int]) {
        starts = [Int32](repeating: 0, count: plan.ensemble.nodes.count)
        ends = starts
        var frame = MaskFrame(count: rows.count)
        let share = 1 / Double(rows.count)
        var counts = [Int32](repeating: 0, count: 1 << MaskFrame.mostSlots)
        var distinct: [UInt16] = []
        for number in trees {
            let tree = plan.ensemble.trees[number]
            frame.start { _ in 0 }
            for node in tree.root..<tree.root + tree.nodeCount {
                let level = Int(plan.depth[node])
                if level > 0 { frame.descend(to: node, level: level, of: plan) }
                guard plan.ensemble.nodes.isLeaf(node) else {
                    frame.decide(level: level, node, by: rows)
                    continue
                }
                for mask in frame.masks[level] {
                    if counts[Int(mask)] == 0 { distinct.append(mask) }
                    counts[Int(mask)] += 1
                }
                starts[node] = Int32(entries.count)
                for mask in distinct {
                    entries.append((mask, Double(counts[Int(mask)]) * share))
                    counts[Int(mask)] = 0
                }
                distinct.removeAll(keepingCapacity: true)
                ends[node] = Int32(entries.count)
            }
        }
    }

    /// The masks of a leaf with their shares.
    func leaf(_ node: Int, tree: Int) -> [(mask: UInt16, share: Double)] {
        Array(entries[Int(starts[node])..<Int(ends[node])])
    }
}
