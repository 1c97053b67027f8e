// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The form for large trees and, without byte permutes, for single rows: nodes of 8 bytes over bins of 16 bits.
@safe
final class WalkForm: @unchecked Sendable {
    // Sendable: immutable after init; the C structure points into the tables held here.

    /// Whether each tree is in this form.
    let holds: [Bool]
    /// Whether every tree is.
    let holdsAll: Bool
    let slotCount: Int
    private(set) var model = unsafe tree_walk_model()
    private let nodes: AlignedTable<tree_walk_node>
    private let roots: AlignedTable<UInt32>
    private let places: AlignedTable<UInt32>
    private let cuts: AlignedTable<tree_walk_cut>
    private let thresholdsSingle: AlignedTable<Float>
    private let thresholdsDouble: AlignedTable<Double>

    /// The bytes that scoring reads.
    var byteCount: Int {
        nodes.byteCount + roots.byteCount + places.byteCount + cuts.byteCount + thresholdsSingle.byteCount
            + thresholdsDouble.byteCount
    }

    /// Lays out the trees for which `wanted` is true and which have no sets of categories; nil where none is left.
    init?(_ ensemble: Ensemble, _ cutTable: CutTable, wanted: (Int) -> Bool) {
        let holds = ensemble.trees.indices.map {
            wanted($0) && !ensemble.nodes.hasCategories(ensemble.trees[$0])
        }
        guard holds.contains(true), ensemble.linearBooster == nil,
            var builder = WalkFormBuilder(ensemble, cutTable)
        else { return nil }
        for (index, tree) in ensemble.trees.enumerated() {
            if holds[index] { builder.add(tree) } else { builder.skip() }
        }
        guard builder.slotCount < 0xffff else { return nil }
        self.holds = holds
        holdsAll = holds.allSatisfy { $0 }
        slotCount = builder.slotCount
        nodes = AlignedTable(builder.nodes)
        roots = AlignedTable(builder.roots)
        places = AlignedTable(builder.places)
        cuts = AlignedTable(builder.cuts)
        let isSingle = ensemble.precision == .single
        thresholdsSingle = AlignedTable(isSingle ? cutTable.thresholds.map { Float($0) } : [])
        thresholdsDouble = AlignedTable(isSingle ? [] : cutTable.thresholds)
        unsafe model.nodes = nodes.base
        unsafe model.roots = roots.base
        unsafe model.places = places.base
        unsafe model.cuts = cuts.base
        unsafe model.cut_count = cuts.count
        unsafe model.slot_count = slotCount
        unsafe model.thresholds_f32 = thresholdsSingle.base
        unsafe model.thresholds_f64 = thresholdsDouble.base
    }
}

/// Lays trees out as a ``WalkForm``.
struct WalkFormBuilder {
    private let ensemble: Ensemble
    private let cutTable: CutTable
    private var cutOfKey: [Int]
    private(set) var nodes: [tree_walk_node] = []
    private(set) var roots: [UInt32] = []
    private(set) var places: [UInt32] = []
    private(set) var cuts: [tree_walk_cut] = []
    private(set) var slotCount = 0
    private var queue: [Int] = []

    private static let noSlot: UInt16 = 0xffff

    /// Starts; nil where a column has more thresholds than 16 bits tell apart.
    init?(_ ensemble: Ensemble, _ cutTable: CutTable) {
        self.ensemble = ensemble
        self.cutTable = cutTable
        let keyCount = cutTable.starts.count - 1
        cutOfKey = [Int](repeating: -1, count: keyCount)
        for key in 0..<keyCount where cutTable.count(key) > 65_534 { return nil }
    }

    mutating func skip() { roots.append(0) }

    /// Adds a tree breadth first, so that the nodes near the root share cache lines.
    mutating func add(_ tree: Tree) {
        let table = ensemble.nodes
        let base = nodes.count
        roots.append(UInt32(base))
        queue.removeAll(keepingCapacity: true)
        queue.append(tree.root)
        nodes.append(tree_walk_node())
        places.append(0)
        var next = 0
        while next < queue.count {
            let node = queue[next]
            let index = base + next
            next += 1
            if table.isLeaf(node) {
                nodes[index] = tree_walk_node(slot: 0, rank: 0xffff, left: UInt32(index))
                places[index] = UInt32(table.payload[node])
            } else {
                let (slot, rank) = decision(node)
                nodes[index] = tree_walk_node(slot: slot, rank: rank, left: UInt32(nodes.count))
                for child in [table.left[node], table.right[node]] {
                    queue.append(Int(child))
                    nodes.append(tree_walk_node())
                    places.append(0)
                }
            }
        }
    }

    private mutating func decision(_ node: Int) -> (slot: UInt16, rank: UInt16) {
        let key = CutTable.key(ensemble.nodes, node)
        if cutOfKey[key] < 0 {
            cutOfKey[key] = cuts.count
            cuts.append(
                tree_walk_cut(
                    column: UInt32(key / 2), first_threshold: UInt32(cutTable.starts[key]),
                    count: UInt32(cutTable.count(key)), left_slot: Self.noSlot, right_slot: Self.noSlot,
                    zero_is_missing: UInt32(key & 1)))
        }
        let cut = cutOfKey[key]
        let rank = UInt16(cutTable.rank(of: ensemble.nodes.threshold[node], key: key))
        if ensemble.nodes.flags[node].contains(.missingLeft) {
            if cuts[cut].left_slot == Self.noSlot { cuts[cut].left_slot = claimSlot() }
            return (cuts[cut].left_slot, rank)
        }
        if cuts[cut].right_slot == Self.noSlot { cuts[cut].right_slot = claimSlot() }
        return (cuts[cut].right_slot, rank)
    }

    private mutating func claimSlot() -> UInt16 {
        slotCount += 1
        return UInt16(truncatingIfNeeded: slotCount - 1)
    }
}
