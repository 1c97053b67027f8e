// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
@testable import TreeEnsembles

/// Random trees with shares, numeric and categorical, for comparison with definitions.
struct RandomEnsemble {
    var featureCount = 5
    var treeCount = 3
    var outputs = 1
    var hasVectorLeaves = false
    var mostDepth = 4
    /// Every node asks about another feature than all nodes above it, while there are any left.
    var avoidsRepeats = false

    func make(seed: UInt64) throws -> TreeEnsemble {
        var random = SeededGenerator(seed: seed)
        var ensemble = Ensemble(
            source: ModelSource(library: "Test", format: "test", version: "1"), objective: "none",
            features: (0..<featureCount).map { Feature(name: "f\($0)") }, precision: .double,
            sumPrecision: .double, outputCount: outputs,
            baseScores: (0..<outputs).map { Double($0) + 0.25 })
        ensemble.unknownCategoryIsError = false
        var builder = EnsembleBuilder(ensemble)
        for tree in 0..<treeCount {
            _ = grow(
                &builder, &random, depth: 0, cover: Double.random(in: 50...200, using: &random).rounded(), [])
            try builder.addTree(output: hasVectorLeaves ? nil : tree % outputs)
            if (tree + 1) % outputs == 0 { builder.endIteration() }
        }
        return TreeEnsemble(try builder.finish())
    }

    private func grow(
        _ builder: inout EnsembleBuilder, _ random: inout SeededGenerator, depth: Int, cover: Double,
        _ used: [Int]
    ) -> Int32 {
        let place = builder.drafts.count
        builder.drafts.append(NodeDraft())
        let stops = depth > 1 && Double.random(in: 0..<1, using: &random) < (avoidsRepeats ? 0.02 : 0.2)
        guard depth < mostDepth, !stops else {
            let start = builder.draftValues.count
            for _ in 0..<(hasVectorLeaves ? outputs : 1) {
                builder.draftValues.append(Double.random(in: -1...1, using: &random))
            }
            builder.drafts[place] = .leaf(values: start, label: place, cover: cover)
            return Int32(place)
        }
        var draft = NodeDraft()
        let fresh = (0..<featureCount).filter { !used.contains($0) }
        let choices = avoidsRepeats && !fresh.isEmpty ? fresh : Array(0..<featureCount)
        let feature = choices[Int.random(in: 0..<choices.count, using: &random)]
        draft.feature = Int32(feature)
        draft.cover = cover
        if Bool.random(using: &random) { draft.flags.insert(.missingLeft) }
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            draft.flags.formUnion([.categorical, .membersLeft])
            draft.payload = Int32(
                builder.ensemble.sets.append(members: [0, 1] as [Int32], rule: .truncatingTowardZero))
        case 1:
            draft.flags.insert(.zeroIsMissing)
            draft.threshold = Double.random(in: -1...1, using: &random)
        case 2:
            draft.threshold =
                [-1, 0, 0.5, 1, .nan, -.infinity, .infinity][
                    Int.random(in: 0..<7, using: &random)]
        default: draft.threshold = Double.random(in: -1...1, using: &random)
        }
        // Now and then nothing goes to one side.
        let part = Double([0, 0.1, 0.3, 0.5, 0.7, 0.9].randomElement(using: &random) ?? 0.5)
        // A chain keeps the tree small where paths must be long.
        let isChain = avoidsRepeats && depth > 3
        draft.left = grow(
            &builder, &random, depth: isChain ? mostDepth : depth + 1, cover: cover * part, used + [feature])
        draft.right = grow(&builder, &random, depth: depth + 1, cover: cover * (1 - part), used + [feature])
        builder.drafts[place] = draft
        return Int32(place)
    }

    /// Rows with missing values, zeros and whole numbers among others.
    func rows(_ count: Int, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count * featureCount).map { _ in
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .nan
            case 1: 0
            case 2: Double(Int.random(in: -1...2, using: &random))
            case 3: [1e-36, -.infinity, .infinity, 0.5][Int.random(in: 0..<4, using: &random)]
            default: Double.random(in: -2...2, using: &random)
            }
        }
    }
}

/// Shapley values by their definitions: slow, and with nothing in common with the code they check.
struct ContributionsReference {
    let ensemble: Ensemble
    let evaluator: ReferenceEvaluator

    init(_ model: TreeEnsemble) {
        ensemble = model.ensemble
        evaluator = ReferenceEvaluator(model.ensemble)
    }

    /// The score of an output when only the features of a set are known, by the shares of the training rows.
    func value(_ known: Int, row: [Double], output: Int) -> Double {
        ensemble.trees.reduce(ensemble.baseScores[output]) { sum, tree in
            guard tree.output == nil || tree.output == output else { return sum }
            return sum + value(tree.root, known, row, tree.output == nil ? output : 0)
        }
    }

    private func value(_ node: Int, _ known: Int, _ row: [Double], _ offset: Int) -> Double {
        let nodes = ensemble.nodes
        if nodes.isLeaf(node) { return ensemble.leafValues[Int(nodes.payload[node]) + offset] }
        let (left, right) = (Int(nodes.left[node]), Int(nodes.right[node]))
        if known >> Int(nodes.feature[node]) & 1 == 1 {
            return value(evaluator.goesLeft(node, row.span) ? left : right, known, row, offset)
        }
        let total = nodes.cover[node]
        let share = total == 0 ? 0.5 : nodes.cover[left] / total
        let rest = total == 0 ? 0.5 : nodes.cover[right] / total
        return share * value(left, known, row, offset) + rest * value(right, known, row, offset)
    }

    /// The mean score when the features of a set are the row's and the others each background row's.
    func value(_ known: Int, row: [Double], background: [[Double]], output: Int) -> Double {
        let sum = background.reduce(0) { sum, other in
            let mixed = row.indices.map { known >> $0 & 1 == 1 ? row[$0] : other[$0] }
            return sum + value((1 << row.count) - 1, row: mixed, output: output)
        }
        return sum / Double(background.count)
    }

    /// Shapley values and interactions of a set function, as a matrix in XGBoost's layout.
    static func interactions(features: Int, _ value: (Int) -> Double) -> [[Double]] {
        let values = (0..<1 << features).map(value)
        func factorial(_ n: Int) -> Double { n < 2 ? 1 : (2...n).reduce(1) { $0 * Double($1) } }
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: features + 1), count: features + 1)
        for i in 0..<features {
            var total = 0.0
            for set in 0..<1 << features where set >> i & 1 == 0 {
                let size = set.nonzeroBitCount
                let weight = factorial(size) * factorial(features - size - 1) / factorial(features)
                total += weight * (values[set | 1 << i] - values[set])
            }
            for j in 0..<features where j != i {
                for set in 0..<1 << features where set >> i & 1 == 0 && set >> j & 1 == 0 {
                    let size = set.nonzeroBitCount
                    let weight =
                        factorial(size) * factorial(features - size - 2) / (2 * factorial(features - 1))
                    matrix[i][j] +=
                        weight
                        * (values[set | 1 << i | 1 << j] - values[set | 1 << i]
                            - values[set | 1 << j] + values[set])
                }
                total -= matrix[i][j]
            }
            matrix[i][i] = total
        }
        matrix[features][features] = values[0]
        return matrix
    }

    /// Lundberg's recursive algorithm (2018, algorithm 2): contributions of one output by feature.
    func recursive(row: [Double], output: Int) -> [Double] {
        var amounts = [Double](repeating: 0, count: ensemble.features.count)
        for tree in ensemble.trees where tree.output == nil || tree.output == output {
            recurse(tree.root, row, tree.output == nil ? output : 0, [], 1, 1, -1, &amounts)
        }
        return amounts
    }

    private struct PathEntry {
        var feature: Int
        var zero: Double
        var one: Double
        var weight: Double
    }

    private func recurse(
        _ node: Int, _ row: [Double], _ offset: Int, _ above: [PathEntry], _ zero: Double, _ one: Double,
        _ feature: Int, _ amounts: inout [Double]
    ) {
        var path = extended(above, zero, one, feature)
        let nodes = ensemble.nodes
        if nodes.isLeaf(node) {
            let leaf = ensemble.leafValues[Int(nodes.payload[node]) + offset]
            for place in path.indices.dropFirst() {
                let weight = unwound(path, place).reduce(0) { $0 + $1.weight }
                amounts[path[place].feature] += weight * (path[place].one - path[place].zero) * leaf
            }
            return
        }
        let (left, right) = (Int(nodes.left[node]), Int(nodes.right[node]))
        let hot = evaluator.goesLeft(node, row.span) ? left : right
        let own = Int(nodes.feature[node])
        var (sameZero, sameOne) = (1.0, 1.0)
        if let place = path.dropFirst().firstIndex(where: { $0.feature == own }) {
            (sameZero, sameOne) = (path[place].zero, path[place].one)
            path = unwound(path, place)
        }
        for child in [left, right] {
            let total = nodes.cover[node]
            let share = total == 0 ? 0.5 : nodes.cover[child] / total
            recurse(child, row, offset, path, sameZero * share, child == hot ? sameOne : 0, own, &amounts)
        }
    }

    private func extended(_ path: [PathEntry], _ zero: Double, _ one: Double, _ feature: Int) -> [PathEntry] {
        var path = path
        let length = path.count
        path.append(PathEntry(feature: feature, zero: zero, one: one, weight: length == 0 ? 1 : 0))
        for i in stride(from: length - 1, through: 0, by: -1) {
            path[i + 1].weight += one * path[i].weight * Double(i + 1) / Double(length + 1)
            path[i].weight *= zero * Double(length - i) / Double(length + 1)
        }
        return path
    }

    private func unwound(_ path: [PathEntry], _ place: Int) -> [PathEntry] {
        var path = path
        let last = path.count - 1
        let (zero, one) = (path[place].zero, path[place].one)
        var carried = path[last].weight
        for i in stride(from: last - 1, through: 0, by: -1) {
            if one != 0 {
                let kept = path[i].weight
                path[i].weight = carried * Double(last + 1) / (Double(i + 1) * one)
                carried = kept - path[i].weight * zero * Double(last - i) / Double(last + 1)
            } else if zero != 0 {
                path[i].weight = path[i].weight * Double(last + 1) / (zero * Double(last - i))
            } else {
                path[i].weight = 0
            }
        }
        for i in place..<last {
            path[i].feature = path[i + 1].feature
            path[i].zero = path[i + 1].zero
            path[i].one = path[i + 1].one
        }
        path.removeLast()
        return path
    }
}
