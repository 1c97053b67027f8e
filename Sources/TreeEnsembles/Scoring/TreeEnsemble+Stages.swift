// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension TreeEnsemble {
    /// The raw scores after each of the first iterations: one matrix per stage.
    ///
    /// Every tree is asked once for each row, however many stages there are. Where the last iterations do not make
    /// up a whole step, they have no stage.
    ///
    /// - Parameters:
    ///   - matrix: The rows.
    ///   - step: How many iterations lie between two stages.
    ///   - threads: How many threads may work at once. The answer does not depend on it.
    /// - Returns: For each stage the raw scores that ``rawScores(for:iterations:earlyStop:threads:)`` gives for
    ///   the iterations up to it, bit for bit.
    /// - Throws: ``TreeEnsembleError`` if the rows do not fit the model or the step is not positive.
    public func stagedRawScores(
        for matrix: FeatureMatrix, every step: Int = 1, threads: Int = 1
    ) throws(TreeEnsembleError) -> [Scores] {
        guard step > 0 else {
            throw TreeEnsembleError(.invalidArgument, "the step between stages must be positive")
        }
        let rows = try BoundRows(matrix, for: ensemble)
        let batch = try Batch(self, rows, iterations: nil, earlyStop: nil, threads: threads)
        let ends = Array(stride(from: step, through: iterationCount, by: step))
        let staged = batch.stagedRawScores(ends)
        let width = rawScoreCount
        return ends.indices.map { stage in
            var elements: [Double] = []
            elements.reserveCapacity(rows.rowCount * width)
            for row in 0..<rows.rowCount {
                let start = (row * ends.count + stage) * width
                elements += staged[start..<start + width]
            }
            return Scores(
                rowCount: rows.rowCount, outputCount: width, elements: elements,
                isSinglePrecision: ensemble.sumPrecision == .single)
        }
    }
}

extension Batch {
    /// Raw scores after so many iterations each, row by row and in a row stage by stage.
    fileprivate func stagedRawScores(_ ends: [Int]) -> [Double] {
        filled(width: ends.count * model.rawScoreCount, of: 0.0) { range, target in
            if model.planes != nil || model.walk != nil {
                stageBlocks(range, ends, into: &target)
            } else {
                stageRows(range, ends, into: &target)
            }
        }
    }

    private func stageRows(_ range: Range<Int>, _ ends: [Int], into target: inout MutableSpan<Double>) {
        let ensemble = model.ensemble
        let width = ensemble.outputCount
        var running = [Double](repeating: 0, count: width)
        forEachRow(range) { place, row in
            var sums = running.mutableSpan
            model.reference.start(&sums)
            if let booster = ensemble.linearBooster {
                model.reference.addLinear(booster, row: row, to: &sums)
            }
            var tree = 0
            for (stage, end) in ends.enumerated() {
                while tree < ensemble.iterationStarts[end] {
                    model.reference.add(tree: tree, row: row, to: &sums)
                    tree += 1
                }
                let start = (place * ends.count + stage) * width
                var part = target._mutatingExtracting(start..<start + width)
                for output in 0..<width { part[output] = sums[output] }
                model.reference.finish(&part, iterations: end)
            }
        }
    }

    private func stageBlocks(_ range: Range<Int>, _ ends: [Int], into target: inout MutableSpan<Double>) {
        let starts = model.ensemble.iterationStarts
        let width = model.rawScoreCount
        var scorer = BlockScorer(model)
        var sums = [Double](repeating: 0, count: BlockScorer.rows * width)
        for first in stride(from: range.lowerBound, to: range.upperBound, by: BlockScorer.rows) {
            let block = first..<min(first + BlockScorer.rows, range.upperBound)
            scorer.start(rows, block)
            var tree = 0
            for (stage, end) in ends.enumerated() {
                scorer.add(tree..<starts[end], block)
                tree = starts[end]
                var span = sums.mutableSpan
                scorer.write(block, into: &span)
                for row in 0..<block.count {
                    let start = ((block.lowerBound - range.lowerBound + row) * ends.count + stage) * width
                    var part = target._mutatingExtracting(start..<start + width)
                    for output in 0..<width { part[output] = span[row * width + output] }
                    model.reference.finish(&part, iterations: end)
                }
            }
        }
    }
}
