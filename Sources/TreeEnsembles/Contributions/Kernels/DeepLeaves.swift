// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The games of single leaves for one row at a time: for trees whose paths have too many players for masks,
/// where pairs or background rows are asked for.
struct DeepLeaves {
    private let plan: ContributionPlan
    private let hasPairs: Bool
    private let reference: ReferenceEvaluator
    private let weights: CoalitionWeights
    private var path = PathState()
    private var goesLeft: [Bool] = []
    private var otherGoesLeft: [Bool] = []

    /// Whether a tree needs this.
    static func isDeep(_ tree: Int, _ plan: ContributionPlan) -> Bool {
        plan.mostSlots[tree] > MaskFrame.mostSlots || plan.ensemble.trees[tree].depth > MaskFrame.mostDepth
    }

    init(_ plan: ContributionPlan, hasPairs: Bool) {
        self.plan = plan
        self.hasPairs = hasPairs
        reference = ReferenceEvaluator(plan.ensemble)
        weights = CoalitionWeights(players: plan.mostSlots.max() ?? 0)
    }

    /// Adds a tree's contributions by the shares of the training rows.
    ///
    /// - Parameter amounts: By plane, as ``BlockWorker`` numbers them.
    mutating func add(tree number: Int, output: Int, row: Span<Double>, to amounts: inout MutableSpan<Double>)
    {
        let tree = plan.ensemble.trees[number]
        guard let rule = plan.rules[plan.mostSlots[number]] else { return }
        decide(tree, row, &goesLeft)
        var slotMeets = [Bool](repeating: false, count: plan.mostSlots[number])
        walk(tree) { worker, leaf in
            worker.gather(tree, worker.goesLeft, &slotMeets)
            let value = worker.plan.leafValue(leaf, tree: tree, output: output)
            worker.addShares(leaf, value, rule, slotMeets, &amounts)
        }
    }

    /// Adds a tree's contributions against one background row.
    ///
    /// - Parameters:
    ///   - share: The weight of the background row.
    ///   - amounts: By plane, as ``BlockWorker`` numbers them.
    mutating func add(
        tree number: Int, output: Int, row: Span<Double>, against other: Span<Double>, share: Double,
        to amounts: inout MutableSpan<Double>
    ) {
        let tree = plan.ensemble.trees[number]
        decide(tree, row, &goesLeft)
        decide(tree, other, &otherGoesLeft)
        var ours = [Bool](repeating: false, count: plan.mostSlots[number])
        var theirs = ours
        walk(tree) { worker, leaf in
            worker.gather(tree, worker.goesLeft, &ours)
            worker.gather(tree, worker.otherGoesLeft, &theirs)
            let value = worker.plan.leafValue(leaf, tree: tree, output: output) * share
            worker.addGame(leaf, value, ours, theirs, &amounts)
        }
    }

    private mutating func walk(_ tree: Tree, _ body: (inout Self, Int) -> Void) {
        guard tree.nodeCount > 1 else { return }
        path.reset()
        for node in tree.root + 1..<tree.root + tree.nodeCount {
            path.enter(node, plan)
            if plan.ensemble.nodes.isLeaf(node) { body(&self, node) }
        }
    }

    private func decide(_ tree: Tree, _ row: Span<Double>, _ goesLeft: inout [Bool]) {
        goesLeft.removeAll(keepingCapacity: true)
        for node in tree.root..<tree.root + tree.nodeCount {
            goesLeft.append(!plan.ensemble.nodes.isLeaf(node) && reference.goesLeft(node, row))
        }
    }

    /// Which slots of the current path a row meets, by its decisions.
    private func gather(
        _ tree: Tree, _ goesLeft: [Bool], _ slots: inout [Bool]
    ) {
        for edge in path.edges {
            let isTaken = goesLeft[Int(plan.parent[edge]) - tree.root] == plan.isLeft(edge)
            let slot = Int(plan.slot[edge])
            slots[slot] = (plan.previous[edge] < 0 || slots[slot]) && isTaken
        }
    }

    private func addShares(
        _ leaf: Int, _ value: Double, _ rule: GaussLegendre, _ meets: [Bool],
        _ amounts: inout MutableSpan<Double>
    ) {
        let slots = Int(plan.slotCount[leaf])
        for (t, weight) in zip(rule.points, rule.weights) {
            var product = value * weight
            for slot in 0..<slots { product *= path.fractions[slot] * (1 - t) + (meets[slot] ? t : 0) }
            if product == 0 { continue }
            for first in 0..<slots {
                let part = product * change(first, t, meets)
                amounts[path.players[first]] += part
                guard hasPairs else { continue }
                for second in first + 1..<slots {
                    amounts[plane(first, second)] += part * change(second, t, meets) / 2
                }
            }
        }
    }

    private func change(_ slot: Int, _ t: Double, _ meets: [Bool]) -> Double {
        let z = path.fractions[slot]
        return meets[slot] ? (1 - z) / (z * (1 - t) + t) : -1 / (1 - t)
    }

    private func addGame(
        _ leaf: Int, _ value: Double, _ ours: [Bool], _ theirs: [Bool], _ amounts: inout MutableSpan<Double>
    ) {
        let slots = Int(plan.slotCount[leaf])
        var (ourCount, theirCount) = (0, 0)
        for slot in 0..<slots {
            if !ours[slot], !theirs[slot] { return }
            if !theirs[slot] { ourCount += 1 }
            if !ours[slot] { theirCount += 1 }
        }
        let game = TwoRowGame(ours: ourCount, theirs: theirCount, value: value, weights: weights)
        let (gain, loss) = game.alone
        for first in 0..<slots where ours[first] != theirs[first] {
            amounts[path.players[first]] += ours[first] ? gain : loss
            guard hasPairs else { continue }
            for second in first + 1..<slots where ours[second] != theirs[second] {
                amounts[plane(first, second)] += game.pair(
                    ours[first], theirs[first], ours[second], theirs[second])
            }
        }
    }

    private func plane(_ first: Int, _ second: Int) -> Int {
        BlockWorker.plane(path.players[first], path.players[second], players: plan.players.count)
    }
}
