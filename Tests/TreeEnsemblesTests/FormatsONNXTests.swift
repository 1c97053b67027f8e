// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import TreeEnsembles

@Suite struct FormatsONNXTests {
    static let folder = GoldenCase.folder.appending(path: "onnx")
    static let cases = GoldenCase.all(in: "onnx")

    @Test func thereAreCases() {
        #expect(Self.cases.count >= 40)
    }

    /// The order of onnxruntime's sums depends on the rows and threads, so its last bits are not an answer to compare.
    @Test(arguments: cases)
    func answersEqualONNXRuntime(_ golden: GoldenCase) throws {
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let answers = try golden.answers()
        let values = try model.values(for: try answers.matrix())
        #expect(values.elements.count == answers.values.count)
        // The inverse error function takes the difference of two like numbers, in single precision.
        let tolerance = golden.name.contains("probit") ? 1e-4 : 2e-6
        for (found, expected) in zip(values.elements, answers.values) where !(found.isNaN && expected.isNaN) {
            #expect(
                found == expected || abs(found - expected) <= tolerance * max(1, abs(expected)),
                "\(found) \(expected)")
        }
    }

    @Test func labelsEqualONNXRuntime() throws {
        let text = try Data(contentsOf: Self.folder.appending(path: "labels.json"))
        let expected = try JSONDecoder().decode([String: [String]].self, from: text)
        #expect(expected.count >= 24)
        for (name, labels) in expected {
            let golden = GoldenCase(name: "onnx/" + name)
            let model = try TreeEnsemble(contentsOf: golden.modelPath)
            let places = try model.classes(for: try golden.answers().matrix())
            #expect(places.map { model.classNames[$0] } == labels, "\(name)")
        }
    }

    @Test func damagedFilesAreRefusedOrAnswered() throws {
        let smallest = [UInt8](try Data(contentsOf: Self.folder.appending(path: "skl-tree-regressor.model")))
        _ = HostileFiles.truncations(of: smallest)
        for (seed, golden) in Self.cases.enumerated() where seed % 4 == 0 {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: golden.modelPath)))
            #expect(HostileFiles.truncations(of: bytes, atMost: 40).refused > 0)
            #expect(HostileFiles.flips(of: bytes, count: 60, seed: UInt64(seed)).refused > 0)
        }
    }
}
