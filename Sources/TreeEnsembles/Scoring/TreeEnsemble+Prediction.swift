// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension TreeEnsemble {
    /// The raw scores of rows, before the objective's transform: bit for bit those of the source library.
    ///
    /// - Parameters:
    ///   - matrix: The rows.
    ///   - iterations: The boosting rounds to use; all of them when nil.
    ///   - earlyStop: When to stop adding trees to a row.
    ///   - threads: How many threads may work at once. The answer does not depend on it.
    /// - Returns: ``rawScoreCount`` numbers for each row.
    /// - Throws: ``TreeEnsembleError`` if the rows or the iterations do not fit the model.
    public func rawScores(
        for matrix: FeatureMatrix, iterations: Range<Int>? = nil, earlyStop: PredictionEarlyStop? = nil,
        threads: Int = 1
    ) throws(TreeEnsembleError) -> Scores {
        let rows = try BoundRows(matrix, for: ensemble)
        let batch = try Batch(self, rows, iterations: iterations, earlyStop: earlyStop, threads: threads)
        return Scores(
            rowCount: rows.rowCount, outputCount: rawScoreCount, elements: batch.rawScores(),
            isSinglePrecision: ensemble.sumPrecision == .single)
    }

    /// The values of rows: probabilities, counts or whatever the objective is about.
    ///
    /// - Parameters:
    ///   - matrix: The rows.
    ///   - iterations: The boosting rounds to use; all of them when nil.
    ///   - earlyStop: When to stop adding trees to a row.
    ///   - threads: How many threads may work at once. The answer does not depend on it.
    /// - Returns: ``valueCount`` numbers for each row.
    /// - Throws: ``TreeEnsembleError`` if the rows or the iterations do not fit the model.
    public func values(
        for matrix: FeatureMatrix, iterations: Range<Int>? = nil, earlyStop: PredictionEarlyStop? = nil,
        threads: Int = 1
    ) throws(TreeEnsembleError) -> Scores {
        let rows = try BoundRows(matrix, for: ensemble)
        let batch = try Batch(self, rows, iterations: iterations, earlyStop: earlyStop, threads: threads)
        return Scores(
            rowCount: rows.rowCount, outputCount: valueCount, elements: batch.values(),
            isSinglePrecision: ensemble.sumPrecision == .single)
    }

    /// The most likely class of each row, for models that tell classes apart.
    ///
    /// With one output it is 1 where the value is above one half (of a raw margin: above 0), with many the first
    /// largest.
    ///
    /// - Parameters:
    ///   - matrix: The rows.
    ///   - threads: How many threads may work at once.
    /// - Returns: The index of a class for each row.
    /// - Throws: ``TreeEnsembleError`` if the model does not tell classes apart or the rows do not fit it.
    public func classes(for matrix: FeatureMatrix, threads: Int = 1) throws(TreeEnsembleError) -> [Int] {
        if let rule = ensemble.classRule {
            let scores =
                rule.needsRaw
                ? try rawScores(for: matrix, threads: threads) : try values(for: matrix, threads: threads)
            let width = scores.outputCount
            return (0..<scores.rowCount).map {
                rule.place(of: scores.elements.span.extracting($0 * width..<($0 + 1) * width))
            }
        }
        guard let rule = classRule else {
            throw TreeEnsembleError(
                .invalidArgument, "the objective '\(objective)' does not tell classes apart: ask for values")
        }
        let scores = try values(for: matrix, threads: threads)
        return (0..<scores.rowCount).map { row in
            switch rule {
            case .value: return Int(exactly: scores[row]) ?? 0
            case .above(let threshold): return scores[row] > threshold ? 1 : 0
            case .largest:
                return (1..<scores.outputCount).reduce(0) { scores[row, $1] > scores[row, $0] ? $1 : $0 }
            }
        }
    }

    /// The leaf that each row falls into in each tree, numbered as the source library numbers leaves.
    ///
    /// - Parameters:
    ///   - matrix: The rows.
    ///   - iterations: The boosting rounds to use; all of them when nil.
    ///   - threads: How many threads may work at once.
    /// - Returns: One leaf for each row and tree.
    /// - Throws: ``TreeEnsembleError`` if the rows or the iterations do not fit the model.
    public func leaves(
        for matrix: FeatureMatrix, iterations: Range<Int>? = nil, threads: Int = 1
    ) throws(TreeEnsembleError) -> LeafIndices {
        let rows = try BoundRows(matrix, for: ensemble)
        let batch = try Batch(self, rows, iterations: iterations, earlyStop: nil, threads: threads)
        return LeafIndices(rowCount: rows.rowCount, treeCount: batch.trees.count, elements: batch.leaves())
    }

    private enum ClassRule {
        case value
        case above(Double)
        case largest
    }

    private var classRule: ClassRule? {
        switch ensemble.transform {
        case .firstLargest, .hinge: .value
        case .singleSoftmax, .softmax: .largest
        case .singleSigmoid, .sigmoid: ensemble.outputCount == 1 ? .above(0.5) : .largest
        default: objective == "binary:logitraw" ? .above(0) : nil
        }
    }
}
