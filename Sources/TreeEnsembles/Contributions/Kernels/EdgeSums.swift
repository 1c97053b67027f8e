// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Contributions of one row by the training rows' shares, edge by edge: linear in the number of nodes.
///
/// A leaf with value v whose path asks about the players j with shares z and answers o (1 where the row meets
/// every condition of j, else 0) gives player i the amount
///
///     v (o_i - z_i) ∫ Π_{j ≠ i} (z_j (1 - t) + o_j t) dt,  t from 0 to 1,
///
/// because the integral of t^s (1-t)^(n-1-s) is Shapley's weight. The integrand is a polynomial, so
/// Gauss–Legendre quadrature with half as many points as players is exact. At each point the products of all
/// leaves below an edge are added up on the way back to the root, and an edge takes from that sum what its
/// own condition changes.
struct EdgeSums {
    private let plan: ContributionPlan
    private let reference: ReferenceEvaluator
    private var goesLeft: [Bool] = []
    private var states: [EdgeState] = []

    /// What is known of the edge into a node at four points of the quadrature.
    private struct EdgeState {
        /// On the way down the product along the path, on the way up the sum of the leaves below.
        var product = SIMD4<Double>.zero
        /// What the edge's player, as the path knows it here, changes in a sum.
        var change = SIMD4<Double>.zero
        /// One by the player's factor; unused where `isCold`.
        var inverse = SIMD4<Double>.zero
        /// Whether the row misses a condition of the edge's player on the path so far.
        var isCold = false
    }

    init(_ plan: ContributionPlan) {
        self.plan = plan
        reference = ReferenceEvaluator(plan.ensemble)
        let most = plan.ensemble.trees.reduce(0) { max($0, $1.nodeCount) }
        goesLeft = [Bool](repeating: false, count: most)
        states = [EdgeState](repeating: EdgeState(), count: most)
    }

    /// Adds the contributions of one tree to one output.
    ///
    /// - Parameter amounts: By player.
    mutating func add(tree number: Int, output: Int, row: Span<Double>, to amounts: inout MutableSpan<Double>)
    {
        let tree = plan.ensemble.trees[number]
        guard tree.nodeCount > 1, let rule = plan.rules[plan.mostSlots[number]] else { return }
        let splits = plan.splitPlaces[number]
        Self.decide(plan, reference, tree, splits, row, &goesLeft)
        for start in stride(from: 0, to: rule.points.count, by: 4) {
            // Lanes without a point have no weight; any point but 0 keeps their numbers finite.
            var points = SIMD4<Double>(repeating: 0.5)
            var weights = SIMD4<Double>.zero
            for lane in 0..<min(4, rule.points.count - start) {
                points[lane] = rule.points[start + lane]
                weights[lane] = rule.weights[start + lane]
            }
            Self.goDown(plan.splits, splits, points, weights, goesLeft, &states)
            for node in plan.leafPlaces[number] {
                states[Int(node)].product *= plan.leafValue(tree.root + Int(node), tree: tree, output: output)
            }
            Self.goUp(plan.splits, splits, &states, &amounts)
        }
    }

    private static func decide(
        _ plan: ContributionPlan, _ reference: ReferenceEvaluator, _ tree: Tree, _ places: Range<Int>,
        _ row: Span<Double>, _ goesLeft: inout [Bool]
    ) {
        let nodes = plan.ensemble.nodes
        let (features, flags, thresholds) = (nodes.feature, nodes.flags, nodes.threshold)
        let splits = plan.splits.span
        var goesLeft = goesLeft.mutableSpan
        for place in places {
            let local = Int(splits[place].node)
            let node = tree.root + local
            if flags[node].isSubset(of: .missingLeft) {
                let x = row[Int(features[node])]
                // NaN compares false, which is left; only where missing goes right it must be told apart.
                let isLost = x.isNaN && flags[node] != .missingLeft
                goesLeft[local] = !(x >= thresholds[node]) && !isLost
            } else {
                goesLeft[local] = reference.goesLeft(node, row)
            }
        }
    }

    /// Multiplies the players' factors along every path.
    private static func goDown(
        _ allSplits: [ContributionPlan.Split], _ places: Range<Int>, _ points: SIMD4<Double>,
        _ weights: SIMD4<Double>, _ goesLeft: [Bool], _ allStates: inout [EdgeState]
    ) {
        // Unchecked: the plan counts the places of a split's nodes from the root of its own tree.
        let splits = allSplits.span.extracting(places)
        let goesLeft = goesLeft.span
        var states = allStates.mutableSpan
        let rest = 1 - points
        let coldWeights = -weights / rest
        states[0].product = SIMD4(repeating: 1)
        for place in splits.indices {
            let split = unsafe splits[unchecked: place]
            let node = Int(split.node)
            let (left, right) = (node + 1, Int(split.right))
            var product = unsafe states[unchecked: node].product
            let earlier = Int(split.previous)
            if earlier >= 0 {
                if unsafe states[unchecked: earlier].isCold {
                    // The player is lost already: its factor only shrinks with the share.
                    unsafe states[unchecked: left].product = product * split.leftRatio
                    unsafe states[unchecked: left].isCold = true
                    unsafe states[unchecked: right].product = product * split.rightRatio
                    unsafe states[unchecked: right].isCold = true
                    continue
                }
                product *= unsafe states[unchecked: earlier].inverse
            }
            let takesLeft = unsafe goesLeft[unchecked: node]
            let hot = takesLeft ? left : right
            let cold = takesLeft ? right : left
            let hotShare = takesLeft ? split.leftFraction : split.rightFraction
            let coldShare = takesLeft ? split.rightFraction : split.leftFraction
            unsafe states[unchecked: cold].product = product * (rest * coldShare)
            unsafe states[unchecked: cold].change = coldWeights
            unsafe states[unchecked: cold].isCold = true
            let factor = rest * hotShare + points
            let inverse = 1 / factor
            unsafe states[unchecked: hot].product = product * factor
            unsafe states[unchecked: hot].change = weights * inverse * (1 - hotShare)
            unsafe states[unchecked: hot].inverse = inverse
            unsafe states[unchecked: hot].isCold = false
        }
    }

    /// Adds up the leaves below every node and takes from the sums what the edges change.
    private static func goUp(
        _ allSplits: [ContributionPlan.Split], _ places: Range<Int>, _ allStates: inout [EdgeState],
        _ amounts: inout MutableSpan<Double>
    ) {
        let splits = allSplits.span.extracting(places)
        var states = allStates.mutableSpan
        for place in splits.indices.reversed() {
            let split = unsafe splits[unchecked: place]
            let node = Int(split.node)
            let (left, right) = (node + 1, Int(split.right))
            let leftSum = unsafe states[unchecked: left].product
            let rightSum = unsafe states[unchecked: right].product
            let sum = leftSum + rightSum
            unsafe states[unchecked: node].product = sum
            let earlier = Int(split.previous)
            var terms = unsafe leftSum * states[unchecked: left].change
            unsafe terms += rightSum * states[unchecked: right].change
            if earlier >= 0 {
                if unsafe states[unchecked: earlier].isCold { continue }
                unsafe terms -= sum * states[unchecked: earlier].change
            }
            amounts[Int(split.player)] += (terms.x + terms.y) + (terms.z + terms.w)
        }
    }
}
