// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The form for single rows: blocks of 64 decisions, which a kernel answers by one compare of bytes.
///
/// It stands beside a ``PlaneForm``, whose thresholds and planes it shares, and holds the same trees.
@safe
final class RowForm: @unchecked Sendable {
    // Sendable: immutable after init; the C structure points into the tables held here.

    private(set) var model = unsafe tree_row_model()
    let slotVectors: Int
    /// The trees that are in the form, in order.
    let heldTrees: [Int32]
    /// For each way out of a block where the values of its leaf stand in the ensemble's `leafValues`.
    let leafPlaces: [Int32]
    let blocks: AlignedTable<tree_row_block>
    let blockPlaces: AlignedTable<tree_row_place>
    let trees: AlignedTable<tree_row_tree>
    let targets: AlignedTable<UInt32>
    let setNodes: AlignedTable<tree_set_node>
    private let setWords: AlignedTable<UInt32>
    private let outputs: AlignedTable<UInt32>
    private let columns: AlignedTable<UInt32>
    private let singles: AlignedTable<Float>
    private let doubles: AlignedTable<Double>

    /// The bytes that scoring reads and that the form of planes does not hold.
    var byteCount: Int {
        blocks.byteCount + blockPlaces.byteCount + trees.byteCount + targets.byteCount + setNodes.byteCount
            + outputs.byteCount + columns.byteCount + singles.byteCount + doubles.byteCount
    }

    /// Lays a model out, or gives nil where the row would have more than 256 bytes, or where walking is faster: without
    /// permutes of bytes only what a ``WalkForm`` cannot hold is worth it.
    init?(_ ensemble: Ensemble, _ form: PlaneForm) {
        guard form.sharedPlaneCount <= 256, form.level == 2 || ensemble.sets.count > 0 else { return nil }
        var builder = RowFormBuilder(form)
        for tree in ensemble.trees.indices where form.holds[tree] { builder.add(tree) }
        slotVectors = form.sharedPlaneCount <= 64 ? 1 : form.sharedPlaneCount <= 128 ? 2 : 4
        heldTrees = ensemble.trees.indices.filter { form.holds[$0] }.map { Int32($0) }
        var (exits, targets, blockPlaces) = ([Int32](), [UInt32](), [tree_row_place]())
        var sets: [tree_set_node] = []
        var deepest = 1
        for draft in builder.drafts {
            blockPlaces.append(
                tree_row_place(
                    first_exit: UInt32(exits.count), first_set: UInt32(sets.count),
                    set_count: UInt16(draft.sets.count), depth: UInt16(draft.depth)))
            deepest = max(deepest, draft.depth)
            for exit in draft.exits {
                exits.append(exit < 0 ? -1 : form.leafPlaces[Int(exit)])
                targets.append(exit < 0 ? UInt32(~exit) : 0)
            }
            sets += draft.sets
        }
        leafPlaces = exits
        blocks = AlignedTable(builder.blocks)
        self.blockPlaces = AlignedTable(blockPlaces)
        trees = AlignedTable(builder.trees)
        self.targets = AlignedTable(targets.contains { $0 != 0 } ? targets : [])
        setNodes = AlignedTable(sets)
        setWords = form.setWords
        outputs = AlignedTable(heldTrees.map { UInt32(ensemble.trees[Int($0)].output ?? 0) })
        columns = AlignedTable((0..<form.cuts.count).map { form.cuts[$0].column })
        // Kernels add leaves where each holds one number.
        let addsNumbers = ensemble.linearLeaves == nil && ensemble.trees.allSatisfy { $0.output != nil }
        let isSingle = ensemble.sumPrecision == .single
        let values = addsNumbers ? exits.map { $0 < 0 ? 0 : ensemble.leafValues[Int($0)] } : []
        singles = AlignedTable(isSingle ? values.map { Float($0) } : [])
        doubles = AlignedTable(isSingle ? [] : values)
        unsafe model.blocks = blocks.base
        unsafe model.block_places = self.blockPlaces.base
        unsafe model.trees = trees.base
        unsafe model.tree_count = trees.count
        unsafe model.targets = self.targets.base
        unsafe model.set_nodes = setNodes.base
        unsafe model.set_words = setWords.base
        unsafe model.outputs = outputs.base
        unsafe model.columns = columns.base
        unsafe model.values_f32 = singles.base
        unsafe model.values_f64 = doubles.base
        unsafe model.slot_vectors = UInt32(slotVectors)
        unsafe model.output_count = UInt32(ensemble.outputCount)
        unsafe model.has_sets = setNodes.count > 0 ? 1 : 0
        unsafe model.has_chains = self.targets.count > 0 ? 1 : 0
        unsafe model.jumps = UInt32(Int.bitWidth - (deepest - 1).leadingZeroBitCount)
    }
}
