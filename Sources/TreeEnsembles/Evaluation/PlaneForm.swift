// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The form that scores 64 rows at once: each column becomes bytes, each decision is one compare of 64 bytes.
///
/// A column with more than 255 distinct thresholds gets several planes, each for a stretch of them. Missing values
/// cost nothing at a node: a plane holds 0 for them (which is always left) or 255 (always right), and a node names
/// the plane that suits it. Trees of more than 256 leaves are left to ``WalkForm``.
@safe
final class PlaneForm: @unchecked Sendable {
    // Sendable: immutable after init; the C structure points into the tables held here.

    /// A column of categories: where it comes from and how many places its sets have.
    struct CategoryColumn: Sendable, Hashable {
        var column: Int
        var rule: CategorySets.Rule
        var knownSet: Int
        /// Places in a set: categories, then one for "none of them" and one for missing.
        var places: Int = 0
    }

    /// Whether each tree is in this form; the others have an empty entry.
    let holds: [Bool]
    let categoryColumns: [CategoryColumn]
    let planeCount: Int
    /// The planes made from thresholds; those after them are made anew for each tree's sets.
    let sharedPlaneCount: Int
    let level: Int
    /// The columns that some cut list reads.
    let usedColumns: [Int]
    private(set) var model = unsafe tree_plane_model()
    /// The leaves of each tree from left to right, as places in `leafValues`, for what kernels do not add.
    let leafPlaces: [Int32]
    let firstLeaf: [Int]
    let nodes: AlignedTable<tree_plane_node>
    let trees: AlignedTable<tree_plane_tree>
    let leafBytes: AlignedTable<UInt8>
    let setNodes: AlignedTable<tree_set_node>
    let setWords: AlignedTable<UInt32>
    let cuts: AlignedTable<tree_cut_list>
    let thresholdsSingle: AlignedTable<Float>
    let thresholdsDouble: AlignedTable<Double>

    /// The bytes that scoring reads.
    var byteCount: Int {
        nodes.byteCount + trees.byteCount + leafBytes.byteCount + setNodes.byteCount + setWords.byteCount
            + cuts.byteCount + thresholdsSingle.byteCount + thresholdsDouble.byteCount
    }

    /// Lays a model out, or gives nil where the form suits none of its trees.
    ///
    /// - Parameters:
    ///   - ensemble: A sound ensemble.
    ///   - cutTable: Its thresholds.
    ///   - level: The vector instructions to lay the leaves out for.
    init?(_ ensemble: Ensemble, _ cutTable: CutTable, level: Int) {
        var builder = PlaneFormBuilder(ensemble, cutTable, level: level)
        guard builder.build() else { return nil }
        self.level = level
        holds = builder.holds
        categoryColumns = builder.categoryColumns
        planeCount = builder.planeCount
        sharedPlaneCount = builder.sharedPlanes
        usedColumns = Array(Set(builder.cuts.map { Int($0.column) })).sorted()
        leafPlaces = builder.leafPlaces
        firstLeaf = builder.firstLeaf
        nodes = AlignedTable(builder.nodes)
        trees = AlignedTable(builder.trees)
        leafBytes = AlignedTable(builder.leafBytes)
        setNodes = AlignedTable(builder.setNodes)
        setWords = AlignedTable(builder.setWords)
        cuts = AlignedTable(builder.cuts)
        thresholdsSingle = AlignedTable(builder.thresholdsSingle)
        thresholdsDouble = AlignedTable(builder.thresholdsDouble)
        unsafe model.nodes = nodes.base
        unsafe model.trees = trees.base
        unsafe model.leaf_bytes = leafBytes.base
        unsafe model.set_nodes = setNodes.base
        unsafe model.set_words = setWords.base
        unsafe model.cuts = cuts.base
        unsafe model.cut_count = cuts.count
        unsafe model.thresholds_f32 = thresholdsSingle.base
        unsafe model.thresholds_f64 = thresholdsDouble.base
    }
}

extension PlaneForm.CategoryColumn {
    /// The place of a value in the column's sets.
    func place(of x: Double, _ sets: CategorySets) -> UInt16 {
        let none = UInt16(places - 2)
        if x.isNaN || knownSet >= 0 && !sets.contains(x, set: knownSet) { return none + 1 }
        if let category = CategorySets.category(of: x, rule: rule), category < Int(none) {
            return UInt16(category)
        }
        return none
    }
}
