// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
@testable import TreeEnsembles

/// What a caller sees: names, order, texts and refusals.
@Suite struct ContributionsUseTests {
    @Test func aRowsContributionsAreNamedAndSorted() throws {
        let random = RandomEnsemble(featureCount: 4, treeCount: 5, mostDepth: 3)
        let model = try random.make(seed: 1)
        let why = try model.contributions(for: [0.3, -0.2, 1, 0])
        #expect(why.count == 4)
        #expect(why.map(\.name) == ["f0", "f1", "f2", "f3"])
        let sorted = why.sorted()
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { abs($0.amount) >= abs($1.amount) })
        #expect(Set(sorted.map(\.feature)) == [0, 1, 2, 3])
        #expect(why.description.hasPrefix("expected "))
    }

    @Test(arguments: [
        (0.41, "carrier +0.41"), (-0.184, "carrier -0.18"), (12.345, "carrier +12.35"), (0, "carrier +0.00"),
        (0.0042, "carrier +0.0042"), (-0.05, "carrier -0.050"), (1e-30, "carrier +0.000000000000"),
        (1e20, "carrier +1e+20"), (.nan, "carrier nan"),
    ])
    func amountsAreShort(_ amount: Double, _ text: String) {
        #expect(FeatureContribution(feature: 0, name: "carrier", amount: amount).description == text)
    }

    @Test func linearLeavesAreRefusedByName() throws {
        let model = try TreeEnsemble(contentsOf: GoldenCase(name: "lgb-linear").modelPath)
        let matrix = try FeatureMatrix(
            [Double](repeating: 0, count: model.features.count), columns: model.features.count)
        let error = #expect(throws: TreeEnsembleError.self) { try model.contributions(for: matrix) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("linear") == true)
    }

    @Test func missingCoverIsNamedAndABackgroundHelps() throws {
        let random = RandomEnsemble(featureCount: 3, treeCount: 2, mostDepth: 3)
        var ensemble = try random.make(seed: 2).ensemble
        ensemble.nodes.cover = AlignedTable(ensemble.nodes.cover.map { _ in .nan })
        let model = TreeEnsemble(ensemble)
        let matrix = try FeatureMatrix(random.rows(3, seed: 3), columns: 3)
        let error = #expect(throws: TreeEnsembleError.self) { try model.contributions(for: matrix) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("training rows") == true)
        let found = try model.contributions(for: matrix, against: matrix)
        let raw = try model.rawScores(for: matrix)
        for row in 0..<3 { #expect(abs(found.explanation(row: row).rawScore - raw[row]) < 1e-13) }
    }

    @Test func wrongArgumentsAreRefused() throws {
        let random = RandomEnsemble(featureCount: 3, treeCount: 2, mostDepth: 2)
        let model = try random.make(seed: 5)
        let matrix = try FeatureMatrix(random.rows(2, seed: 3), columns: 3)
        #expect(throws: TreeEnsembleError.self) { try model.contributions(for: matrix, threads: 0) }
        #expect(throws: TreeEnsembleError.self) { try model.contributions(for: matrix, iterations: 0..<9) }
        #expect(throws: TreeEnsembleError.self) { try model.contributions(for: [1, 2]) }
        #expect(throws: TreeEnsembleError.self) { try model.contributions(for: [1, 2, 3], output: 1) }
        let none = try FeatureMatrix([Double](), columns: 3)
        #expect(throws: TreeEnsembleError.self) { try model.contributions(for: matrix, against: none) }
        #expect(try model.contributions(for: none).elements.isEmpty)
    }

    @Test func minimumOfTreesIsRefused() throws {
        let random = RandomEnsemble(featureCount: 3, treeCount: 2, mostDepth: 2)
        var ensemble = try random.make(seed: 6).ensemble
        ensemble.aggregation = .minimum
        let model = TreeEnsemble(ensemble)
        #expect(throws: TreeEnsembleError.self) { try model.contributions(for: [1, 2, 3]) }
    }
}
