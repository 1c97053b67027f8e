// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import TreeEnsembles

@Suite struct FormatsCatBoostTests {
    static let folder = GoldenCase.folder.appending(path: "catboost")
    static let cases = GoldenCase.all(in: "catboost")

    @Test func thereAreCases() {
        #expect(Self.cases.count >= 29)
    }

    @Test(arguments: cases)
    func answersEqualCatBoost(_ golden: GoldenCase) throws {
        try golden.expectSameAnswers()
    }

    @Test func categoriesGoByName() throws {
        let model = try TreeEnsemble(contentsOf: Self.folder.appending(path: "counters-logloss.model").path)
        #expect(model.features.map(\.name) == ["price", "shop", "size", "kind", "weight", "age"])
        #expect(model.features[1].kind == .categorical)
        let answers = try GoldenCase(name: "catboost/counters-logloss").answers()
        let rows = try FeatureMatrix(columns: columns(of: answers, in: model))
        #expect(differences(try model.rawScores(for: rows).elements, answers.raw) == [])
    }

    /// The rows of a golden file with names in place of codes.
    private func columns(of answers: GoldenCase.Answers, in model: TreeEnsemble) -> [FeatureColumn] {
        let names = model.features[1].categories
        return (0..<answers.columnCount).map { column in
            let numbers = (0..<answers.rowCount).map { answers.rows[$0 * answers.columnCount + column] }
            guard model.features[column].kind == .categorical else { return .doubles(numbers) }
            return .categories(
                numbers.map { code in
                    if code.isNaN { return "a name that no one has" }
                    return code < 0x1p40 ? "\(Int(code))" : names[Int(code - 0x1p40)]
                })
        }
    }

    @Test func aModelWithoutNamesOfCategoriesAnswersTheSame() throws {
        let path = Self.folder.appending(path: "without-hashes.json").path
        let model = try TreeEnsemble(contentsOf: path)
        #expect(model.features[1].categories.isEmpty)
        let named = try TreeEnsemble(contentsOf: Self.folder.appending(path: "counters-logloss.model").path)
        let answers = try GoldenCase(name: "catboost/counters-logloss").answers()
        let rows = try FeatureMatrix(columns: columns(of: answers, in: named))
        #expect(differences(try model.rawScores(for: rows).elements, answers.raw) == [])
        let compact = try TreeEnsemble(bytes: try model.compactForm())
        #expect(differences(try compact.rawScores(for: rows).elements, answers.raw) == [])
    }

    /// CatBoost's own hashes of names of every length up to 200 bytes, and of whole numbers.
    @Test func namesHashAsCatBoostHashesThem() throws {
        let data = try Data(contentsOf: Self.folder.appending(path: "category-hashes.json"))
        let hashes = try JSONDecoder().decode([String: UInt32].self, from: data)
        #expect(hashes.count >= 200)
        for (name, hash) in hashes {
            #expect(CategoryHash.hash(of: Array(name.utf8)) == Int32(bitPattern: hash), "\(name)")
        }
    }

    @Test(arguments: [
        ("\"AsIs\"", "\"AsWhat\"", "AsWhat"), ("\"RMSE\"", "\"Novel\"", "Novel"),
        ("\"flat_feature_index\":5", "\"flat_feature_index\":4", "flat_feature_index 4"),
        ("\"split_index\":0", "\"split_index\":1000", "1000"),
        ("\"splits\":[{", "\"splits\":[{},{", "split_index"),
        ("\"flat_feature_index\":5", "\"flat_feature_index\":4000000", "4000001"),
        ("\"float_features\"", "\"text_features\":[{}],\"float_features\"", "text_features"),
    ])
    func whatIsWrongIsNamed(_ old: String, _ new: String, _ said: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: "rmse.model"), encoding: .utf8)
        let damaged = text.replacingOccurrences(of: old, with: new)
        #expect(damaged != text)
        let error = #expect(throws: TreeEnsembleError.self) { try TreeEnsemble(bytes: Array(damaged.utf8)) }
        #expect(error?.message.contains(said) == true, "\(error?.message ?? "")")
    }

    @Test func damagedFilesAreRefusedOrAnswered() throws {
        let smallest = [UInt8](try Data(contentsOf: Self.folder.appending(path: "one-leaf.model")))
        #expect(HostileFiles.truncations(of: smallest).answered == 0)
        for (seed, name) in ["nan-max", "multiclass-lossguide", "counters-mean-value"].enumerated() {
            let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name + ".model")))
            #expect(HostileFiles.truncations(of: bytes, atMost: 60).answered == 0)
            #expect(HostileFiles.flips(of: bytes, count: 120, seed: UInt64(seed)).refused > 0)
        }
    }
}
