// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Scorer {
    /// What each feature did to a raw score of one row; see ``TreeEnsemble/contributions(for:output:)``.
    ///
    /// - Parameters:
    ///   - row: The features in the model's order, NaN where missing.
    ///   - output: The raw score to explain.
    /// - Returns: The contributions with the features' names; `sorted()` puts the largest first.
    /// - Throws: ``TreeEnsembleError`` if the model has no exact contributions or does not record what they need, or
    ///   if the row does not fit the model.
    public func contributions(for row: [Double], output: Int = 0) throws(TreeEnsembleError)
        -> RowContributions
    {
        try model.contributions(for: row, output: output)
    }
}
