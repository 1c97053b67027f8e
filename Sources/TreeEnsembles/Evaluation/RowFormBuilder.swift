// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Lays trees out as blocks of a ``RowForm``.
///
/// Small trees share a block. A tree of more than 64 decisions is cut: the block at its root takes the decisions with
/// the most decisions below them, what hangs from it is packed into further blocks.
struct RowFormBuilder {
    /// A block's ways out and what else belongs to it.
    struct Draft {
        var decisionCount = 0
        var depth = 0
        /// A place in the plane form's `leafPlaces`, or the complement of 64 * block + decision.
        var exits: [Int32] = []
        var sets: [tree_set_node] = []
    }

    private let form: PlaneForm
    private(set) var blocks: [tree_row_block] = []
    private(set) var drafts: [Draft] = []
    private(set) var trees: [tree_row_tree] = []
    /// The block that takes the next small tree.
    private var shared = -1

    /// Of the tree at hand, for each decision how many there are from it down.
    private var sizes: [Int] = []
    /// Which decisions the block that is being filled takes.
    private var chosen: [Bool] = []
    private var firstNode = 0
    private var firstLeaf = 0
    private var tree = tree_plane_tree()

    private static let mostDecisions = 64
    private static let mostExits = 128

    init(_ form: PlaneForm) { self.form = form }

    /// Adds the next tree.
    mutating func add(_ index: Int) {
        tree = form.trees[index]
        firstNode = Int(tree.first_node)
        firstLeaf = form.firstLeaf[index]
        let count = Int(tree.node_count)
        measure(count)
        if count <= Self.mostDecisions {
            var open = shared
            let (block, decision) = packed(count == 0 ? 0 : 256 + count - 1, into: &open)
            shared = open
            trees.append(tree_row_tree(block: UInt32(block), decision: UInt16(decision), chain: 1))
        } else {
            let (block, chain) = cut(count - 1)
            trees.append(tree_row_tree(block: UInt32(block), decision: 0, chain: UInt16(chain)))
        }
    }

    private mutating func measure(_ count: Int) {
        sizes = [Int](repeating: 1, count: count)
        chosen = [Bool](repeating: true, count: count)
        // Children come before their parents.
        for n in 0..<count {
            let node = form.nodes[firstNode + n]
            if node.left >= 256 { sizes[n] += sizes[Int(node.left) - 256] }
            if node.right >= 256 { sizes[n] += sizes[Int(node.right) - 256] }
        }
    }

    /// Adds a whole subtree of at most 64 decisions to an open block, or to a new one.
    private mutating func packed(_ child: Int, into open: inout Int) -> (block: Int, decision: Int) {
        let size = child < 256 ? 1 : sizes[child - 256]
        if open < 0 || drafts[open].decisionCount + size > Self.mostDecisions
            || drafts[open].exits.count + size + 1 > Self.mostExits
        {
            open = appendBlock()
        }
        let first = drafts[open].decisionCount
        var noSubtrees: [(subtree: Int, exit: Int)] = []
        if child < 256 {
            // A tree of one leaf: a decision that always goes left.
            let exit = UInt8(drafts[open].exits.count)
            drafts[open].exits.append(Int32(firstLeaf + child))
            set(open, first, slot: 0, rank: 255, left: exit, right: exit)
            drafts[open].decisionCount += 1
            drafts[open].depth = max(drafts[open].depth, 1)
        } else {
            fill(open, root: child - 256, &noSubtrees)
        }
        return (open, first)
    }

    /// Cuts a subtree of more than 64 decisions and returns its first block and the blocks on its longest way.
    private mutating func cut(_ root: Int) -> (block: Int, chain: Int) {
        choose(root)
        let block = appendBlock()
        var subtrees: [(subtree: Int, exit: Int)] = []
        fill(block, root: root, &subtrees)
        for (subtree, _) in subtrees { mark(subtree, true) }
        var (rest, chain) = (-1, 1)
        for (subtree, exit) in subtrees {
            let target: Int
            if sizes[subtree] <= Self.mostDecisions {
                let (next, decision) = packed(256 + subtree, into: &rest)
                target = next * 64 + decision
                chain = max(chain, 2)
            } else {
                let (next, further) = cut(subtree)
                target = next * 64
                chain = max(chain, further + 1)
            }
            drafts[block].exits[exit] = ~Int32(target)
        }
        return (block, chain)
    }

    /// Chooses the 64 decisions from `root` down that have the most decisions below them: none without its parent.
    private mutating func choose(_ root: Int) {
        var counts = [Int](repeating: 0, count: sizes[root] + 1)
        mark(root, false) { counts[$0] += 1 }
        var room = Self.mostDecisions
        var least = sizes[root]
        while least > 1, counts[least] <= room {
            room -= counts[least]
            least -= 1
        }
        var taken: [Int] = []
        var open = [root]
        while let n = open.popLast() {
            if sizes[n] == least { room -= 1 }
            guard sizes[n] > least || sizes[n] == least && room >= 0 else { continue }
            taken.append(n)
            let node = form.nodes[firstNode + n]
            for child in [node.left, node.right] where child >= 256 { open.append(Int(child) - 256) }
        }
        for n in taken { chosen[n] = true }
    }

    /// Says of every decision from `root` down whether it is chosen.
    private mutating func mark(_ root: Int, _ isChosen: Bool, _ use: (Int) -> Void = { _ in }) {
        var open = [root]
        while let n = open.popLast() {
            chosen[n] = isChosen
            use(sizes[n])
            let node = form.nodes[firstNode + n]
            if node.left >= 256 { open.append(Int(node.left) - 256) }
            if node.right >= 256 { open.append(Int(node.right) - 256) }
        }
    }

    /// Writes the chosen decisions from `root` down in preorder; what is not chosen becomes a way out.
    private mutating func fill(
        _ block: Int, root: Int, _ subtrees: inout [(subtree: Int, exit: Int)]
    ) {
        // Decisions to write, with the number of the decision above, the side they hang from and their level.
        var waiting: [(n: Int, parent: Int, isRight: Bool, level: Int)] = [(root, -1, false, 1)]
        while let (n, parent, isRight, level) = waiting.popLast() {
            let number = drafts[block].decisionCount
            drafts[block].decisionCount += 1
            drafts[block].depth = max(drafts[block].depth, level)
            if parent >= 0 { setChild(block, parent, isRight, UInt8(128 + number)) }
            let node = form.nodes[firstNode + n]
            if tree.set_count > 0, let set = set(of: node) {
                drafts[block].sets.append(
                    tree_set_node(
                        column: set.column, first_word: set.first_word, bit_count: set.bit_count,
                        plane: UInt32(number)))
                self.set(block, number, slot: 0, rank: 255, left: 0, right: 0)
            } else {
                self.set(block, number, slot: UInt8(node.plane), rank: node.rank, left: 0, right: 0)
            }
            for (child, side) in [(node.right, true), (node.left, false)] {
                if child >= 256, chosen[Int(child) - 256] {
                    waiting.append((Int(child) - 256, number, side, level + 1))
                    continue
                }
                let exit = drafts[block].exits.count
                setChild(block, number, side, UInt8(exit))
                if child >= 256 { subtrees.append((Int(child) - 256, exit)) }
                drafts[block].exits.append(child < 256 ? Int32(firstLeaf + Int(child)) : 0)
            }
        }
    }

    /// The set that a decision of the tree asks about.
    private func set(of node: tree_plane_node) -> tree_set_node? {
        let first = Int(tree.first_set)
        let index = Int(node.plane) - Int(form.setNodes[first].plane)
        return index >= 0 ? form.setNodes[first + index] : nil
    }

    private mutating func appendBlock() -> Int {
        var block = tree_row_block()
        unsafe withUnsafeMutableBytes(of: &block.ranks) { ranks in
            for decision in 0..<Self.mostDecisions { unsafe ranks[decision] = 255 }
        }
        blocks.append(block)
        drafts.append(Draft())
        return blocks.count - 1
    }

    private mutating func set(
        _ block: Int, _ decision: Int, slot: UInt8, rank: UInt8, left: UInt8, right: UInt8
    ) {
        unsafe withUnsafeMutableBytes(of: &blocks[block]) { bytes in
            unsafe bytes[decision] = slot
            unsafe bytes[64 + decision] = rank
            unsafe bytes[128 + decision] = left
            unsafe bytes[192 + decision] = right
        }
    }

    private mutating func setChild(_ block: Int, _ decision: Int, _ isRight: Bool, _ child: UInt8) {
        unsafe withUnsafeMutableBytes(of: &blocks[block]) { bytes in
            unsafe bytes[(isRight ? 192 : 128) + decision] = child
        }
    }
}
