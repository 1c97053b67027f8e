// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import TreeEnsembles

/// Every kernel gives the bits of the reference on random models of every shape that a form can take.
@Suite struct KernelRandomTests {
    static let seeds: [UInt64] = [1, 2]

    @Test(arguments: KernelShape.all, seeds)
    func everyKernelEqualsTheReference(_ shape: KernelShape, _ seed: UInt64) throws {
        let ensemble = try shape.make(seed: seed)
        let rowCount = 150
        let rows = shape.rows(rowCount, seed: seed + 100)
        let matrix = try FeatureMatrix(rows, columns: shape.columns)
        let expected = try TreeEnsemble(ensemble, level: nil).rawScores(for: matrix).elements
        let part = 1..<max(2, ensemble.iterationCount / 2)
        for level in KernelTests.levels {
            let model = TreeEnsemble(ensemble, level: level)
            #expect(differences(try model.rawScores(for: matrix).elements, expected) == [], "level \(level)")
            #expect(
                differences(try model.rawScores(for: matrix, threads: 2).elements, expected) == [],
                "level \(level), two threads")
            if ensemble.iterationCount > 2 {
                let slow = try TreeEnsemble(ensemble, level: nil).rawScores(for: matrix, iterations: part)
                    .elements
                let fast = try model.rawScores(for: matrix, iterations: part).elements
                #expect(differences(fast, slow) == [], "level \(level), some iterations")
            }
            var scorer = model.makeScorer()
            var found: [Double] = []
            var result = [Double](repeating: 0, count: shape.outputs)
            for row in 0..<rowCount {
                var span = result.mutableSpan
                let range = row * shape.columns..<(row + 1) * shape.columns
                try scorer.rawScores(for: rows.span.extracting(range), into: &span)
                found += result
            }
            #expect(differences(found, expected) == [], "level \(level), single rows")
        }
    }

    @Test(arguments: [
        ("stumps", true, false), ("cut blocks", true, false), ("categories", true, false),
        ("vectors", true, false),
        ("linear", true, false), ("too wide for bytes", false, true), ("large", false, true),
        ("mixed sizes", true, true), ("large vectors", false, true),
    ])
    func shapesAreInTheFormsTheyAreFor(_ name: String, _ byRow: Bool, _ byWalk: Bool) throws {
        let shape = try #require(KernelShape.all.first { $0.name == name })
        let ensemble = try shape.make(seed: 1)
        for level in KernelTests.levels {
            let model = TreeEnsemble(ensemble, level: level)
            let permutes = level == 2 || shape.hasCategories
            #expect((model.rowForm?.heldTrees.isEmpty == false) == (byRow && permutes))
            #expect((model.walk != nil) == (byWalk || !permutes))
        }
    }
}
