// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The players of the path to the current node and their shares, while a tree is walked in preorder.
struct PathState {
    private(set) var edges: [Int] = []
    /// The players by slot; only the first ones, as many as the node has slots, mean anything.
    private(set) var players: [Int] = []
    /// The shares by slot.
    private(set) var fractions: [Double] = []

    /// Forgets the path.
    mutating func reset() { edges.removeAll(keepingCapacity: true) }

    /// Steps to the next node of the preorder; the root needs no step.
    mutating func enter(_ node: Int, _ plan: ContributionPlan) {
        while edges.count >= Int(plan.depth[node]) {
            let edge = edges.removeLast()
            let previous = Int(plan.previous[edge])
            if previous >= 0 { fractions[Int(plan.slot[edge])] = plan.fraction[previous] }
        }
        edges.append(node)
        let slot = Int(plan.slot[node])
        while players.count <= slot {
            players.append(0)
            fractions.append(0)
        }
        players[slot] = plan.player(of: node)
        fractions[slot] = plan.fraction[node]
    }
}
