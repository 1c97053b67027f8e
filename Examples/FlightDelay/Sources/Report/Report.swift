// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The pipeline's findings as one page that needs nothing beside itself.
struct Report {
    let summary: Summary

    private var months: [String] { summary.datasets.map(\.month) }
    private var models: [String] {
        summary.scorings.reduce(into: []) { names, scoring in
            if !names.contains(scoring.model) { names.append(scoring.model) }
        }
    }

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Flight delays, June to September 2013</title>
        <style>\(Report.style)</style>
        </head>
        <body>
        <h1>Flight delays, June to September 2013</h1>
        <p>Two models from Python, trained on January to June, scored in Swift month by month.
        \(scored) scores, \(unlikePython) of them unlike Python's in any bit.</p>
        \(section("ROC AUC by month", "How well each model orders late flights before the others. June was part of training.", rocAUC.markup))
        \(section("Score distributions", "Share of flights by predicted probability.", histograms))
        \(section("Drift by column", "Population stability index against June; red lies over the threshold that fits these row counts.", DriftChart(months: Array(months.dropFirst()), drift: summary.drift).svg.markup))
        \(section("Lineage", "The green way leads to the version that serves. Parameters \(code(String(summary.parameters.digest.prefix(19)))).", LineageDiagram(summary: summary).svg.markup))
        \(section("Registry", "Gates that the challenger had to pass, and the history of the alias <i>champion</i>.", list(summary.registry.gates) + list(summary.registry.history)))
        \(section("Why July and August differ", "From the records of the two runs, in the order in which causes are looked for.", list(summary.comparison)))
        \(section("Datasets", "Each month is a version; taking it again adds nothing.", datasets))
        \(section("Refused", "Damaged copies of July against the contract inferred from June.", refusals))
        </body>
        </html>

        """
    }

    private var scored: Int { summary.scorings.map(\.rows).reduce(0, +) }
    private var unlikePython: Int { summary.scorings.map(\.rowsUnlikePython).reduce(0, +) }

    private var rocAUC: SVG {
        let series = models.map { model in
            (name: model, values: summary.scorings.filter { $0.model == model }.map(\.rocAUC))
        }
        let values = series.flatMap(\.values)
        let lower = ((values.min() ?? 0.5) * 20).rounded(.down) / 20
        let upper = ((values.max() ?? 1) * 20).rounded(.up) / 20
        return LineChart(
            title: "ROC AUC by month", places: months, series: series, range: lower...max(upper, lower + 0.05)
        ).svg
    }

    private var histograms: String {
        models.map { model in
            let series = summary.scorings.filter { $0.model == model }.map {
                (name: $0.month, counts: $0.histogram)
            }
            return "<div>" + HistogramChart(title: model, series: series).svg.markup + "</div>"
        }.joined()
    }

    private var datasets: String {
        let rows = summary.datasets.map { dataset in
            [
                dataset.reference, dataset.month, String(dataset.rows), String(dataset.bytes),
                String(dataset.chunks),
                String(dataset.bytesAddedAgain), dataset.notes.joined(separator: "; "),
            ]
        }
        return table(
            ["version", "month", "rows", "bytes", "chunks", "added again", "against June's contract"], rows)
    }

    private var refusals: String {
        table(
            ["damage", "refused because"],
            summary.refusals.map { [$0.damage, $0.reasons.joined(separator: "; ")] })
    }

    private func section(_ title: String, _ text: String, _ content: String) -> String {
        "<section><h2>\(escape(title))</h2><p>\(text)</p><div class='figure'>\(content)</div></section>"
    }

    private func list(_ lines: [String]) -> String {
        "<ul>" + lines.map { "<li>" + escape($0) + "</li>" }.joined() + "</ul>"
    }

    private func code(_ text: String) -> String { "<code>" + escape(text) + "</code>" }

    private func table(_ header: [String], _ rows: [[String]]) -> String {
        let head = header.map { "<th>" + escape($0) + "</th>" }.joined()
        let body = rows.map { "<tr>" + $0.map { "<td>" + escape($0) + "</td>" }.joined() + "</tr>" }.joined()
        return "<table><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table>"
    }
}
