// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Walks trees node by node: the definition that every kernel is compared with, and the way for what kernels leave out.
package final class ReferenceEvaluator: Sendable {
    package let ensemble: Ensemble

    package init(_ ensemble: Ensemble) { self.ensemble = ensemble }

    /// Whether the row goes left at a decision.
    package func goesLeft(_ node: Int, _ row: Span<Double>) -> Bool {
        let nodes = ensemble.nodes
        let feature = Int(nodes.feature[node])
        let flags = nodes.flags[node]
        let x = row[feature]
        if x.isNaN || flags.contains(.zeroIsMissing) && abs(x) <= zeroBand
            || flags.contains(.unknownIsMissing) && !isKnown(x, feature)
        {
            return flags.contains(.missingLeft)
        }
        if flags.contains(.categorical) {
            return ensemble.sets.contains(x, set: Int(nodes.payload[node])) == flags.contains(.membersLeft)
        }
        return !(x >= nodes.threshold[node])
    }

    /// The leaf of a tree that a row falls into, as an index in the node table.
    package func leaf(of tree: Int, row: Span<Double>) -> Int {
        var node = ensemble.trees[tree].root
        while !ensemble.nodes.isLeaf(node) {
            node = Int(goesLeft(node, row) ? ensemble.nodes.left[node] : ensemble.nodes.right[node])
        }
        return node
    }

    /// Writes the base scores.
    package func start(_ sums: inout MutableSpan<Double>) {
        for output in sums.indices {
            sums[output] =
                switch ensemble.aggregation {
                case .sum: ensemble.baseScores[output]
                case .minimum: .infinity
                case .maximum: -.infinity
                }
        }
    }

    /// Brings the leaf of one tree into the sums.
    package func add(tree: Int, row: Span<Double>, to sums: inout MutableSpan<Double>) {
        let place = Int(ensemble.nodes.payload[leaf(of: tree, row: row)])
        if let output = ensemble.trees[tree].output {
            let value = ensemble.linearLeaves?.value(place: place, row: row) ?? ensemble.leafValues[place]
            sums[output] = combined(sums[output], value)
        } else {
            for output in sums.indices {
                sums[output] = combined(sums[output], ensemble.leafValues[place + output])
            }
        }
    }

    /// Adds the linear booster's part.
    package func addLinear(_ booster: LinearBooster, row: Span<Double>, to sums: inout MutableSpan<Double>) {
        let count = ensemble.outputCount
        let features = ensemble.features.count
        for output in sums.indices {
            var sum = booster.weights[features * count + output] + Float(sums[output])
            for feature in 0..<features where !row[feature].isNaN {
                sum += Float(row[feature]) * booster.weights[feature * count + output]
            }
            sums[output] = Double(sum)
        }
    }

    /// Whether ``finish(_:iterations:)`` does anything.
    var changesSums: Bool {
        ensemble.averaging == .always || ensemble.scale != 1 || !ensemble.bias.isEmpty
    }

    /// From sums to raw scores.
    package func finish(_ sums: inout MutableSpan<Double>, iterations: Int) {
        let divides = ensemble.averaging == .always && iterations > 0
        for output in sums.indices {
            var score = sums[output]
            if divides { score = divided(score, iterations) }
            if ensemble.scale != 1 { score *= ensemble.scale }
            if !ensemble.bias.isEmpty {
                score =
                    ensemble.sumPrecision == .single
                    ? Double(Float(score + ensemble.bias[output])) : score + ensemble.bias[output]
            }
            sums[output] = score
        }
    }

    /// From raw scores to values, in place.
    package func transform(_ scores: inout MutableSpan<Double>, iterations: Int) {
        if ensemble.averaging == .valuesOnly, iterations > 0 {
            for output in scores.indices { scores[output] = divided(scores[output], iterations) }
        }
        ensemble.transform.apply(to: &scores, iterations: iterations)
    }

    private func divided(_ score: Double, _ count: Int) -> Double {
        ensemble.sumPrecision == .single ? Double(Float(score) / Float(count)) : score / Double(count)
    }

    private func combined(_ sum: Double, _ value: Double) -> Double {
        switch ensemble.aggregation {
        case .sum: ensemble.sumPrecision == .single ? Double(Float(sum) + Float(value)) : sum + value
        case .minimum: min(sum, value)
        case .maximum: max(sum, value)
        }
    }

    private func isKnown(_ x: Double, _ feature: Int) -> Bool {
        guard feature < ensemble.knownCategories.count, ensemble.knownCategories[feature] >= 0 else {
            return true
        }
        return ensemble.sets.contains(x, set: Int(ensemble.knownCategories[feature]))
    }

    /// Rounds a row to the model's precision and computes derived columns.
    package func prepare(_ raw: Span<Double>, into columns: inout MutableSpan<Double>) {
        if let derivation = ensemble.derivation {
            derivation.derive(from: raw, into: &columns)
        } else {
            for index in raw.indices { columns[index] = raw[index] }
        }
        if ensemble.precision == .single {
            for index in columns.indices { columns[index] = Double(Float(columns[index])) }
        }
    }
}
