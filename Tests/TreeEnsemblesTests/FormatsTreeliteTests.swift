// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import TreeEnsembles

@Suite struct FormatsTreeliteTests {
    static let folder = GoldenCase.folder.appending(path: "treelite")
    static let cases = GoldenCase.all(in: "treelite")

    @Test func thereAreCases() {
        #expect(Self.cases.count >= 23)
    }

    @Test(arguments: cases)
    func answersEqualTreelite(_ golden: GoldenCase) throws {
        try golden.expectSameAnswers(valuesWithin: 2)
    }

    @Test func otherVersionsAndFieldsAreNamed() throws {
        var bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: "xgb-binary.model")))
        bytes[0] = 3
        let error = #expect(throws: TreeEnsembleError.self) { try TreeEnsemble(bytes: bytes) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("version 3") == true)
    }

    @Test func damagedFilesAreRefusedOrAnswered() throws {
        for (seed, name) in ["xgb-binary", "lgb-regression", "skl-forest-classifier"].enumerated() {
            let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name + ".model")))
            #expect(HostileFiles.truncations(of: bytes, atMost: seed == 0 ? .max : 200).answered == 0)
            #expect(HostileFiles.flips(of: bytes, count: 300, seed: UInt64(seed)).refused > 0)
        }
    }
}
