// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Lays an ensemble out as a ``PlaneForm``.
struct PlaneFormBuilder {
    private let ensemble: Ensemble
    private let cutTable: CutTable
    private let level: Int
    private let bytesPerValue: Int
    /// For each threshold that was found, where missing goes right and where it goes left, the plane and, in the low
    /// byte, the rank.
    private var codes: [UInt32] = []
    /// The same for each decision on a set, where a tree has any.
    private var setCodes: [Int: UInt32] = [:]
    private let scratch = PlaneScratch()
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
        claimPlanes()
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

    /// Gives planes to the cut lists that the decisions need, and thresholds their planes and ranks.
    private mutating func claimPlanes() {
        let nodes = ensemble.nodes
        let found = cutTable.found
        var isNeeded = [Bool](repeating: false, count: 2 * cutTable.ranks.count)
        // Bounds: a sound tree's nodes are in the columns.
        let flags = unsafe nodes.flags.buffer
        let decisions = cutTable.decisions
        var first = 0
        for (index, tree) in ensemble.trees.enumerated() {
            let own = first..<first + tree.nodeCount - tree.leafCount
            first = own.upperBound
            guard holds[index] else { continue }
            for decision in own {
                let node = Int(decisions[decision])
                let flag = unsafe flags[node]
                if flag.contains(.categorical) { continue }
                isNeeded[Int(found[node]) * 2 + (flag.contains(.missingLeft) ? 1 : 0)] = true
            }
        }
        var codes = [UInt32](repeating: 0, count: isNeeded.count)
        for code in isNeeded.indices where isNeeded[code] {
            let threshold = code / 2
            let (list, rank) = Int(cutTable.ranks[threshold]).quotientAndRemainder(
                dividingBy: Self.cutsPerPlane)
            let cut = firstCut[Int(cutTable.keys[threshold])] + list
            let goesLeft = code % 2 == 1
            var plane = goesLeft ? cuts[cut].left_plane : cuts[cut].right_plane
            if plane == Self.noPlane {
                plane = claimPlane()
                if goesLeft { cuts[cut].left_plane = plane } else { cuts[cut].right_plane = plane }
            }
            codes[code] = UInt32(plane) << 8 | UInt32(rank)
        }
        self.codes = codes
    }

    private mutating func claimPlane() -> UInt16 {
        planeCount += 1
        return UInt16(truncatingIfNeeded: planeCount - 1)
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

    /// Adds a tree whose decisions stand at certain places among all.
    private mutating func add(_ tree: Tree, _ own: Range<Int>) {
        setCountOfTree = 0
        let firstNode = nodes.count
        let firstSet = setNodes.count
        let hasSets = ensemble.sets.count > 0
        if hasSets { addSets(tree) }
        let table = ensemble.nodes
        // Bounds: a sound tree's nodes, and their children, are in the columns.
        let (features, flags) = unsafe (table.feature.buffer, table.flags.buffer)
        let (lefts, rights) = unsafe (table.left.buffer, table.right.buffer)
        let payloads = unsafe table.payload.buffer
        let (codes, setCodes, found) = (self.codes, self.setCodes, cutTable.found)
        let decisions = cutTable.decisions
        let scratch = self.scratch
        let root = tree.root
        var (leafCount, twins, others) = (0, 0, 0)
        // Bounds: a tree here has at most 256 leaves, so 511 nodes and 255 decisions, as the scratch, which has one
        // place more. What is written for a decision is overwritten by the next leaf, or below.
        for offset in 0..<tree.nodeCount {
            unsafe scratch.becomes[offset] = UInt16(truncatingIfNeeded: leafCount)
            unsafe scratch.places[leafCount] = payloads[root + offset]
            leafCount += unsafe features[root + offset] < 0 ? 1 : 0
        }
        unsafe leafPlaces.append(contentsOf: UnsafeBufferPointer(start: scratch.places, count: leafCount))
        func place(_ offset: Int, at index: Int) {
            let node = root + offset
            let flag = unsafe flags[node]
            let code =
                flag.contains(.categorical)
                ? setCodes[node] ?? 0 : codes[Int(found[node]) * 2 + (flag.contains(.missingLeft) ? 1 : 0)]
            unsafe scratch.becomes[offset] = UInt16(256 + index)
            unsafe scratch.nodes[index] = tree_plane_node(
                plane: UInt16(truncatingIfNeeded: code >> 8), rank: UInt8(truncatingIfNeeded: code),
                unused: 0,
                left: scratch.becomes[Int(lefts[node]) - root],
                right: scratch.becomes[Int(rights[node]) - root])
        }
        // Preorder backwards: children come before their parents.
        for decision in own.reversed() {
            let node = Int(decisions[decision])
            let offset = node - root
            if unsafe features[Int(lefts[node])] < 0 && features[Int(rights[node])] < 0 {
                place(offset, at: twins)
                twins += 1
            } else {
                unsafe scratch.others[others] = offset
                others += 1
            }
        }
        for other in 0..<others { unsafe place(scratch.others[other], at: twins + other) }
        unsafe nodes.append(contentsOf: UnsafeBufferPointer(start: scratch.nodes, count: twins + others))
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

    /// Makes the sets of a tree in the order in which its decisions are laid out.
    private mutating func addSets(_ tree: Tree) {
        let table = ensemble.nodes
        setCodes.removeAll(keepingCapacity: true)
        for node in tree.root..<tree.root + tree.nodeCount
        where !table.isLeaf(node) && table.flags[node].contains(.categorical) {
            setCodes[node] = UInt32(truncatingIfNeeded: addSet(node)) << 8
        }
    }

    /// Adds the leaf values of a tree: as planes of bytes for byte permutes, else as numbers.
    private mutating func appendLeaves(_ first: Int, count: Int, width: Int, padded: Int) {
        // Bounds: a sound tree's leaves have their values; at most 256 leaves of 8 bytes, as the scratch.
        let values = unsafe ensemble.leafValues.buffer
        let leafPlaces = self.leafPlaces
        let target = unsafe scratch.leafBytes
        for k in 0..<width {
            unsafe target.update(repeating: 0, count: padded * bytesPerValue)
            for leaf in 0..<count {
                let value = unsafe values[Int(leafPlaces[first + leaf]) + k]
                let bits = bytesPerValue == 4 ? UInt64(Float(value).bitPattern) : value.bitPattern
                if level == 2 {
                    for byte in 0..<bytesPerValue {
                        unsafe target[byte * padded + leaf] = UInt8(
                            truncatingIfNeeded: bits >> UInt64(8 * byte))
                    }
                } else if bytesPerValue == 4 {
                    unsafe UnsafeMutableRawPointer(target).storeBytes(
                        of: UInt32(truncatingIfNeeded: bits).littleEndian, toByteOffset: 4 * leaf,
                        as: UInt32.self)
                } else {
                    unsafe UnsafeMutableRawPointer(target).storeBytes(
                        of: bits.littleEndian, toByteOffset: 8 * leaf, as: UInt64.self)
                }
            }
            unsafe leafBytes.append(
                contentsOf: UnsafeBufferPointer(start: target, count: padded * bytesPerValue))
        }
    }
}

/// Memory for one tree while it is laid out.
@safe
private final class PlaneScratch {
    let becomes = UnsafeMutablePointer<UInt16>.allocate(capacity: 512)
    let nodes = UnsafeMutablePointer<tree_plane_node>.allocate(capacity: 256)
    let others = UnsafeMutablePointer<Int>.allocate(capacity: 256)
    let places = UnsafeMutablePointer<Int32>.allocate(capacity: 257)
    let leafBytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 256 * 8)

    deinit {
        unsafe becomes.deallocate()
        unsafe nodes.deallocate()
        unsafe others.deallocate()
        unsafe places.deallocate()
        unsafe leafBytes.deallocate()
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
