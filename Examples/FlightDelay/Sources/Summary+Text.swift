// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase

extension Summary {
    /// The findings on one screen.
    ///
    /// - Parameter report: Where the page is that shows them all.
    func text(report: String) -> String {
        var table = TextTable([
            "month", "version", "rows", "added again", "AUC xgboost", "AUC lightgbm", "drifted",
        ])
        for dataset in datasets {
            let areas = ["xgboost", "lightgbm"].map { model in
                scorings.first { $0.model == model && $0.month == dataset.month }.map {
                    format($0.rocAUC, decimals: 4)
                } ?? ""
            }
            let columns = drift.filter { $0.month == dataset.month }
            let drifted =
                columns.isEmpty ? "reference" : "\(columns.count(where: \.hasDrifted)) of \(columns.count)"
            table.add(
                [dataset.month, dataset.reference, String(dataset.rows), String(dataset.bytesAddedAgain)]
                    + areas
                    + [drifted])
        }
        let rows = scorings.map(\.rows).reduce(0, +)
        let unlike = scorings.map(\.rowsUnlikePython).reduce(0, +)
        let sections: [[String]] = [
            [table.text, "\(rows) scores, \(unlike) unlike Python's in any bit"],
            ["Refused:"] + refusals.map { "  " + $0.reasons.joined(separator: "; ") },
            ["Gates of the challenger:"] + registry.gates.map { "  " + $0 },
            ["History of the champion:"] + registry.history.map { "  " + $0 },
            ["July and August:"] + comparison.map { "  " + $0 },
            ["Report: " + report],
        ]
        return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }
}
