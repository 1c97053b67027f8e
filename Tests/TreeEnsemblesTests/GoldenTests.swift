// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Testing
import TreeEnsembles

@Suite struct GoldenTests {
    @Test func thereAreCases() {
        #expect(GoldenCase.all.count >= 55)
    }

    @Test(arguments: GoldenCase.all)
    func answersEqualTheSourceLibrary(_ golden: GoldenCase) throws {
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let answers = try golden.answers()
        let matrix = try answers.matrix()
        #expect(differences(try model.rawScores(for: matrix).elements, answers.raw) == [])
        #expect(differences(try model.values(for: matrix).elements, answers.values) == [])
        if !answers.staged.isEmpty {
            let half = try model.rawScores(for: matrix, iterations: 0..<answers.stagedIterations)
            #expect(differences(half.elements, answers.staged) == [])
        }
        if !answers.leaves.isEmpty {
            #expect(try model.leaves(for: matrix).elements == answers.leaves)
        }
    }
}
