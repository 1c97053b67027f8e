// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A checked call for contributions or interactions.
struct ContributionRequest {
    private let model: TreeEnsemble
    private let rows: BoundRows
    private let background: BoundRows?
    private let iterations: Range<Int>
    private let hasPairs: Bool
    private let threads: Int

    init(
        _ model: TreeEnsemble, _ matrix: FeatureMatrix, _ background: FeatureMatrix?, iterations: Range<Int>?,
        hasPairs: Bool, threads: Int
    ) throws(TreeEnsembleError) {
        let used = iterations ?? 0..<model.iterationCount
        guard used.lowerBound >= 0, used.upperBound <= model.iterationCount else {
            throw TreeEnsembleError(
                .invalidArgument, "iterations \(used) of a model that has \(model.iterationCount)")
        }
        guard threads > 0 else {
            throw TreeEnsembleError(.invalidArgument, "the number of threads must be positive")
        }
        if let background, background.rowCount == 0 {
            throw TreeEnsembleError(.invalidArgument, "contributions against a background of no rows")
        }
        self.model = model
        rows = try BoundRows(matrix, for: model.ensemble)
        self.background = try background.map { matrix throws(TreeEnsembleError) in
            try BoundRows(matrix, for: model.ensemble)
        }
        self.iterations = used
        self.hasPairs = hasPairs
        self.threads = threads
    }

    /// The numbers of all rows, row by row and output by output.
    func run() throws(TreeEnsembleError) -> [Double] {
        if let booster = model.ensemble.linearBooster { return linear(booster) }
        let (plan, codes) = try model.contributionPlans.plan(for: model.ensemble)
        let starts = model.ensemble.iterationStarts
        let batch = ContributionBatch(
            plan: plan, codes: codes, rows: rows, background: background,
            trees: starts[iterations.lowerBound]..<starts[iterations.upperBound],
            iterationCount: iterations.count, hasPairs: hasPairs, threads: threads)
        return try batch.run()
    }

    /// The contributions of a linear booster: each feature that is there gives its value times its weight.
    ///
    /// That is XGBoost's own; against background rows a feature gives what it differs by from their mean.
    private func linear(_ booster: LinearBooster) -> [Double] {
        let ensemble = model.ensemble
        let features = ensemble.features.count
        let outputs = ensemble.outputCount
        let side = features + 1
        let width = hasPairs ? side * side : side
        let stride = hasPairs ? side + 1 : 1
        var means = [Double](repeating: 0, count: features)
        if let background {
            for row in 0..<background.rowCount {
                for (feature, x) in values(background, row).enumerated() {
                    means[feature] += x / Double(background.rowCount)
                }
            }
        }
        var result = [Double](repeating: 0, count: rows.rowCount * outputs * width)
        for row in 0..<rows.rowCount {
            let present = values(rows, row)
            for output in 0..<outputs {
                let start = (row * outputs + output) * width
                var expected =
                    ensemble.baseScores[output] + Double(booster.weights[features * outputs + output])
                for feature in 0..<features {
                    let weight = Double(booster.weights[feature * outputs + output])
                    result[start + feature * stride] = (present[feature] - means[feature]) * weight
                    expected += means[feature] * weight
                }
                result[start + width - 1] = expected
            }
        }
        return result
    }

    /// The features of a row, 0 where missing: a linear booster leaves those out.
    private func values(_ rows: BoundRows, _ row: Int) -> [Double] {
        var values = [Double](repeating: 0, count: model.ensemble.features.count)
        var span = values.mutableSpan
        rows.load(row: row, into: &span)
        return values.map { $0.isNaN ? 0 : Double(Float($0)) }
    }
}
