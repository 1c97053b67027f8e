// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Adds the contributions of trees to a block of rows, with a table for each small subtree.
///
/// What a row gets from the leaves below a node depends on few bits: the conditions of the path above that
/// the row meets, and the row's decisions in the subtree. So the answers for all combinations of those bits
/// are worked out once, and each row only picks its entry and adds one number for each player. The table of a
/// subtree is itself made by running the leaves over all combinations as if they were rows. A path with many
/// players has too many combinations; then only those that occur among the rows are worked out.
struct BlockWorker {
    let plan: ContributionPlan
    let hasPairs: Bool
    /// One plane of the block's rows for each player, then, if asked for, for each pair of players.
    private(set) var planes: [Double]
    let planeCount: Int
    let capacity: Int
    private var rows: CodedRows
    private var frame = MaskFrame(count: 0)
    private var tileFrames: [Int: MaskFrame] = [:]
    private var path = PathState()
    private var tables: LeafTables
    private var tile: [Double] = []
    private var tileTerms: [Int] = []
    private var termOfPlane: [Int32]
    private var index: [UInt16] = []
    private var slotOfMask: [UInt16] = []
    private let background: BackgroundMasks?
    /// The largest number of bits of a subtree's table.
    private let mostBits: Int

    init(
        _ plan: ContributionPlan, _ codes: NodeCodes, hasPairs: Bool, capacity: Int, rowCount: Int,
        background: BackgroundMasks?
    ) {
        // A table pays while it has far fewer combinations than there are rows.
        let usualCount = min(rowCount, 4096)
        mostBits = max(0, (Int.bitWidth - usualCount.leadingZeroBitCount) - 4)
        self.plan = plan
        self.hasPairs = hasPairs
        self.capacity = capacity
        self.background = background
        let players = plan.players.count
        planeCount = hasPairs ? players * (players + 1) / 2 : players
        planes = [Double](repeating: 0, count: planeCount * capacity)
        termOfPlane = [Int32](repeating: -1, count: planeCount)
        rows = CodedRows(plan, codes)
        tables = LeafTables(hasPairs: hasPairs)
    }

    /// The plane of a pair of players.
    static func plane(_ first: Int, _ second: Int, players: Int) -> Int {
        let (low, high) = first < second ? (first, second) : (second, first)
        return players + low * (2 * players - low - 1) / 2 + high - low - 1
    }

    /// Takes in the next rows and clears the planes.
    mutating func load(_ range: Range<Int>, of bound: BoundRows) {
        rows.load(range, of: bound, withCodes: true)
        if frame.count != rows.count {
            frame = MaskFrame(count: rows.count)
            index = [UInt16](repeating: 0, count: rows.count)
        }
        clear()
    }

    /// Clears the planes.
    mutating func clear() {
        for place in planes.indices { planes[place] = 0 }
    }

    /// Adds a tree's contributions to an output.
    mutating func add(tree number: Int, output: Int) {
        let tree = plan.ensemble.trees[number]
        let end = tree.root + tree.nodeCount
        path.reset()
        frame.start { _ in 0 }
        var node = tree.root
        while node < end {
            let level = Int(plan.depth[node])
            if level > 0 {
                path.enter(node, plan)
                frame.descend(to: node, level: level, of: plan)
            }
            let slots = Int(plan.slotCount[node])
            let size = Int(plan.size[node])
            if size == 1 {
                addLeaf(node, level: level, tree: number, output: output)
            } else if slots + size / 2 <= mostBits {
                addTile(node, level: level, tree: number, output: output)
            } else {
                frame.decide(level: level, node, by: rows)
                node += 1
                continue
            }
            node += size
        }
    }

    /// Adds the contributions of a tree that is too deep for masks, row by row.
    mutating func add(tree number: Int, output: Int, by deep: inout DeepGames, against background: CodedRows?)
    {
        for place in 0..<rows.count {
            deep.compute(tree: number, output: output, row: place, of: rows, against: background)
            for plane in 0..<planeCount { planes[plane * capacity + place] += deep.amounts[plane] }
        }
    }

    // MARK: Leaves

    private mutating func addLeaf(_ leaf: Int, level: Int, tree: Int, output: Int) {
        let slots = Int(plan.slotCount[leaf])
        guard slots > 0 else { return }
        let masks = frame.masks[level]
        if slots <= 6 || 1 << slots <= rows.count / 2 {
            fill(leaf, tree: tree, output: output, masks: nil)
            add(slots: slots, at: masks)
        } else {
            let distinct = collect(masks, bits: slots)
            fill(leaf, tree: tree, output: output, masks: distinct)
            add(slots: slots, at: index)
        }
    }

    /// Writes into `index` which of the distinct masks each row has, and returns those.
    private mutating func collect(_ masks: [UInt16], bits: Int) -> [UInt16] {
        if slotOfMask.count < 1 << bits { slotOfMask = [UInt16](repeating: 0, count: 1 << bits) }
        var distinct: [UInt16] = []
        for row in 0..<rows.count {
            let mask = Int(masks[row])
            if slotOfMask[mask] == 0 {
                distinct.append(masks[row])
                slotOfMask[mask] = UInt16(distinct.count)
            }
            index[row] = slotOfMask[mask] - 1
        }
        for mask in distinct { slotOfMask[Int(mask)] = 0 }
        return distinct
    }

    /// Makes the table of a leaf.
    private mutating func fill(_ leaf: Int, tree: Int, output: Int, masks: [UInt16]?) {
        let value = plan.leafValue(leaf, tree: plan.ensemble.trees[tree], output: output)
        let slots = Int(plan.slotCount[leaf])
        if let background {
            tables.fill(
                background: background.leaf(leaf, tree: tree), slots: slots, value: value, masks: masks)
        } else if let rule = plan.rules[plan.mostSlots[tree]] {
            tables.fill(fractions: path.fractions, slots: slots, value: value, rule: rule, masks: masks)
        }
    }

    /// Adds the entries of the table made last to the rows.
    private mutating func add(slots: Int, at index: [UInt16]) {
        let stride = tables.stride
        var term = 0
        for first in 0..<slots {
            accumulate(term, stride, index, plane: path.players[first])
            term += 1
        }
        guard hasPairs else { return }
        for first in 0..<slots {
            for second in first + 1..<slots {
                let plane = Self.plane(path.players[first], path.players[second], players: plan.players.count)
                accumulate(term, stride, index, plane: plane)
                term += 1
            }
        }
    }

    private mutating func accumulate(_ term: Int, _ stride: Int, _ index: [UInt16], plane: Int) {
        BlockLoops.accumulate(
            tables.entries, part: term, of: stride, at: index, to: &planes, from: plane * capacity)
    }

    // MARK: Subtrees

    private mutating func addTile(_ top: Int, level: Int, tree: Int, output: Int) {
        let slots = Int(plan.slotCount[top])
        let size = Int(plan.size[top])
        let bits = slots + size / 2
        // The rows' combinations: the masks, then a bit for each decision in preorder.
        index = frame.masks[level]
        var bit = slots
        for node in top..<top + size where !plan.ensemble.nodes.isLeaf(node) {
            frame.decide(level: level, node, by: rows)
            BlockLoops.mark(frame.decisions[level], bit: 1 << UInt16(bit), in: &index)
            bit += 1
        }
        makeTile(top, slots: slots, bits: bits, tree: tree, output: output)
        let stride = 1 << bits
        for (term, plane) in tileTerms.enumerated() {
            BlockLoops.accumulate(
                tile, part: term, of: stride, at: index, to: &planes, from: plane * capacity)
            termOfPlane[plane] = -1
        }
    }

    /// Runs the leaves below a node over all combinations of bits.
    private mutating func makeTile(_ top: Int, slots: Int, bits: Int, tree: Int, output: Int) {
        let stride = 1 << bits
        var combinations = tileFrames.removeValue(forKey: bits) ?? MaskFrame(count: stride)
        let above = (1 << slots) - 1
        combinations.start { UInt16($0 & above) }
        tileTerms.removeAll(keepingCapacity: true)
        tile.removeAll(keepingCapacity: true)
        var bit = slots
        for node in top..<top + Int(plan.size[top]) {
            let level = Int(plan.depth[node] - plan.depth[top])
            if level > 0 {
                path.enter(node, plan)
                combinations.descend(to: node, level: level, of: plan)
            }
            if plan.ensemble.nodes.isLeaf(node) {
                fill(node, tree: tree, output: output, masks: nil)
                addToTile(slots: Int(plan.slotCount[node]), at: combinations.masks[level], stride: stride)
            } else {
                let shift = bit
                combinations.decide(level: level) { $0 >> shift & 1 == 1 }
                bit += 1
            }
        }
        tileFrames[bits] = combinations
    }

    private mutating func addToTile(slots: Int, at index: [UInt16], stride: Int) {
        var term = 0
        for first in 0..<slots {
            addToTile(term, index, stride, plane: path.players[first])
            term += 1
        }
        guard hasPairs else { return }
        for first in 0..<slots {
            for second in first + 1..<slots {
                let plane = Self.plane(path.players[first], path.players[second], players: plan.players.count)
                addToTile(term, index, stride, plane: plane)
                term += 1
            }
        }
    }

    private mutating func addToTile(_ term: Int, _ index: [UInt16], _ stride: Int, plane: Int) {
        if termOfPlane[plane] < 0 {
            termOfPlane[plane] = Int32(tileTerms.count)
            tileTerms.append(plane)
            tile.append(contentsOf: repeatElement(0, count: stride))
        }
        let start = Int(termOfPlane[plane]) * stride
        BlockLoops.accumulate(
            tables.entries, part: term, of: tables.stride, at: index, to: &tile, from: start)
    }
}
