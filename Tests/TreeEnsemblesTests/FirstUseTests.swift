// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TreeEnsembles

/// The forms that scoring reads are made at first use, whoever comes first.
@Suite struct FirstUseTests {
    private static let names = ["xgb-exact", "lgb-categories", "xgb-multi-softprob"]
    private static let workloads: [TreeEnsemble.Workload] = [
        [], .batches, .singleRows, .contributions, [.batches, .singleRows, .contributions],
    ]

    /// Scorers that are made at once share one form and give the same bits.
    @Test(arguments: names)
    func formsAreMadeOnce(_ name: String) async throws {
        let golden = GoldenCase(name: name)
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let answers = try golden.answers()
        let outputs = answers.raw.count / answers.rowCount
        let found = await withTaskGroup(of: [Double].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var scorer = model.makeScorer()
                    var result = [Double](repeating: 0, count: outputs)
                    var span = result.mutableSpan
                    try? scorer.rawScores(
                        for: answers.rows.span.extracting(0..<answers.columnCount), into: &span)
                    return result
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for result in found { #expect(differences(result, Array(answers.raw[..<outputs])) == []) }
        #expect(model.rowForm === model.rowForm && model.walk === model.walk)
    }

    /// Tasks that score batches and single rows at once, none of which finds any form made, get the same bits.
    @Test(arguments: names)
    func manyMayComeFirst(_ name: String) async throws {
        let golden = GoldenCase(name: name)
        let answers = try golden.answers()
        let matrix = try answers.matrix()
        for round in 0..<8 {
            let model = try TreeEnsemble(contentsOf: golden.modelPath)
            let outputs = model.rawScoreCount
            let found = try await withThrowingTaskGroup(of: [Double].self) { group in
                for task in 0..<8 {
                    group.addTask {
                        if (task + round) % 3 > 0 { return try model.rawScores(for: matrix).elements }
                        var scorer = model.makeScorer()
                        var result = [Double](repeating: 0, count: outputs)
                        var span = result.mutableSpan
                        try scorer.rawScores(
                            for: answers.rows.span.extracting(0..<answers.columnCount), into: &span)
                        return result
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(found.count == 8)
            for result in found { #expect(differences(result, Array(answers.raw[..<result.count])) == []) }
        }
    }

    /// What is made ahead is what the first calls would make, and is made once.
    @Test(arguments: names, workloads)
    func preparingChangesNoAnswer(_ name: String, _ workload: TreeEnsemble.Workload) throws {
        let golden = GoldenCase(name: name)
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let answers = try golden.answers()
        let matrix = try answers.matrix()
        model.prepare(for: workload)
        let (planes, walk) = (model.planes, model.batchWalk)
        model.prepare(for: workload)
        #expect(model.planes === planes && model.batchWalk === walk)
        #expect(differences(try model.rawScores(for: matrix).elements, answers.raw) == [])
        var scorer = model.makeScorer()
        var result = [Double](repeating: 0, count: model.rawScoreCount)
        var span = result.mutableSpan
        try scorer.rawScores(for: answers.rows.span.extracting(0..<answers.columnCount), into: &span)
        #expect(differences(result, Array(answers.raw[..<result.count])) == [])
    }

    @Test func aValueIsMadeOnce() async {
        let made = MadeOnce<Int>()
        let (calls, answers) = await withTaskGroup(of: (Bool, Int).self) { group in
            for number in 0..<64 {
                group.addTask {
                    var isMaker = false
                    let value = made.value {
                        isMaker = true
                        return number
                    }
                    return (isMaker, value)
                }
            }
            return await group.reduce(into: (0, Set<Int>())) {
                $0.0 += $1.0 ? 1 : 0
                $0.1.insert($1.1)
            }
        }
        #expect(calls == 1 && answers.count == 1)
    }
}
