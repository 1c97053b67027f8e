// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels
import TestSupport
import Testing

@testable import TreeEnsembles

/// Every kernel gives the bits of the reference, whatever the batch size and the number of threads.
@Suite struct KernelTests {
    /// The kernels that this machine can run: portable Swift, then C.
    static let levels = Array(0...Int(tree_kernel_level()))

    @Test(arguments: GoldenCase.all)
    func everyKernelEqualsTheReference(_ golden: GoldenCase) throws {
        let ensemble = try Ensemble.read(FileBytes.read(golden.modelPath))
        let answers = try golden.answers()
        let matrix = try answers.matrix()
        let expected = try TreeEnsemble(ensemble, level: nil).rawScores(for: matrix).elements
        #expect(differences(expected, answers.raw) == [])
        for level in Self.levels {
            let model = TreeEnsemble(ensemble, level: level)
            #expect(differences(try model.rawScores(for: matrix).elements, expected) == [], "level \(level)")
        }
    }

    @Test(arguments: ["xgb-exact", "lgb-categories", "xgb-vector-leaves", "lgb-linear", "xgb-multi-softprob"])
    func neitherBatchSizeNorThreadsMatter(_ name: String) throws {
        let golden = GoldenCase(name: name)
        let ensemble = try Ensemble.read(FileBytes.read(golden.modelPath))
        let answers = try golden.answers()
        var generator = SeededGenerator(seed: 11)
        let order = (0..<1000).map { _ in Int.random(in: 0..<answers.rowCount, using: &generator) }
        let width = answers.columnCount
        let rows = order.flatMap { answers.rows[$0 * width..<($0 + 1) * width] }
        let outputs = answers.raw.count / answers.rowCount
        let expected = order.flatMap { answers.raw[$0 * outputs..<($0 + 1) * outputs] }
        for level in Self.levels {
            let model = TreeEnsemble(ensemble, level: level)
            for count in [1, 7, 63, 64, 65, 129, 1000] {
                let matrix = try FeatureMatrix(Array(rows.prefix(count * width)), columns: width)
                for threads in [1, 3] {
                    let found = try model.rawScores(for: matrix, threads: threads).elements
                    #expect(differences(found, Array(expected.prefix(count * outputs))) == [])
                }
            }
        }
    }

    @Test(arguments: GoldenCase.all)
    func theScorerOfSingleRowsEqualsTheBatch(_ golden: GoldenCase) throws {
        let ensemble = try Ensemble.read(FileBytes.read(golden.modelPath))
        let answers = try golden.answers()
        let outputs = answers.raw.count / answers.rowCount
        for level in Self.levels {
            let model = TreeEnsemble(ensemble, level: level)
            var scorer = model.makeScorer()
            var result = [Double](repeating: 0, count: outputs)
            for row in 0..<answers.rowCount {
                let start = row * answers.columnCount
                var span = result.mutableSpan
                try scorer.rawScores(
                    for: answers.rows.span.extracting(start..<start + answers.columnCount), into: &span)
                let expected = Array(answers.raw[row * outputs..<(row + 1) * outputs])
                #expect(differences(result, expected) == [], "row \(row), level \(level)")
            }
        }
    }
}
