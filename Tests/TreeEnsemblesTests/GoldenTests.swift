// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Testing
import TreeEnsembles

@Suite struct GoldenTests {
    @Test func thereAreCases() {
        #expect(GoldenCase.all.count >= 55)
        #expect(GoldenCase.all(in: "old").count >= 29)
    }

    @Test(arguments: GoldenCase.all)
    func answersEqualTheSourceLibrary(_ golden: GoldenCase) throws {
        try golden.expectSameAnswers()
    }

    /// Files that releases from XGBoost 1.0 and LightGBM 2.0 on wrote.
    @Test(arguments: GoldenCase.all(in: "old"))
    func answersToOldFilesEqualTheLibraryOfToday(_ golden: GoldenCase) throws {
        try golden.expectSameAnswers()
    }
}
