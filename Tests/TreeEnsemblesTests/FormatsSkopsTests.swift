// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import TreeEnsembles

@Suite struct FormatsSkopsTests {
    static let folder = GoldenCase.folder.appending(path: "skops")
    static let cases = GoldenCase.all(in: "skops")

    @Test func thereAreCases() {
        #expect(Self.cases.count >= 30)
    }

    @Test(arguments: cases)
    func answersEqualScikitLearn(_ golden: GoldenCase) throws {
        try golden.expectSameAnswers(valuesWithin: 2)
    }

    @Test func classesEqualScikitLearn() throws {
        let text = try Data(contentsOf: Self.folder.appending(path: "classes.json"))
        let expected = try JSONDecoder().decode([String: [String]].self, from: text)
        #expect(expected.count >= 13)
        for (name, classes) in expected {
            let golden = GoldenCase(name: "skops/" + name)
            let model = try TreeEnsemble(contentsOf: golden.modelPath)
            let places = try model.classes(for: try golden.answers().matrix())
            #expect(places.map { model.classNames[$0] } == classes, "\(name)")
        }
    }

    @Test func categoriesGoByName() throws {
        let golden = GoldenCase(name: "skops/histogram-names")
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        #expect(model.features.map(\.name) == ["a", "b", "c", "d", "e", "f"])
        #expect(
            model.features.map(\.kind) == [
                .numeric, .categorical, .numeric, .numeric, .categorical, .numeric,
            ])
        let answers = try golden.answers()
        let names = model.features[1].categories
        #expect(names.count == 40)
        let columns = (0..<6).map { column in
            let numbers = (0..<answers.rowCount).map { answers.rows[$0 * 6 + column] }
            return column == 1
                ? FeatureColumn.categories(numbers.map { $0.isNaN ? nil : names[Int($0)] })
                : .doubles(numbers)
        }
        let scores = try model.rawScores(for: try FeatureMatrix(columns: columns))
        #expect(differences(scores.elements, answers.raw) == [])
    }

    @Test func damagedFilesAreRefusedOrAnswered() throws {
        let smallest = [UInt8](try Data(contentsOf: Self.folder.appending(path: "tree-two-targets.model")))
        #expect(HostileFiles.truncations(of: smallest).answered == 0)
        for (seed, name) in ["stump", "forest-binary", "histogram-names"].enumerated() {
            let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name + ".model")))
            #expect(HostileFiles.truncations(of: bytes, atMost: 40).answered == 0)
            #expect(HostileFiles.flips(of: bytes, count: 40, seed: UInt64(seed)).refused > 0)
        }
    }

    /// Checksums catch what the flips above do; the parts behind them are damaged here, with fitting checksums.
    @Test func damagedPartsAreRefusedOrAnswered() throws {
        var outcome = HostileFiles.Outcome()
        var random = SeededGenerator(seed: 77)
        for name in ["stump", "forest-binary", "isolation-some-features", "histogram-names"] {
            let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name + ".model")))
            let parts = try SkopsParts(bytes)
            for _ in 0..<20 {
                HostileFiles.attempt(parts.damaged(using: &random), &outcome)
            }
        }
        #expect(outcome.refused > 0)
        #expect(outcome.answered > 0)
    }
}
