// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One call: rows, iterations, threads.
struct Batch: Sendable {
    let model: TreeEnsemble
    let rows: BoundRows
    /// The iterations and their trees.
    let iterations: Range<Int>
    let trees: Range<Int>
    let earlyStop: PredictionEarlyStop?
    let threads: Int

    init(
        _ model: TreeEnsemble, _ rows: BoundRows, iterations: Range<Int>?, earlyStop: PredictionEarlyStop?,
        threads: Int
    ) throws(TreeEnsembleError) {
        let used = iterations ?? 0..<model.iterationCount
        guard used.lowerBound >= 0, used.upperBound <= model.iterationCount else {
            throw TreeEnsembleError(
                .invalidArgument, "iterations \(used) of a model that has \(model.iterationCount)")
        }
        guard threads > 0 else {
            throw TreeEnsembleError(.invalidArgument, "the number of threads must be positive")
        }
        if let earlyStop, earlyStop.every < 1 {
            throw TreeEnsembleError(.invalidArgument, "early stop needs a positive number of iterations")
        }
        self.model = model
        self.rows = rows
        self.iterations = used
        trees =
            model.ensemble.iterationStarts[used.lowerBound]..<model.ensemble.iterationStarts[used.upperBound]
        self.earlyStop = earlyStop
        self.threads = threads
    }

    /// Raw scores, row by row.
    func rawScores() -> [Double] {
        filled(width: model.rawScoreCount, of: 0.0) { range, target in scoreRows(range, into: &target) }
    }

    /// Values, row by row.
    func values() -> [Double] {
        let valueCount = model.valueCount
        let width = max(model.rawScoreCount, valueCount)
        let values = filled(width: width, of: 0.0) { range, target in
            scoreRows(range, into: &target)
            spread(range.count, of: &target, width: width)
            transform(range.count, of: &target, width: width)
        }
        if valueCount == width { return values }
        return (0..<rows.rowCount * valueCount).map { values[$0 / valueCount * width + $0 % valueCount] }
    }

    /// The leaves' numbers in the source, row by row.
    func leaves() -> [Int32] {
        let labels = model.ensemble.nodes.label
        return filled(width: trees.count, of: Int32(0)) { range, target in
            forEachRow(range) { place, row in
                for (index, tree) in trees.enumerated() {
                    target[place * trees.count + index] = labels[model.reference.leaf(of: tree, row: row)]
                }
            }
        }
    }

    /// Brings rows of raw scores apart, where there are more values than raw scores.
    private func spread(_ rowCount: Int, of scores: inout MutableSpan<Double>, width: Int) {
        let rawCount = model.rawScoreCount
        guard width > rawCount else { return }
        // From the end on, so that nothing is overwritten that is still to be moved.
        for row in (0..<rowCount).reversed() {
            for place in (0..<width).reversed() {
                scores[row * width + place] = place < rawCount ? scores[row * rawCount + place] : 0
            }
        }
    }

    private func transform(_ rowCount: Int, of scores: inout MutableSpan<Double>, width: Int) {
        if model.ensemble.transform == .identity, model.ensemble.averaging != .valuesOnly { return }
        for row in 0..<rowCount {
            var part = scores._mutatingExtracting(row * width..<(row + 1) * width)
            model.reference.transform(&part, iterations: iterations.count)
        }
    }

    private func scoreRows(_ range: Range<Int>, into target: inout MutableSpan<Double>) {
        if earlyStop == nil, model.planes != nil || model.batchWalk != nil {
            scoreBlocks(range, into: &target)
            return
        }
        let ensemble = model.ensemble
        let width = ensemble.outputCount
        forEachRow(range) { place, row in
            var sums = target._mutatingExtracting(place * width..<(place + 1) * width)
            model.reference.start(&sums)
            if let booster = ensemble.linearBooster {
                model.reference.addLinear(booster, row: row, to: &sums)
            }
            var sinceLook = 0
            for iteration in iterations {
                for tree in ensemble.iterationStarts[iteration]..<ensemble.iterationStarts[iteration + 1] {
                    model.reference.add(tree: tree, row: row, to: &sums)
                }
                if let earlyStop {
                    sinceLook += 1
                    if sinceLook == earlyStop.every {
                        if earlyStop.isClear(sums.span) { break }
                        sinceLook = 0
                    }
                }
            }
            model.reference.finish(&sums, iterations: iterations.count)
        }
    }

    /// Scores with the fast forms, a block of rows at a time.
    private func scoreBlocks(_ range: Range<Int>, into target: inout MutableSpan<Double>) {
        let width = model.rawScoreCount
        if var scorer = WalkScorer(model) {
            for start in stride(from: range.lowerBound, to: range.upperBound, by: scorer.blockRows) {
                let block = start..<min(start + scorer.blockRows, range.upperBound)
                let place = (start - range.lowerBound) * width
                var part = target._mutatingExtracting(place..<place + block.count * width)
                scorer.score(rows, block, trees: trees, into: &part)
            }
        } else {
            var scorer = BlockScorer(model)
            for start in stride(from: range.lowerBound, to: range.upperBound, by: BlockScorer.rows) {
                let block = start..<min(start + BlockScorer.rows, range.upperBound)
                let place = (start - range.lowerBound) * width
                var part = target._mutatingExtracting(place..<place + block.count * width)
                scorer.score(rows, block, trees: trees, into: &part)
            }
        }
        guard model.reference.changesSums else { return }
        for row in 0..<range.count {
            var sums = target._mutatingExtracting(row * width..<(row + 1) * width)
            model.reference.finish(&sums, iterations: iterations.count)
        }
    }

    /// Calls the body with each row's place in the range and its columns.
    func forEachRow(_ range: Range<Int>, _ body: (Int, Span<Double>) -> Void) {
        var raw = [Double](repeating: 0, count: model.features.count)
        var columns = [Double](repeating: 0, count: model.ensemble.columnCount)
        for row in range {
            var rawSpan = raw.mutableSpan
            rows.load(row: row, into: &rawSpan)
            var columnSpan = columns.mutableSpan
            model.reference.prepare(raw.span, into: &columnSpan)
            body(row - range.lowerBound, columns.span)
        }
    }

    /// A matrix of so many numbers a row, filled in stretches of rows by several threads.
    func filled<Element: Sendable>(
        width: Int, of zero: Element, _ fill: @Sendable (Range<Int>, inout MutableSpan<Element>) -> Void
    ) -> [Element] {
        RowStretches(rowCount: rows.rowCount, threads: threads, perThread: 16).filled(
            width: width, of: zero, fill)
    }
}
