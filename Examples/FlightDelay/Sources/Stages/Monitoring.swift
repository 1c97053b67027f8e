// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import DataContracts
import TableReading

/// How far features and scores of each month lie from the reference month.
struct Monitoring {
    let settings: Settings

    /// Compares the features and, as columns of their own, both models' probabilities.
    func drift(of scored: [ScoredMonth]) throws -> [Summary.Drift] {
        let months = Dictionary(grouping: scored, by: \.flights.month)
        let reference = try table(of: months[settings.referenceMonth] ?? [])
        return try settings.months.filter { $0 != settings.referenceMonth }.flatMap { month in
            Drift.compare(reference, try table(of: months[month] ?? [])).columns.map { column in
                Summary.Drift(
                    month: month, column: column.name, psi: column.stability,
                    threshold: column.stabilityThreshold,
                    hasDrifted: column.verdict == .drifted)
            }
        }
    }

    /// The features without those that tell the date, and the scores beside them.
    private func table(of scored: [ScoredMonth]) throws -> Table {
        let features = scored.first?.flights.features.removing(["month", "day"]).columns ?? []
        return try Table(
            features + scored.map { Column("score of " + $0.model.name, doubles: $0.probabilities) })
    }
}
