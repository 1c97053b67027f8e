// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Testing
import TreeEnsembles

@Suite struct GoldenTests {
    @Test func thereAreCases() {
        #expect(GoldenCase.all.count >= 55)
        #expect(GoldenCase.all(in: "old").count >= 44)
    }

    @Test(arguments: GoldenCase.all)
    func answersEqualTheSourceLibrary(_ golden: GoldenCase) throws {
        try golden.expectSameAnswers()
    }

    /// Files that releases from XGBoost 1.0, LightGBM 2.0 and scikit-learn 1.2 on wrote.
    @Test(arguments: GoldenCase.all(in: "old"))
    func oldFilesAreRead(_ golden: GoldenCase) throws {
        // NumPy's exponential is a vector unit's.
        try golden.expectSameAnswers(valuesWithin: golden.name.hasSuffix("boosting") ? 4 : 0)
    }
}
