// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Testing
import TreeEnsembles

@Suite struct GoldenTests {
    @Test func thereAreCases() {
        #expect(GoldenCase.all.count >= 55)
    }

    @Test(arguments: GoldenCase.all)
    func answersEqualTheSourceLibrary(_ golden: GoldenCase) throws {
        try golden.expectSameAnswers()
    }
}
