// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension TreeEnsemble {
    /// What each feature did to the raw scores of rows: exact Shapley values (TreeSHAP).
    ///
    /// Without background rows, what a feature that is not known would have been is taken from the shares of
    /// the training rows that the model records (path-dependent): with the row counts that LightGBM records
    /// the answers are LightGBM's
    /// `pred_contrib`, with the sums of second derivatives that XGBoost records they are XGBoost's
    /// `pred_contribs`, computed in double precision. With background rows, a feature that is not known takes
    /// its values from them (interventional).
    ///
    /// Contributions and expected value add up to the raw score. The work grows with the number of nodes, not
    /// with 2 to the number of features (S. Lundberg et al., From local explanations to global understanding
    /// with explainable AI for trees, 2020).
    ///
    /// - Parameters:
    ///   - matrix: The rows.
    ///   - background: The rows to compare with; nil to use the model's record of its training rows.
    ///   - iterations: The boosting rounds to use; all of them when nil.
    ///   - threads: How many threads may work at once. The answer does not depend on it.
    /// - Returns: One number for each feature and the expected value, for each row and output.
    /// - Throws: ``TreeEnsembleError`` if the model has no exact contributions or does not record what they
    ///   need, or if the rows do not fit the model.
    public func contributions(
        for matrix: FeatureMatrix, against background: FeatureMatrix? = nil, iterations: Range<Int>? = nil,
        threads: Int = 1
    ) throws(TreeEnsembleError) -> Contributions {
        let batch = try ContributionRequest(
            self, matrix, background, iterations: iterations, hasPairs: false, threads: threads)
        return Contributions(
            rowCount: matrix.rowCount, outputCount: rawScoreCount, elements: try batch.run(),
            names: featureLabels)
    }

    /// How pairs of features worked together on the raw scores of rows: exact Shapley interaction values.
    ///
    /// - Parameters:
    ///   - matrix: The rows.
    ///   - background: The rows to compare with; nil to use the model's record of its training rows.
    ///   - iterations: The boosting rounds to use; all of them when nil.
    ///   - threads: How many threads may work at once. The answer does not depend on it.
    /// - Returns: A symmetric matrix for each row and output.
    /// - Throws: ``TreeEnsembleError`` if the model has no exact contributions or does not record what they
    ///   need, or if the rows do not fit the model.
    public func interactions(
        for matrix: FeatureMatrix, against background: FeatureMatrix? = nil, iterations: Range<Int>? = nil,
        threads: Int = 1
    ) throws(TreeEnsembleError) -> Interactions {
        let batch = try ContributionRequest(
            self, matrix, background, iterations: iterations, hasPairs: true, threads: threads)
        return Interactions(
            rowCount: matrix.rowCount, outputCount: rawScoreCount, featureCount: features.count,
            elements: try batch.run())
    }

    /// What each feature did to a raw score of one row.
    ///
    /// - Parameters:
    ///   - row: The features in the model's order, NaN where missing.
    ///   - output: The raw score to explain.
    /// - Returns: The contributions with the features' names; `sorted()` puts the largest first.
    /// - Throws: ``TreeEnsembleError`` as for many rows.
    public func contributions(for row: [Double], output: Int = 0) throws(TreeEnsembleError)
        -> RowContributions
    {
        guard output >= 0, output < rawScoreCount else {
            throw TreeEnsembleError(.invalidArgument, "output \(output) of a model that has \(rawScoreCount)")
        }
        let matrix = try FeatureMatrix(row, columns: max(row.count, 1))
        return try contributions(for: matrix).explanation(row: 0, output: output)
    }

    /// The features' names, or their places where the model records none.
    var featureLabels: [String] {
        features.enumerated().map { $0.element.name ?? "feature \($0.offset)" }
    }
}
