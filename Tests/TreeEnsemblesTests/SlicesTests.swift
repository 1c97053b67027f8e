// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TreeEnsembles

/// A model of some iterations answers as the whole one that is asked for these iterations.
@Suite struct SlicesTests {
    @Test(arguments: FormatsCompactTests.cases)
    func slicesEqualRanges(_ golden: GoldenCase) throws {
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        guard model.ensemble.linearBooster == nil else {
            #expect(throws: TreeEnsembleError.self) { try model.sliced(iterations: 0..<1) }
            return
        }
        let matrix = try golden.answers().matrix()
        let middle = (model.iterationCount + 1) / 2
        for iterations in [0..<middle, (model.iterationCount - middle)..<model.iterationCount]
        where !iterations.isEmpty {
            let slice = try model.sliced(iterations: iterations)
            #expect(slice.iterationCount == iterations.count)
            let expected = try model.rawScores(for: matrix, iterations: iterations)
            #expect(differences(try slice.rawScores(for: matrix).elements, expected.elements) == [])
            let values = try model.values(for: matrix, iterations: iterations)
            #expect(differences(try slice.values(for: matrix).elements, values.elements) == [])
            #expect(
                try slice.leaves(for: matrix).elements
                    == model.leaves(for: matrix, iterations: iterations).elements)
            let written = try TreeEnsemble(bytes: slice.compactForm())
            #expect(differences(try written.rawScores(for: matrix).elements, expected.elements) == [])
            var scorer = slice.makeScorer()
            let row = Array(try golden.answers().rows.prefix(model.features.count))
            let single = try model.rawScores(
                for: FeatureMatrix(row, columns: row.count), iterations: iterations)
            var scores = [Double](repeating: 0, count: slice.rawScoreCount)
            var span = scores.mutableSpan
            try scorer.rawScores(for: row.span, into: &span)
            #expect(differences(scores, single.elements) == [])
        }
    }

    @Test func contributionsAddUpToTheSlice() throws {
        let golden = GoldenCase(name: "xgb-one-hot")
        let slice = try TreeEnsemble(contentsOf: golden.modelPath).sliced(iterations: 1..<3)
        let matrix = try golden.answers().matrix()
        let scores = try slice.rawScores(for: matrix)
        let contributions = try slice.contributions(for: matrix)
        let width = contributions.elements.count / scores.elements.count
        for (place, score) in scores.elements.enumerated() {
            let sum = contributions.elements[place * width..<(place + 1) * width].reduce(0, +)
            #expect(abs(sum - score) <= 1e-5 * max(1, abs(score)))
        }
    }

    @Test func theRoundsAreChecked() throws {
        let model = try TreeEnsemble(contentsOf: GoldenCase(name: "lgb-regression").modelPath)
        #expect(model.bestIteration == nil)
        for iterations in [0..<0, -1..<1, 0..<model.iterationCount + 1] {
            let error = #expect(throws: TreeEnsembleError.self) { try model.sliced(iterations: iterations) }
            #expect(error?.code == .invalidArgument)
        }
    }

    /// Trained with early stopping: six of more rounds (`generate_old.py`).
    @Test func theBestRoundIsKnown() throws {
        let model = try TreeEnsemble(contentsOf: GoldenCase(name: "old/xgb-1.6.2-categories").modelPath)
        let best = try #require(model.bestIteration)
        #expect(best == 5)
        #expect(try model.sliced(iterations: 0..<best + 1).bestIteration == nil)
    }
}
