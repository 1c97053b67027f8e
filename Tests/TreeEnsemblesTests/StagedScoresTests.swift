// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TreeEnsembles

/// Scores stage by stage are those of the same iterations asked for one after another.
@Suite struct StagedScoresTests {
    @Test(arguments: GoldenCase.all)
    func stagesEqualRanges(_ golden: GoldenCase) throws {
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let matrix = try golden.answers().matrix()
        for (step, threads) in [(1, 1), (3, 2)] {
            let stages = try model.stagedRawScores(for: matrix, every: step, threads: threads)
            #expect(stages.count == model.iterationCount / step)
            for (number, stage) in stages.enumerated() {
                let whole = try model.rawScores(for: matrix, iterations: 0..<(number + 1) * step)
                #expect(differences(stage.elements, whole.elements) == [])
                #expect(stage.rowCount == whole.rowCount && stage.outputCount == whole.outputCount)
            }
        }
    }

    /// Models that have no fast form, and averages, scales and vector leaves.
    @Test(arguments: [
        "skops/forest-classifier", "skops/isolation", "onnx/regressor-max-none-3-7", "catboost/scaled",
        "treelite/skl-forest-two-targets", "skops/histogram-multiclass",
    ])
    func stagesOfOtherFormats(_ name: String) throws {
        try stagesEqualRanges(GoldenCase(name: name))
    }

    @Test func theStepIsChecked() throws {
        let golden = GoldenCase(name: "lgb-regression")
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let matrix = try golden.answers().matrix()
        #expect(throws: TreeEnsembleError.self) { try model.stagedRawScores(for: matrix, every: 0) }
        #expect(try model.stagedRawScores(for: matrix, every: model.iterationCount + 1).isEmpty)
    }
}
