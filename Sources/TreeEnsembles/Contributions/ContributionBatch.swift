// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One call for contributions or interactions: rows, trees, background, threads.
struct ContributionBatch: Sendable {
    let plan: ContributionPlan
    let codes: NodeCodes
    let rows: BoundRows
    let background: BoundRows?
    let trees: Range<Int>
    let iterationCount: Int
    let hasPairs: Bool
    let threads: Int

    /// Fewer rows than this are answered row by row: a table would not pay.
    private static let fewRows = 64
    /// How many numbers a worker's planes may hold.
    private static let mostPlaneEntries = 1 << 21

    private var ensemble: Ensemble { plan.ensemble }
    private var featureCount: Int { ensemble.features.count }
    /// How many numbers an output of a row has.
    private var width: Int {
        hasPairs ? (featureCount + 1) * (featureCount + 1) : featureCount + 1
    }

    /// The numbers of all rows, row by row and output by output.
    func run() throws(TreeEnsembleError) -> [Double] {
        if background == nil, let problem = plan.coverProblem { throw problem }
        let game = preparedBackground()
        let expected = expectedValues(game?.rows)
        // Tables are made for each stretch.
        return RowStretches(rowCount: rows.rowCount, threads: threads, perThread: 1).filled(
            width: width * ensemble.outputCount, of: 0.0
        ) { range, target in fill(range, expected: expected, game: game, into: &target) }
    }

    /// Background rows and what is known of them.
    private struct Background: Sendable {
        let rows: CodedRows
        let masks: BackgroundMasks
    }

    private func preparedBackground() -> Background? {
        guard let background else { return nil }
        var coded = CodedRows(plan, codes)
        coded.load(0..<background.rowCount, of: background, withCodes: true)
        let shallow = trees.filter { !DeepLeaves.isDeep($0, plan) }
        return Background(rows: coded, masks: BackgroundMasks(plan, rows: coded, trees: shallow))
    }

    /// What each output is before any feature is known, in raw scores.
    private func expectedValues(_ background: CodedRows?) -> [Double] {
        var sums: [Double]
        if let background {
            let reference = ReferenceEvaluator(ensemble)
            sums = [Double](repeating: 0, count: ensemble.outputCount)
            for place in 0..<background.count {
                background.withRow(place) { row in
                    for number in trees {
                        let tree = ensemble.trees[number]
                        let leaf = reference.leaf(of: number, row: row)
                        for output in tree.output.map({ $0..<$0 + 1 }) ?? 0..<ensemble.outputCount {
                            sums[output] += plan.leafValue(leaf, tree: tree, output: output)
                        }
                    }
                }
            }
            for output in sums.indices { sums[output] /= Double(background.count) }
        } else {
            sums = plan.expectedSums(trees: trees)
        }
        for output in sums.indices {
            sums[output] = (sums[output] + ensemble.baseScores[output]) * factor
            if !ensemble.bias.isEmpty { sums[output] += ensemble.bias[output] }
        }
        return sums
    }

    /// From sums over trees to raw scores.
    private var factor: Double {
        ensemble.averaging == .always && iterationCount > 0
            ? ensemble.scale / Double(iterationCount) : ensemble.scale
    }

    // MARK: Rows

    private func fill(
        _ range: Range<Int>, expected: [Double], game: Background?, into target: inout MutableSpan<Double>
    ) {
        // All that the order of sums depends on goes by the number of rows of the call, not of a thread's part.
        let isSingle = rows.rowCount < Self.fewRows && !hasPairs && game == nil
        let players = plan.players.count
        let planeCount = max(1, hasPairs ? players * (players + 1) / 2 : players)
        let deepest = trees.reduce(1) { max($0, min(ensemble.trees[$1].depth, MaskFrame.mostDepth)) }
        let perRow = max(planeCount, ensemble.columnCount, deepest)
        let capacity = max(1, min(range.count, 4096, Self.mostPlaneEntries / perRow))
        if isSingle {
            fillSingly(range, expected: expected, into: &target)
            return
        }
        var worker = BlockWorker(
            plan, codes, hasPairs: hasPairs, capacity: capacity, rowCount: rows.rowCount,
            background: game?.masks)
        var deep = DeepGames(plan, hasPairs: hasPairs, planeCount: planeCount)
        var start = range.lowerBound
        while start < range.upperBound {
            let block = start..<min(start + capacity, range.upperBound)
            worker.load(block, of: rows)
            for output in 0..<ensemble.outputCount {
                if output > 0 { worker.clear() }
                for number in trees {
                    if let only = ensemble.trees[number].output, only != output { continue }
                    if DeepLeaves.isDeep(number, plan) {
                        worker.add(tree: number, output: output, by: &deep, against: game?.rows)
                    } else {
                        worker.add(tree: number, output: output)
                    }
                }
                for row in block {
                    let place = ((row - range.lowerBound) * ensemble.outputCount + output) * width
                    var part = target._mutatingExtracting(place..<place + width)
                    write(expected[output], into: &part) { plane in
                        worker.planes[plane * capacity + row - start]
                    }
                }
            }
            start = block.upperBound
        }
    }

    private func fillSingly(
        _ range: Range<Int>, expected: [Double], into target: inout MutableSpan<Double>
    ) {
        var coded = CodedRows(plan, codes)
        coded.load(range, of: rows, withCodes: false)
        var sums = EdgeSums(plan)
        var amounts = [Double](repeating: 0, count: plan.players.count)
        for place in 0..<range.count {
            for output in 0..<ensemble.outputCount {
                for player in amounts.indices { amounts[player] = 0 }
                coded.withRow(place) { row in
                    var span = amounts.mutableSpan
                    for number in trees {
                        if let only = ensemble.trees[number].output, only != output { continue }
                        sums.add(tree: number, output: output, row: row, to: &span)
                    }
                }
                let start = (place * ensemble.outputCount + output) * width
                var part = target._mutatingExtracting(start..<start + width)
                write(expected[output], into: &part) { amounts[$0] }
            }
        }
    }

    // MARK: Results

    /// Writes one output of one row, given the players' amounts.
    private func write(
        _ expected: Double, into target: inout MutableSpan<Double>, _ amount: (Int) -> Double
    ) {
        let size = featureCount + 1
        let stride = hasPairs ? size + 1 : 1
        target[target.count - 1] = expected
        // Without pairs this is the row; with pairs the contributions stand on the diagonal for now.
        for (player, features) in plan.players.features.enumerated() {
            let share = amount(player) * factor / Double(features.count)
            for feature in features { target[feature * stride] += share }
        }
        guard hasPairs else { return }
        let players = plan.players.features
        for first in players.indices {
            for second in first + 1..<players.count {
                let amount = amount(BlockWorker.plane(first, second, players: players.count))
                guard amount != 0 else { continue }
                let share = amount * factor / Double(players[first].count * players[second].count)
                for one in players[first] {
                    for other in players[second] where one != other {
                        target[one * size + other] += share
                        target[other * size + one] += share
                    }
                }
            }
        }
        for feature in 0..<featureCount {
            for other in 0..<featureCount where other != feature {
                target[feature * (size + 1)] -= target[feature * size + other]
            }
        }
    }
}
