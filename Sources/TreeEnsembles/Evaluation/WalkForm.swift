// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The form for large trees, and for single rows where there is no ``RowForm``: nodes of 8 bytes.
///
/// A model in float compares the numbers themselves, one in double bins of 16 bits.
@safe
final class WalkForm: @unchecked Sendable {
    // Sendable: immutable after init; the C structure points into the tables held here.

    /// Whether each tree is in this form.
    let holds: [Bool]
    /// Whether every tree is.
    let holdsAll: Bool
    /// What a row is laid out as: so many numbers, of `slotSize` bytes each.
    let slotCount: Int
    let slotSize: Int
    let level: Int
    /// The width of the columns.
    let isSingle: Bool
    private(set) var model = unsafe tree_walk_model()
    private let numbers: AlignedTable<tree_walk_number>
    private let bins: AlignedTable<tree_walk_bin>
    private let roots: AlignedTable<UInt32>
    private let places: AlignedTable<UInt32>
    private let cuts: AlignedTable<tree_walk_cut>
    private let thresholds: AlignedTable<Double>

    /// The bytes that scoring reads.
    var byteCount: Int {
        numbers.byteCount + bins.byteCount + roots.byteCount + places.byteCount + cuts.byteCount
            + thresholds.byteCount
    }

    /// Whether the trees that are too large for a ``PlaneForm`` have most of the leaves, so that all had better walk.
    static func suitsAll(_ ensemble: Ensemble) -> Bool {
        guard ensemble.sets.count == 0, ensemble.linearLeaves == nil else { return false }
        var (all, large) = (0, 0)
        for tree in ensemble.trees {
            all += tree.leafCount
            if tree.leafCount > PlaneFormBuilder.mostLeaves { large += tree.leafCount }
        }
        return 2 * large > all
    }

    /// Lays out the trees for which `wanted` is true and which have no sets of categories; nil where none is left.
    init?(_ ensemble: Ensemble, _ cutTable: CutTable, level: Int, wanted: (Int) -> Bool) {
        let candidates = ensemble.trees.indices.map {
            wanted($0) && !ensemble.nodes.hasCategories(ensemble.trees[$0])
        }
        guard candidates.contains(true), ensemble.linearBooster == nil else { return nil }
        var builder = WalkFormBuilder(ensemble, cutTable)
        for index in ensemble.trees.indices where candidates[index] {
            builder.claimSlots(ensemble.trees[index])
        }
        guard builder.slotCount < 0xffff, builder.fitsBins else { return nil }
        let holds = ensemble.trees.indices.map { candidates[$0] && builder.fits(ensemble.trees[$0]) }
        for (index, tree) in ensemble.trees.enumerated() {
            if holds[index] { builder.add(tree) } else { builder.skip() }
        }
        self.level = level
        self.holds = holds
        holdsAll = holds.allSatisfy { $0 }
        isSingle = ensemble.precision == .single
        slotCount = builder.slotCount
        slotSize = isSingle ? MemoryLayout<Float>.size : MemoryLayout<UInt16>.size
        numbers = AlignedTable(builder.numbers)
        bins = AlignedTable(builder.bins)
        roots = AlignedTable(builder.roots)
        places = AlignedTable(builder.places)
        cuts = AlignedTable(builder.cuts)
        thresholds = AlignedTable(isSingle ? [] : cutTable.thresholds)
        unsafe model.numbers = numbers.base
        unsafe model.bins = bins.base
        unsafe model.roots = roots.base
        unsafe model.places = places.base
        unsafe model.cuts = cuts.base
        unsafe model.cut_count = cuts.count
        unsafe model.slot_count = slotCount
        unsafe model.slot_bits = UInt32(builder.slotBits)
        unsafe model.thresholds = thresholds.base
    }
}
