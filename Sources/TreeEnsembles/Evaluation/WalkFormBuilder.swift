// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Lays trees out as a ``WalkForm``: first the slots of all trees are claimed, then the trees added.
struct WalkFormBuilder {
    private let ensemble: Ensemble
    private let cutTable: CutTable
    private let isSingle: Bool
    private var cutOfKey: [Int]
    private(set) var numbers: [tree_walk_number] = []
    private(set) var bins: [tree_walk_bin] = []
    private(set) var roots: [UInt32] = []
    private(set) var places: [UInt32] = []
    private(set) var cuts: [tree_walk_cut] = []
    private(set) var slotCount = 0
    private var queue: [Int] = []

    private static let noSlot: UInt16 = 0xffff

    init(_ ensemble: Ensemble, _ cutTable: CutTable) {
        self.ensemble = ensemble
        self.cutTable = cutTable
        isSingle = ensemble.precision == .single
        cutOfKey = [Int](repeating: -1, count: cutTable.starts.count - 1)
    }

    /// The bits that tell slots apart.
    var slotBits: Int { max(1, Int.bitWidth - max(slotCount - 1, 0).leadingZeroBitCount) }

    /// Whether 16 bits tell the thresholds of every column apart, where that matters.
    var fitsBins: Bool {
        isSingle || cutOfKey.indices.allSatisfy { cutOfKey[$0] < 0 || cutTable.count($0) <= 65_534 }
    }

    /// Whether a tree's nodes fit their numbers.
    func fits(_ tree: Tree) -> Bool {
        guard isSingle else { return true }
        guard tree.nodeCount < 1 << (32 - slotBits) else { return false }
        // Against a threshold that is NaN no number goes right, and missing would have to.
        return (tree.root..<tree.root + tree.nodeCount).allSatisfy {
            ensemble.nodes.isLeaf($0) || !ensemble.nodes.threshold[$0].isNaN
                || ensemble.nodes.flags[$0].contains(.missingLeft)
        }
    }

    mutating func skip() { roots.append(0) }

    /// Gives slots to the columns that the tree's decisions look at.
    mutating func claimSlots(_ tree: Tree) {
        for node in tree.root..<tree.root + tree.nodeCount where !ensemble.nodes.isLeaf(node) {
            let key = CutTable.key(ensemble.nodes, node)
            if cutOfKey[key] < 0 {
                cutOfKey[key] = cuts.count
                cuts.append(
                    tree_walk_cut(
                        column: UInt32(key / 2), first_threshold: UInt32(cutTable.starts[key]),
                        count: UInt32(cutTable.count(key)), left_slot: Self.noSlot,
                        right_slot: Self.noSlot, zero_is_missing: UInt32(key & 1)))
            }
            let cut = cutOfKey[key]
            if ensemble.nodes.flags[node].contains(.missingLeft) {
                if cuts[cut].left_slot == Self.noSlot { cuts[cut].left_slot = claimSlot() }
            } else if cuts[cut].right_slot == Self.noSlot {
                cuts[cut].right_slot = claimSlot()
            }
        }
    }

    private mutating func claimSlot() -> UInt16 {
        slotCount += 1
        return UInt16(truncatingIfNeeded: slotCount - 1)
    }

    /// Adds a tree breadth first, so that the nodes near the root share cache lines.
    mutating func add(_ tree: Tree) {
        let table = ensemble.nodes
        roots.append(UInt32(places.count))
        queue.removeAll(keepingCapacity: true)
        queue.append(tree.root)
        var next = 0
        while next < queue.count {
            let node = queue[next]
            if table.isLeaf(node) {
                append(slot: 0, threshold: .nan, rank: 0xffff, left: next)
                places.append(UInt32(bitPattern: table.payload[node]))
            } else {
                let key = CutTable.key(table, node)
                let cut = cuts[cutOfKey[key]]
                let slot = table.flags[node].contains(.missingLeft) ? cut.left_slot : cut.right_slot
                let threshold = table.threshold[node]
                let rank = isSingle ? 0 : cutTable.rank(node)
                append(slot: slot, threshold: threshold, rank: UInt16(rank), left: queue.count)
                places.append(0)
                queue.append(Int(table.left[node]))
                queue.append(Int(table.right[node]))
            }
            next += 1
        }
    }

    private mutating func append(slot: UInt16, threshold: Double, rank: UInt16, left: Int) {
        if isSingle {
            numbers.append(
                tree_walk_number(
                    threshold: Float(threshold), link: UInt32(left) << UInt32(slotBits) | UInt32(slot)))
        } else {
            bins.append(tree_walk_bin(slot: slot, rank: rank, left: UInt32(left)))
        }
    }
}
