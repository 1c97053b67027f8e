// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Lays an ensemble out as a ``PlaneForm``.
///
/// ``build()`` fills the tables, each once; ``PlaneForm`` takes them over.
struct PlaneFormBuilder {
    let ensemble: Ensemble
    let cutTable: CutTable
    let level: Int
    let bytesPerValue: Int
    /// For each threshold that was found, where missing goes right and where it goes left, the plane and, in the low
    /// byte, the rank.
    var codes: [UInt32] = []
    /// The same for each decision on a set, where a tree has any.
    var setCodes: [Int: UInt32] = [:]
    let scratch = PlaneScratch()
    /// For each key, its first cut list.
    var firstCut: [Int] = []
    var columnOfCategory: [PlaneForm.CategoryColumn: Int] = [:]

    var holds: [Bool] = []
    var categoryColumns: [PlaneForm.CategoryColumn] = []
    var planeCount = 0
    var nodes: [tree_plane_node] = []
    var trees: [tree_plane_tree] = []
    var leafBytes: [UInt8] = []
    var setNodes: [tree_set_node] = []
    var setWords: [UInt32] = []
    var cuts: [tree_cut_list] = []
    var thresholdsSingle: [Float] = []
    var thresholdsDouble: [Double] = []
    var leafPlaces: [Int32] = []
    var firstLeaf: [Int] = []
    /// The planes of thresholds; those of a tree's sets come after them.
    var sharedPlanes = 0
    var setCountOfTree = 0

    static let noPlane: UInt16 = 0xffff
    /// The most thresholds of a plane: its bytes are 0 to 255.
    static let cutsPerPlane = 255
    /// Thresholds of a cut list in the table: 256 and the pivots that a kernel looks at first.
    static let cutStride = 288
    /// Larger sets of categories are left to the reference, to bound memory.
    static let mostPlaces = 1 << 14
    static let mostLeaves = 256

    init(_ ensemble: Ensemble, _ cutTable: CutTable, level: Int) {
        self.ensemble = ensemble
        self.cutTable = cutTable
        self.level = level
        bytesPerValue = ensemble.sumPrecision == .single ? 4 : 8
    }

    /// Builds everything; false where no tree suits or the tables would not fit their numbers.
    mutating func build() -> Bool {
        guard ensemble.aggregation == .sum, ensemble.linearBooster == nil, !ensemble.trees.isEmpty else {
            return false
        }
        holds = ensemble.trees.map {
            $0.leafCount <= Self.mostLeaves && $0.nodeCount == 2 * $0.leafCount - 1
        }
        if ensemble.sets.count > 0 {
            for index in holds.indices
            where holds[index] && ensemble.nodes.hasCategories(ensemble.trees[index]) {
                holds[index] = measureCategories(ensemble.trees[index])
            }
        }
        guard holds.contains(true) else { return false }
        makeCuts()
        sharedPlanes = planeCount
        nodes.reserveCapacity(ensemble.nodes.count / 2)
        leafPlaces.reserveCapacity(ensemble.nodes.count / 2 + ensemble.trees.count)
        leafBytes.reserveCapacity((ensemble.leafValues.count + 8 * ensemble.trees.count) * bytesPerValue)
        var first = 0
        for (index, tree) in ensemble.trees.enumerated() {
            let decisions = first..<first + tree.nodeCount - tree.leafCount
            first = decisions.upperBound
            firstLeaf.append(leafPlaces.count)
            if holds[index] { add(tree, decisions) } else { trees.append(tree_plane_tree()) }
        }
        return planeCount < Int(Self.noPlane)
    }
}
