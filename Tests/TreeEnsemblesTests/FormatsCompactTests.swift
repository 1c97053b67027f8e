// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import TreeEnsembles

@Suite struct FormatsCompactTests {
    static let cases =
        GoldenCase.all + ["catboost", "skops", "onnx", "treelite"].flatMap { GoldenCase.all(in: $0) }

    /// The model that was written and read back answers as the one that was read from its source.
    @Test(arguments: cases)
    func answersStayTheSame(_ golden: GoldenCase) throws {
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let bytes = try model.compactForm()
        let again = try TreeEnsemble(bytes: bytes)
        let matrix = try golden.answers().matrix()
        #expect(
            differences(
                try again.rawScores(for: matrix).elements, try model.rawScores(for: matrix).elements) == [])
        #expect(
            differences(try again.values(for: matrix).elements, try model.values(for: matrix).elements) == [])
        if again.treeCount > 0 { #expect(try again.leaves(for: matrix) == model.leaves(for: matrix)) }
        #expect((try? again.classes(for: matrix)) == (try? model.classes(for: matrix)))
        #expect(again.features == model.features)
        #expect(again.description == model.description)
        #expect(again.ensemble.trees.map(\.depth) == model.ensemble.trees.map(\.depth))
        #expect(again.ensemble.trees.map(\.leafCount) == model.ensemble.trees.map(\.leafCount))
        #expect(try again.compactForm() == bytes)
    }

    @Test func aFileIsWrittenWhole() async throws {
        let model = try TreeEnsemble(contentsOf: GoldenCase(name: "lgb-binary").modelPath)
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "model.trees").path
            try model.write(to: path)
            #expect(try TreeEnsemble(contentsOf: path).description == model.description)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.trees"])
            let error = #expect(throws: TreeEnsembleError.self) { try model.write(to: path + "/no/such") }
            #expect(error?.code == .unwritable)
        }
    }

    /// Published vectors: the empty text, and those of the reference implementation's own check.
    @Test(arguments: [
        ("", 0xef46_db37_51d8_e999 as UInt64), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999),
        ("The quick brown fox jumps over the lazy dog", 0x0b24_2d36_1fda_71bc),
    ])
    func checksumsFollowTheSpecification(_ text: String, _ expected: UInt64) {
        #expect(XXHash64.checksum(of: Array(text.utf8)) == expected)
    }

    @Test func damagedFilesAreRefusedOrAnswered() throws {
        var answered = 0
        for (seed, name) in [
            "xgb-one-hot", "lgb-linear", "catboost/counters-mean-value", "onnx/classifier-10",
        ]
        .enumerated() {
            let bytes = try TreeEnsemble(contentsOf: GoldenCase(name: name).modelPath).compactForm()
            #expect(HostileFiles.truncations(of: bytes, atMost: 300).answered == 0)
            #expect(HostileFiles.flips(of: bytes, count: 100, seed: UInt64(seed)).answered == 0)
            // Damage that keeps the checksum right reaches the checks behind it.
            var random = SeededGenerator(seed: UInt64(seed) + 10)
            var outcome = HostileFiles.Outcome()
            for _ in 0..<300 {
                var damaged = bytes
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 32..<bytes.count, using: &random)
                    damaged[place] =
                        [0, 1, 0x7f, 0x80, 0xff, .random(in: 0...255, using: &random)]
                        .randomElement(using: &random) ?? 0
                }
                let checksum = XXHash64.checksum(of: damaged, from: 32)
                for index in 0..<8 {
                    damaged[24 + index] = UInt8(truncatingIfNeeded: checksum >> UInt64(8 * index))
                }
                HostileFiles.attempt(damaged, &outcome)
            }
            #expect(outcome.refused > 0)
            answered += outcome.answered
        }
        #expect(answered > 0)
    }
}
