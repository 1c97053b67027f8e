// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What every computation of contributions needs to know about the nodes, worked out once for a model.
///
/// All arrays go by node, as NodeTable does; a node stands for the edge that leads into it.
struct ContributionPlan: Sendable {
    let ensemble: Ensemble
    let players: Players
    /// The parent; -1 for a root.
    private(set) var parent: [Int32]
    /// The nearest edge above on the path that asks about the same player; -1 where there is none.
    private(set) var previous: [Int32]
    /// The place of the edge's player among the distinct players of its path, in order of appearance; -1 for
    /// a root.
    private(set) var slot: [Int32]
    /// How many distinct players the path has down to here.
    private(set) var slotCount: [Int32]
    /// How many decisions lead here.
    private(set) var depth: [Int32]
    /// The number of nodes of the subtree.
    private(set) var size: [Int32]
    /// The share of the training rows at the edge's start that took it.
    private(set) var ratio: [Double]
    /// The product of the shares of all edges of the path so far that ask about the edge's player.
    private(set) var fraction: [Double]
    /// All decisions, tree after tree in preorder, in the form in which ``EdgeSums`` walks them.
    private(set) var splits: [Split] = []
    /// The decisions of each tree.
    private(set) var splitPlaces: [Range<Int>] = []
    /// The leaves of each tree, counted from its root.
    private(set) var leafPlaces: [[Int32]] = []
    /// What the trees add up to when nothing is known, by output.
    private var expected: [Double] = []
    /// The largest number of distinct players on a path, by tree.
    private(set) var mostSlots: [Int]
    /// The quadrature that is exact for a tree, by its largest number of distinct players on a path.
    private(set) var rules: [Int: GaussLegendre] = [:]
    /// Why contributions by the training rows are not possible, where they are not.
    private(set) var coverProblem: TreeEnsembleError?

    /// A decision, with places counted from its tree's root; the left child comes right after the node.
    struct Split: Sendable {
        var leftFraction: Double
        var rightFraction: Double
        var leftRatio: Double
        var rightRatio: Double
        var node: Int32
        var right: Int32
        /// The nearest edge above that asks about the same player; -1 where there is none.
        var previous: Int32
        var player: Int32
    }

    /// Paths with more players than this are refused: their quadrature would take too long to prepare.
    private static let slotLimit = 1024

    /// Works out the plan.
    ///
    /// - Throws: TreeEnsembleError if the model is none whose score is a sum of constants at leaves.
    init(_ ensemble: Ensemble) throws(TreeEnsembleError) {
        if ensemble.linearLeaves != nil {
            throw .unsupported(
                "contributions: the leaves of this \(ensemble.source.library) model hold linear functions "
                    + "(linear_tree); only trees with constant leaves have exact contributions")
        }
        guard ensemble.aggregation == .sum else {
            throw .unsupported(
                "contributions: the model takes the \(ensemble.aggregation) of its trees, not their sum")
        }
        self.ensemble = ensemble
        players = try Players(ensemble)
        let count = ensemble.nodes.count
        parent = [Int32](repeating: -1, count: count)
        previous = parent
        slot = parent
        slotCount = [Int32](repeating: 0, count: count)
        depth = slotCount
        size = [Int32](repeating: 1, count: count)
        ratio = [Double](repeating: 1, count: count)
        fraction = ratio
        mostSlots = []
        // The deepest edge of the current path for each player.
        var deepest = [Int32](repeating: -1, count: players.count)
        for tree in ensemble.trees { lay(out: tree, &deepest) }
        guard mostSlots.allSatisfy({ $0 <= Self.slotLimit }) else {
            throw TreeEnsembleError(
                .limitExceeded,
                "contributions: a path asks about more than \(Self.slotLimit) distinct features")
        }
        for slots in Set(mostSlots) { rules[slots] = GaussLegendre(players: slots) }
        for (number, tree) in ensemble.trees.enumerated() where coverProblem == nil {
            checkCover(of: tree, number: number)
        }
        expected = sums(trees: 0..<ensemble.trees.count)
    }

    private mutating func lay(out tree: Tree, _ deepest: inout [Int32]) {
        let nodes = ensemble.nodes
        var path: [Int32] = []
        var most = 0
        for node in tree.root..<tree.root + tree.nodeCount {
            if node > tree.root {
                let above = Int(parent[node])
                depth[node] = depth[above] + 1
                while path.count >= Int(depth[node]) {
                    let left = Int(path.removeLast())
                    deepest[player(of: left)] = previous[left]
                }
                path.append(Int32(node))
                let player = player(of: node)
                previous[node] = deepest[player]
                deepest[player] = Int32(node)
                let total = nodes.cover[above]
                ratio[node] = total == 0 ? 0.5 : nodes.cover[node] / total
                if previous[node] >= 0 {
                    slot[node] = slot[Int(previous[node])]
                    slotCount[node] = slotCount[above]
                    fraction[node] = fraction[Int(previous[node])] * ratio[node]
                } else {
                    slot[node] = slotCount[above]
                    slotCount[node] = slotCount[above] + 1
                    fraction[node] = ratio[node]
                }
                most = max(most, Int(slotCount[node]))
            }
            if !nodes.isLeaf(node) {
                parent[Int(nodes.left[node])] = Int32(node)
                parent[Int(nodes.right[node])] = Int32(node)
            }
        }
        while let node = path.popLast() { deepest[player(of: Int(node))] = -1 }
        for node in (tree.root..<tree.root + tree.nodeCount).reversed() where parent[node] >= 0 {
            size[Int(parent[node])] += size[node]
        }
        mostSlots.append(most)
        let start = splits.count
        var leaves: [Int32] = []
        for node in tree.root..<tree.root + tree.nodeCount {
            guard !nodes.isLeaf(node) else {
                leaves.append(Int32(node - tree.root))
                continue
            }
            let right = Int(nodes.right[node])
            splits.append(
                Split(
                    leftFraction: fraction[node + 1], rightFraction: fraction[right],
                    leftRatio: ratio[node + 1], rightRatio: ratio[right], node: Int32(node - tree.root),
                    right: Int32(right - tree.root), previous: max(previous[right] - Int32(tree.root), -1),
                    player: Int32(player(of: right))))
        }
        splitPlaces.append(start..<splits.count)
        leafPlaces.append(leaves)
    }

    private mutating func checkCover(of tree: Tree, number: Int) {
        guard tree.nodeCount > 1 else { return }
        let covers = ensemble.nodes.cover[tree.root..<tree.root + tree.nodeCount]
        if !covers.allSatisfy(\.isFinite) {
            coverProblem = .unsupported(
                "contributions: tree \(number) of this \(ensemble.source.library) model (\(ensemble.source.format)) "
                    + "does not record how many training rows reached its nodes; give background rows instead"
            )
        }
    }

    /// The player that the edge into a node asks about.
    func player(of node: Int) -> Int {
        Int(players.ofColumn[Int(ensemble.nodes.feature[Int(parent[node])])])
    }

    /// Whether the edge into a node is its parent's left one.
    func isLeft(_ node: Int) -> Bool { Int(parent[node]) + 1 == node }

    /// What trees add up to for each output when nothing is known: each leaf's value times the shares of its
    /// path.
    func expectedSums(trees: Range<Int>) -> [Double] {
        trees == 0..<ensemble.trees.count ? expected : sums(trees: trees)
    }

    private func sums(trees: Range<Int>) -> [Double] {
        var sums = [Double](repeating: 0, count: ensemble.outputCount)
        var reach = [Double](repeating: 1, count: ensemble.nodes.count)
        for tree in ensemble.trees[trees] {
            for node in tree.root..<tree.root + tree.nodeCount {
                if node > tree.root { reach[node] = reach[Int(parent[node])] * ratio[node] }
                guard ensemble.nodes.isLeaf(node) else { continue }
                for output in tree.output.map({ $0..<$0 + 1 }) ?? 0..<ensemble.outputCount {
                    sums[output] += reach[node] * leafValue(node, tree: tree, output: output)
                }
            }
        }
        return sums
    }

    /// What a leaf adds to an output.
    func leafValue(_ node: Int, tree: Tree, output: Int) -> Double {
        ensemble.leafValues[Int(ensemble.nodes.payload[node]) + (tree.output == nil ? output : 0)]
    }
}
