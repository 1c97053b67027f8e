// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The form for single rows where the processor permutes bytes: all decisions of a tree in one compare.
///
/// It stands beside a ``PlaneForm``, whose thresholds and planes it shares.
@safe
final class RowForm: @unchecked Sendable {
    // Sendable: immutable after init; the C structure points into the tables held here.

    private(set) var model = unsafe tree_row_model()
    let slotVectors: Int
    let placeCount: Int
    private let slots: AlignedTable<UInt8>
    private let ranks: AlignedTable<UInt8>
    private let children: AlignedTable<UInt8>
    private let trees: AlignedTable<tree_row_tree>
    private let outputs: AlignedTable<UInt32>
    private let columns: AlignedTable<UInt32>
    private let singles: AlignedTable<Float>
    private let doubles: AlignedTable<Double>

    /// The bytes that scoring reads.
    var byteCount: Int {
        slots.byteCount + ranks.byteCount + children.byteCount + trees.byteCount + outputs.byteCount
            + columns.byteCount + singles.byteCount + doubles.byteCount
    }

    /// Lays a model out, or gives nil where the form does not suit it.
    init?(_ ensemble: Ensemble, _ form: PlaneForm) {
        guard form.level == 2, form.planeCount <= 256, form.categoryColumns.isEmpty,
            form.holds.allSatisfy({ $0 }),
            ensemble.linearLeaves == nil, ensemble.trees.allSatisfy({ $0.output != nil })
        else { return nil }
        var builder = RowFormBuilder(ensemble, form)
        builder.build()
        slotVectors = form.planeCount <= 64 ? 1 : form.planeCount <= 128 ? 2 : 4
        slots = AlignedTable(builder.slots)
        ranks = AlignedTable(builder.ranks)
        children = AlignedTable(builder.children)
        trees = AlignedTable(builder.trees)
        outputs = AlignedTable(ensemble.trees.map { UInt32($0.output ?? 0) })
        columns = AlignedTable((0..<form.cuts.count).map { form.cuts[$0].column })
        let isSingle = ensemble.sumPrecision == .single
        singles = AlignedTable(isSingle ? builder.values.map { Float($0) } : [])
        doubles = AlignedTable(isSingle ? [] : builder.values)
        placeCount = builder.placeCount
        unsafe model.slots = slots.base
        unsafe model.ranks = ranks.base
        unsafe model.children = children.base
        unsafe model.trees = trees.base
        unsafe model.tree_count = trees.count
        unsafe model.outputs = outputs.base
        unsafe model.sum_count = outputs.count
        unsafe model.slot_vectors = UInt32(slotVectors)
        unsafe model.output_count = UInt32(ensemble.outputCount)
        unsafe model.columns = columns.base
        unsafe model.values_f32 = singles.base
        unsafe model.values_f64 = doubles.base
    }
}

/// Lays trees out as a ``RowForm``.
struct RowFormBuilder {
    private let ensemble: Ensemble
    private let form: PlaneForm
    private(set) var slots: [UInt8] = []
    private(set) var ranks: [UInt8] = []
    private(set) var children: [UInt8] = []
    private(set) var trees: [tree_row_tree] = []
    private(set) var values: [Double] = []
    private(set) var placeCount = 0
    private static let atOnce = 8

    init(_ ensemble: Ensemble, _ form: PlaneForm) {
        self.ensemble = ensemble
        self.form = form
    }

    mutating func build() {
        let order = ensemble.trees.indices
        let isSmall = order.map { form.trees[$0].node_count < 64 }
        for small in [true, false] {
            let group = order.filter { isSmall[$0] == small }.sorted {
                (ensemble.trees[$0].depth, $0) < (ensemble.trees[$1].depth, $1)
            }
            for tree in group { add(tree, isSmall: small) }
            // The last tree again, to places that nothing adds, until the group of eight is full.
            while trees.count % Self.atOnce != 0, var last = trees.last {
                last.number = UInt32(ensemble.trees.count + trees.count % Self.atOnce)
                trees.append(last)
            }
        }
        placeCount = ensemble.trees.count + Self.atOnce
    }

    private mutating func add(_ index: Int, isSmall: Bool) {
        let tree = form.trees[index]
        let count = Int(tree.node_count)
        let leafCount = Int(tree.leaf_count)
        let firstNode = slots.count
        let firstChild = children.count
        for n in 0..<count {
            let node = form.nodes[Int(tree.first_node) + n]
            slots.append(UInt8(node.plane))
            ranks.append(node.rank)
        }
        // The root is the last decision of the plane form; here it is the first.
        func number(_ child: UInt16) -> Int {
            child < 256 ? count + Int(child) : count - 1 - (Int(child) - 256)
        }
        slots[firstNode...].reverse()
        ranks[firstNode...].reverse()
        for n in (0..<count).reversed() {
            let node = form.nodes[Int(tree.first_node) + n]
            appendChild(number(node.left), isSmall)
            appendChild(number(node.right), isSmall)
        }
        for leaf in 0..<leafCount {
            appendChild(count + leaf, isSmall)
            appendChild(count + leaf, isSmall)
        }
        trees.append(
            tree_row_tree(
                first_node: UInt32(firstNode), first_child: UInt32(firstChild),
                first_value: UInt32(truncatingIfNeeded: values.count - count), number: UInt32(index),
                parts: UInt16((count + 63) / 64), depth: UInt16(ensemble.trees[index].depth)))
        for leaf in 0..<leafCount {
            values.append(ensemble.leafValues[Int(form.leafPlaces[form.firstLeaf[index] + leaf])])
        }
    }

    private mutating func appendChild(_ child: Int, _ isSmall: Bool) {
        children.append(UInt8(truncatingIfNeeded: child))
        if !isSmall { children.append(UInt8(truncatingIfNeeded: child >> 8)) }
    }
}
