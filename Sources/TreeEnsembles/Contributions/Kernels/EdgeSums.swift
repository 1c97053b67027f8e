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
    private var isHot: [Bool] = []
    /// On the way down the product along the path, on the way up the sum of the leaves below.
    private var product: [SIMD4<Double>] = []
    /// One by the edge's factor, for edges whose conditions the row meets.
    private var inverse: [SIMD4<Double>] = []

    init(_ plan: ContributionPlan) {
        self.plan = plan
        reference = ReferenceEvaluator(plan.ensemble)
        let most = plan.ensemble.trees.reduce(0) { max($0, $1.nodeCount) }
        goesLeft = [Bool](repeating: false, count: most)
        isHot = goesLeft
        product = [SIMD4<Double>](repeating: .zero, count: most)
        inverse = product
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
            Self.goDown(plan, tree, points, goesLeft, &isHot, &product, &inverse)
            Self.goUp(plan, tree, output, points, weights, isHot, inverse, &product, &amounts)
        }
    }

    private mutating func decide(_ tree: Tree, _ row: Span<Double>) {
        let nodes = plan.ensemble.nodes
        for local in 0..<tree.nodeCount {
            let node = tree.root + local
            let feature = Int(nodes.feature[node])
            if feature < 0 { continue }
            let flags = nodes.flags[node]
            if flags.isSubset(of: .missingLeft) {
                let x = row[feature]
                goesLeft[local] = x.isNaN ? flags == .missingLeft : !(x >= nodes.threshold[node])
            } else {
                goesLeft[local] = reference.goesLeft(node, row)
            }
        }
    }

    private static func goDown(
        _ plan: ContributionPlan, _ tree: Tree, _ points: SIMD4<Double>, _ goesLeft: [Bool],
        _ isHot: inout [Bool], _ product: inout [SIMD4<Double>], _ inverse: inout [SIMD4<Double>]
    ) {
        let parent = plan.parent.span
        let previous = plan.previous.span
        let ratio = plan.ratio.span
        let fraction = plan.fraction.span
        let goesLeft = goesLeft.span
        var product = product.mutableSpan
        var inverse = inverse.mutableSpan
        var isHot = isHot.mutableSpan
        let rest = 1 - points
        let root = tree.root
        product[0] = SIMD4(repeating: 1)
        for local in 1..<tree.nodeCount {
            let node = root + local
            let above = Int(parent[node]) - root
            let earlier = Int(previous[node]) - root
            if earlier >= 0, !isHot[earlier] {
                isHot[local] = false
                product[local] = product[above] * ratio[node]
                continue
            }
            let hot = goesLeft[above] == (above + 1 == local)
            isHot[local] = hot
            var factor = rest * fraction[node]
            if hot {
                factor += points
                inverse[local] = 1 / factor
            }
            if earlier >= 0 { factor *= inverse[earlier] }
            product[local] = product[above] * factor
        }
    }

    private static func goUp(
        _ plan: ContributionPlan, _ tree: Tree, _ output: Int, _ points: SIMD4<Double>,
        _ weights: SIMD4<Double>, _ isHot: [Bool], _ inverse: [SIMD4<Double>],
        _ product: inout [SIMD4<Double>], _ amounts: inout MutableSpan<Double>
    ) {
        let root = tree.root
        let feature = plan.ensemble.nodes.feature.span
        let payload = plan.ensemble.nodes.payload.span
        let values = plan.ensemble.leafValues.span
        let offset = tree.output == nil ? output : 0
        let fraction = plan.fraction.span
        let parent = plan.parent.span
        let previous = plan.previous.span
        let players = plan.players.ofColumn.span
        let inverse = inverse.span
        let isHot = isHot.span
        var product = product.mutableSpan
        let coldWeights = -weights / (1 - points)
        for local in (1..<tree.nodeCount).reversed() {
            let node = root + local
            let above = Int(parent[node]) - root
            var sum = product[local]
            if feature[node] < 0 { sum *= values[Int(payload[node]) + offset] }
            // The right child comes first on this way.
            if above + 1 == local { product[above] += sum } else { product[above] = sum }
            let earlier = Int(previous[node]) - root
            if earlier >= 0, !isHot[earlier] { continue }
            var change = isHot[local] ? weights * inverse[local] * (1 - fraction[node]) : coldWeights
            if earlier >= 0 { change -= weights * inverse[earlier] * (1 - fraction[root + earlier]) }
            let terms = sum * change
            amounts[Int(players[Int(feature[root + above])])] += (terms.x + terms.y) + (terms.z + terms.w)
        }
    }
}
