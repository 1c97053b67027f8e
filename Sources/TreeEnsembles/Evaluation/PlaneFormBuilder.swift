// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Lays an ensemble out as a ``PlaneForm``.
struct PlaneFormBuilder {
    private let ensemble: Ensemble
    private let cutTable: CutTable
    private let level: Int
    private let bytesPerValue: Int
    /// For each key, its first cut list.
    private var firstCut: [Int] = []
    private var columnOfCategory: [PlaneForm.CategoryColumn: Int] = [:]

    private(set) var holds: [Bool] = []
    private(set) var categoryColumns: [PlaneForm.CategoryColumn] = []
    private(set) var planeCount = 0
    private(set) var nodes: [tree_plane_node] = []
    private(set) var trees: [tree_plane_tree] = []
    private(set) var leafBytes: [UInt8] = []
    private(set) var setNodes: [tree_set_node] = []
    private(set) var setWords: [UInt32] = []
    private(set) var cuts: [tree_cut_list] = []
    private(set) var thresholdsSingle: [Float] = []
    private(set) var thresholdsDouble: [Double] = []
    private(set) var leafPlaces: [Int32] = []
    private(set) var firstLeaf: [Int] = []

    private static let noPlane: UInt16 = 0xffff
    /// The most thresholds of a plane: its bytes are 0 to 255.
    private static let cutsPerPlane = 255
    /// Thresholds of a cut list in the table: 256 and the pivots that a kernel looks at first.
    private static let cutStride = 288
    /// Larger sets of categories are left to the reference, to bound memory.
    private static let mostPlaces = 1 << 14
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
        holds = ensemble.trees.map { $0.leafCount <= Self.mostLeaves }
        for index in holds.indices where holds[index] && ensemble.nodes.hasCategories(ensemble.trees[index]) {
            holds[index] = measureCategories(ensemble.trees[index])
        }
        guard holds.contains(true) else { return false }
        makeCuts()
        sharedPlanes = planeCount
        for (index, tree) in ensemble.trees.enumerated() {
            firstLeaf.append(leafPlaces.count)
            if holds[index] { add(tree) } else { trees.append(tree_plane_tree()) }
        }
        return planeCount < Int(Self.noPlane)
    }

    // MARK: Thresholds

    private mutating func makeCuts() {
        let keyCount = cutTable.starts.count - 1
        firstCut = [Int](repeating: 0, count: keyCount)
        for key in 0..<keyCount where cutTable.count(key) > 0 {
            firstCut[key] = cuts.count
            for start in stride(
                from: cutTable.starts[key], to: cutTable.starts[key + 1], by: Self.cutsPerPlane)
            {
                let end = min(start + Self.cutsPerPlane, cutTable.starts[key + 1])
                appendCut(key: key, Array(cutTable.thresholds[start..<end]))
            }
        }
        for tree in ensemble.trees.indices where holds[tree] { claimPlanes(ensemble.trees[tree]) }
    }

    private mutating func appendCut(key: Int, _ values: [Double]) {
        let padded = values + [Double](repeating: .nan, count: 256 - values.count)
        // Pivots: every 8th threshold for Float, every 16th for Double, from place 1 on.
        let step = ensemble.precision == .single ? 8 : 16
        var pivots = [Double](repeating: .nan, count: 32)
        for place in 1..<256 / step { pivots[place] = padded[place * step - 1] }
        let first: Int
        if ensemble.precision == .single {
            if thresholdsSingle.isEmpty { thresholdsSingle = [Float](repeating: .nan, count: 16) }
            first = thresholdsSingle.count
            thresholdsSingle += padded.map { Float($0) } + pivots.map { Float($0) }
        } else {
            if thresholdsDouble.isEmpty { thresholdsDouble = [Double](repeating: .nan, count: 16) }
            first = thresholdsDouble.count
            thresholdsDouble += padded + pivots
        }
        cuts.append(
            tree_cut_list(
                column: UInt32(key / 2), first_threshold: UInt32(first), count: UInt16(values.count),
                left_plane: Self.noPlane, right_plane: Self.noPlane, zero_is_missing: UInt16(key & 1)))
    }

    /// Gives planes to the cut lists that the tree's decisions need.
    private mutating func claimPlanes(_ tree: Tree) {
        for node in tree.root..<tree.root + tree.nodeCount {
            let flags = ensemble.nodes.flags[node]
            guard ensemble.nodes.feature[node] >= 0, !flags.contains(.categorical) else { continue }
            let (cut, _) = place(of: node)
            if flags.contains(.missingLeft) {
                if cuts[cut].left_plane == Self.noPlane { cuts[cut].left_plane = claimPlane() }
            } else if cuts[cut].right_plane == Self.noPlane {
                cuts[cut].right_plane = claimPlane()
            }
        }
    }

    private mutating func claimPlane() -> UInt16 {
        planeCount += 1
        return UInt16(truncatingIfNeeded: planeCount - 1)
    }

    /// The cut list of a numeric decision and its rank there.
    private func place(of node: Int) -> (cut: Int, rank: Int) {
        let key = CutTable.key(ensemble.nodes, node)
        let rank = cutTable.rank(of: ensemble.nodes.threshold[node], key: key)
        return (firstCut[key] + rank / Self.cutsPerPlane, rank % Self.cutsPerPlane)
    }

    // MARK: Categories

    /// Makes room for the tree's sets in their columns; false where a set does not suit.
    private mutating func measureCategories(_ tree: Tree) -> Bool {
        for node in tree.root..<tree.root + tree.nodeCount {
            guard ensemble.nodes.feature[node] >= 0, ensemble.nodes.flags[node].contains(.categorical) else {
                continue
            }
            guard !ensemble.nodes.flags[node].contains(.zeroIsMissing),
                let largest = ensemble.sets.largestWholeMember(of: Int(ensemble.nodes.payload[node])),
                largest + 3 <= Self.mostPlaces
            else { return false }
            let key = categoryKey(node)
            if columnOfCategory[key] == nil {
                columnOfCategory[key] = categoryColumns.count
                categoryColumns.append(key)
            }
            if let index = columnOfCategory[key] {
                categoryColumns[index].places = max(categoryColumns[index].places, largest + 3)
            }
        }
        return true
    }

    private func categoryKey(_ node: Int) -> PlaneForm.CategoryColumn {
        let column = Int(ensemble.nodes.feature[node])
        let known =
            ensemble.nodes.flags[node].contains(.unknownIsMissing) && column < ensemble.knownCategories.count
            ? Int(ensemble.knownCategories[column]) : -1
        return PlaneForm.CategoryColumn(
            column: column, rule: ensemble.sets.rule(of: Int(ensemble.nodes.payload[node])), knownSet: known)
    }

    /// Adds a set's bits, 1 where a category goes left, and returns the decision's plane.
    private mutating func addSet(_ node: Int) -> Int {
        let index = columnOfCategory[categoryKey(node)] ?? 0
        let places = categoryColumns[index].places
        let flags = ensemble.nodes.flags[node]
        let membersLeft = flags.contains(.membersLeft)
        let first = setWords.count
        setWords += [UInt32](repeating: membersLeft ? 0 : .max, count: (places + 31) / 32)
        func set(_ place: Int, _ bit: Bool) {
            let mask: UInt32 = 1 << UInt32(place & 31)
            if bit { setWords[first + place >> 5] |= mask } else { setWords[first + place >> 5] &= ~mask }
        }
        for member in ensemble.sets.members(of: Int(ensemble.nodes.payload[node])) {
            set(Int(member), membersLeft)
        }
        set(places - 2, !membersLeft)
        set(places - 1, flags.contains(.missingLeft))
        // The planes of a tree's sets are made when the tree is scored, so all trees share them.
        let plane = sharedPlanes + setCountOfTree
        setCountOfTree += 1
        setNodes.append(
            tree_set_node(
                column: UInt32(index), first_word: UInt32(first), bit_count: UInt32(places),
                plane: UInt32(plane)))
        return plane
    }

    private(set) var sharedPlanes = 0
    private var setCountOfTree = 0

    // MARK: Trees

    private mutating func add(_ tree: Tree) {
        setCountOfTree = 0
        let table = ensemble.nodes
        let count = tree.nodeCount
        // What a node becomes: a leaf's number from the left, or 256 and the number of the decision.
        var becomes = [UInt16](repeating: 0, count: count)
        var leafCount = 0
        for offset in 0..<count where table.isLeaf(tree.root + offset) {
            becomes[offset] = UInt16(leafCount)
            leafPlaces.append(table.payload[tree.root + offset])
            leafCount += 1
        }
        let firstNode = nodes.count
        let firstSet = setNodes.count
        var twins = 0
        for isTwinPass in [true, false] {
            // Preorder backwards: children come before their parents.
            for offset in stride(from: count - 1, through: 0, by: -1) where !table.isLeaf(tree.root + offset)
            {
                let node = tree.root + offset
                let (left, right) = (Int(table.left[node]) - tree.root, Int(table.right[node]) - tree.root)
                let isTwin = table.isLeaf(tree.root + left) && table.isLeaf(tree.root + right)
                guard isTwin == isTwinPass else { continue }
                if isTwin { twins += 1 }
                becomes[offset] = UInt16(256 + nodes.count - firstNode)
                let (plane, rank) = decision(node)
                nodes.append(
                    tree_plane_node(
                        plane: UInt16(truncatingIfNeeded: plane), rank: UInt8(rank), unused: 0,
                        left: becomes[left], right: becomes[right]))
            }
        }
        planeCount = max(planeCount, sharedPlanes + setCountOfTree)
        let width = tree.output == nil ? ensemble.outputCount : 1
        let padded = (leafCount + 7) / 8 * 8
        let firstValue = leafBytes.count
        appendLeaves(firstLeaf[trees.count], count: leafCount, width: width, padded: padded)
        trees.append(
            tree_plane_tree(
                first_node: UInt32(firstNode), first_value: UInt32(firstValue / 8),
                node_count: UInt16(nodes.count - firstNode), twin_count: UInt16(twins),
                leaf_count: UInt16(leafCount), padded: UInt16(padded), output: UInt32(tree.output ?? 0),
                width: UInt32(width), first_set: UInt32(firstSet),
                set_count: UInt32(setNodes.count - firstSet)))
    }

    private mutating func decision(_ node: Int) -> (plane: Int, rank: Int) {
        if ensemble.nodes.flags[node].contains(.categorical) { return (addSet(node), 0) }
        let (cut, rank) = place(of: node)
        let left = ensemble.nodes.flags[node].contains(.missingLeft)
        return (Int(left ? cuts[cut].left_plane : cuts[cut].right_plane), rank)
    }

    /// Adds the leaf values of a tree: as planes of bytes for byte permutes, else as numbers.
    private mutating func appendLeaves(_ first: Int, count: Int, width: Int, padded: Int) {
        let start = leafBytes.count
        leafBytes += [UInt8](repeating: 0, count: width * padded * bytesPerValue)
        for leaf in 0..<count {
            let place = Int(leafPlaces[first + leaf])
            for k in 0..<width {
                let value = ensemble.leafValues[place + k]
                let bits = bytesPerValue == 4 ? UInt64(Float(value).bitPattern) : value.bitPattern
                for byte in 0..<bytesPerValue {
                    let offset =
                        level == 2
                        ? (k * bytesPerValue + byte) * padded + leaf
                        : (k * padded + leaf) * bytesPerValue + byte
                    leafBytes[start + offset] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))
                }
            }
        }
    }
}

extension NodeTable {
    /// Whether a decision of the tree asks about a set.
    func hasCategories(_ tree: Tree) -> Bool {
        (tree.root..<tree.root + tree.nodeCount).contains {
            feature[$0] >= 0 && flags[$0].contains(.categorical)
        }
    }
}
