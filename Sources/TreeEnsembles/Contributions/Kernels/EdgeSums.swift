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

    /// What is known of an edge at four points of the quadrature.
    private struct EdgeState {
        /// On the way down the product along the path, on the way up the sum of the leaves below.
        var product = SIMD4<Double>.zero
        /// What the edge's player, as the path knows it here, changes in a sum; unused where `isCold`.
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
        decide(tree, row)
        for start in stride(from: 0, to: rule.points.count, by: 4) {
            // Lanes without a point have no weight; any point but 0 keeps their numbers finite.
            var points = SIMD4<Double>(repeating: 0.5)
            var weights = SIMD4<Double>.zero
            for lane in 0..<min(4, rule.points.count - start) {
                points[lane] = rule.points[start + lane]
                weights[lane] = rule.weights[start + lane]
            }
            Self.goDown(plan.edges, tree, points, weights, goesLeft, &states)
            Self.goUp(plan.edges, plan.ensemble, tree, output, points, weights, &states, &amounts)
        }
    }

    private mutating func decide(_ tree: Tree, _ row: Span<Double>) {
        let nodes = plan.ensemble.nodes
        let features = nodes.feature.span
        let flags = nodes.flags.span
        let thresholds = nodes.threshold.span
        for local in 0..<tree.nodeCount {
            let node = tree.root + local
            let feature = Int(features[node])
            if feature < 0 { continue }
            if flags[node].isSubset(of: .missingLeft) {
                let x = row[feature]
                goesLeft[local] = x.isNaN ? flags[node] == .missingLeft : !(x >= thresholds[node])
            } else {
                goesLeft[local] = reference.goesLeft(node, row)
            }
        }
    }

    /// Multiplies the players' factors along every path.
    private static func goDown(
        _ edges: [ContributionPlan.Edge], _ tree: Tree, _ points: SIMD4<Double>, _ weights: SIMD4<Double>,
        _ goesLeft: [Bool], _ states: inout [EdgeState]
    ) {
        // Unchecked: the plan's places of parents and earlier edges lie before the edge in its own tree.
        let edges = edges.span.extracting(tree.root..<tree.root + tree.nodeCount)
        let goesLeft = goesLeft.span.extracting(0..<tree.nodeCount)
        var allStates = states.mutableSpan
        var states = allStates._mutatingExtracting(0..<tree.nodeCount)
        let rest = 1 - points
        let coldWeights = -weights / rest
        states[0].product = SIMD4(repeating: 1)
        for local in 1..<tree.nodeCount {
            let edge = unsafe edges[unchecked: local]
            let above = Int(edge.parent)
            let earlier = Int(edge.previous)
            var product = unsafe states[unchecked: above].product
            if earlier >= 0, unsafe states[unchecked: earlier].isCold {
                unsafe states[unchecked: local].product = product * edge.ratio
                unsafe states[unchecked: local].isCold = true
                continue
            }
            var factor = rest * edge.fraction
            if unsafe goesLeft[unchecked: above] == (above + 1 == local) {
                factor += points
                let inverse = 1 / factor
                unsafe states[unchecked: local].inverse = inverse
                unsafe states[unchecked: local].change = weights * inverse * (1 - edge.fraction)
                unsafe states[unchecked: local].isCold = false
            } else {
                unsafe states[unchecked: local].change = coldWeights
                unsafe states[unchecked: local].isCold = true
            }
            if earlier >= 0 { product *= unsafe states[unchecked: earlier].inverse }
            unsafe states[unchecked: local].product = product * factor
        }
    }

    /// Adds up the leaves below every edge and takes from the sum what the edge changes.
    private static func goUp(
        _ edges: [ContributionPlan.Edge], _ ensemble: Ensemble, _ tree: Tree, _ output: Int,
        _ points: SIMD4<Double>, _ weights: SIMD4<Double>, _ states: inout [EdgeState],
        _ amounts: inout MutableSpan<Double>
    ) {
        let offset = tree.output == nil ? output : 0
        let edges = edges.span.extracting(tree.root..<tree.root + tree.nodeCount)
        let payload = ensemble.nodes.payload.span.extracting(tree.root..<tree.root + tree.nodeCount)
        let values = ensemble.leafValues.span
        var allStates = states.mutableSpan
        var states = allStates._mutatingExtracting(0..<tree.nodeCount)
        for local in (1..<tree.nodeCount).reversed() {
            let edge = unsafe edges[unchecked: local]
            let above = Int(edge.parent)
            var sum = unsafe states[unchecked: local].product
            if edge.isLeaf { sum *= values[Int(payload[local]) + offset] }
            // The right child comes first on this way.
            if above + 1 == local {
                unsafe states[unchecked: above].product += sum
            } else {
                unsafe states[unchecked: above].product = sum
            }
            let earlier = Int(edge.previous)
            var change = unsafe states[unchecked: local].change
            if earlier >= 0 {
                if unsafe states[unchecked: earlier].isCold { continue }
                change -= unsafe states[unchecked: earlier].change
            }
            let terms = sum * change
            amounts[Int(edge.player)] += (terms.x + terms.y) + (terms.z + terms.w)
        }
    }
}
