// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension TreeEnsemble {
    /// The boosting round that training found best, counted from 0, where the file records one (XGBoost's early stopping).
    ///
    /// XGBoost keeps the rounds behind it. Its `Booster` scores with all of them, as this model does; its scikit-learn
    /// wrapper only with those up to the best. To score as the wrapper does, take
    /// `model.sliced(iterations: 0..<bestIteration + 1)`.
    public var bestIteration: Int? {
        guard let fact = ensemble.facts.first(where: { $0.name == "best_iteration" }),
            let best = Int(fact.value),
            (0..<iterationCount).contains(best)
        else { return nil }
        return best
    }

    /// The model that some of the boosting rounds make, as XGBoost's `booster[0:13]` and CatBoost's `shrink`.
    ///
    /// It starts from the same base score. Its raw scores are those of ``rawScores(for:iterations:earlyStop:threads:)`` with
    /// these iterations; so are its single rows, its contributions, and what ``write(to:)`` writes.
    ///
    /// - Parameter iterations: The rounds to keep, counted from 0.
    /// - Throws: ``TreeEnsembleError`` if the model has no such rounds, or no trees.
    public func sliced(iterations: Range<Int>) throws(TreeEnsembleError) -> TreeEnsemble {
        guard ensemble.linearBooster == nil else {
            throw TreeEnsembleError(.invalidArgument, "a linear booster has no rounds to choose from")
        }
        guard iterations.lowerBound >= 0, iterations.upperBound <= iterationCount, !iterations.isEmpty else {
            throw TreeEnsembleError(
                .invalidArgument, "iterations \(iterations) of a model that has \(iterationCount)")
        }
        return TreeEnsemble(ensemble.sliced(iterations: iterations))
    }
}

extension Ensemble {
    /// The trees of some iterations with their nodes; the leaves' values and the sets stay whole.
    func sliced(iterations: Range<Int>) -> Ensemble {
        let starts = iterationStarts[iterations.lowerBound...iterations.upperBound]
        let kept = trees[iterationStarts[iterations.lowerBound]..<iterationStarts[iterations.upperBound]]
        var slice = self
        slice.iterationStarts = starts.map { $0 - starts[starts.startIndex] }
        let first = kept.first?.root ?? 0
        slice.nodes = nodes.sliced(first..<(kept.last.map { $0.root + $0.nodeCount } ?? first))
        slice.trees = kept.map { tree in
            var tree = tree
            tree.root -= first
            return tree
        }
        // What the file records of early stopping is no longer so.
        slice.facts.removeAll { $0.name.hasPrefix("best_") }
        return slice
    }
}

extension NodeTable {
    /// Whole trees that stand one behind the other.
    fileprivate func sliced(_ range: Range<Int>) -> NodeTable {
        let start = Int32(range.lowerBound)
        var slice = NodeTable()
        slice.feature = AlignedTable(Array(feature[range]))
        slice.threshold = AlignedTable(Array(threshold[range]))
        slice.left = AlignedTable(left[range].map { $0 < 0 ? $0 : $0 - start })
        slice.right = AlignedTable(right[range].map { $0 < 0 ? $0 : $0 - start })
        slice.flags = AlignedTable(Array(flags[range]))
        slice.payload = AlignedTable(Array(payload[range]))
        slice.label = AlignedTable(Array(label[range]))
        slice.cover = AlignedTable(Array(cover[range]))
        slice.gain = AlignedTable(Array(gain[range]))
        return slice
    }
}
