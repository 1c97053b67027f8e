// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Drift as a table of cells: a row for each column of the data, a column for each month, darker for farther away.
struct DriftChart {
    let months: [String]
    let drift: [Summary.Drift]

    var svg: SVG {
        let columns = drift.reduce(into: [String]()) { names, entry in
            if !names.contains(entry.column) { names.append(entry.column) }
        }
        let (left, rowHeight, cellWidth) = (130.0, 22.0, 120.0)
        var svg = SVG(
            width: left + cellWidth * Double(months.count) + 8,
            height: 30 + rowHeight * Double(columns.count),
            title: "Population stability index by column and month against June")
        for (index, month) in months.enumerated() {
            svg.text(
                month, left + cellWidth * (Double(index) + 0.5), 16, anchor: "middle", class: "label strong")
        }
        for (row, column) in columns.enumerated() {
            let y = 26 + rowHeight * Double(row)
            svg.text(column, left - 10, y + 15, anchor: "end")
            for (index, month) in months.enumerated() {
                guard let entry = drift.first(where: { $0.month == month && $0.column == column }) else {
                    continue
                }
                let x = left + cellWidth * Double(index)
                // The cell is full at three times the threshold.
                let strength = min(entry.psi / (3 * max(entry.threshold, 1e-9)), 1)
                svg.rectangle(
                    x + 1, y, width: cellWidth - 2, height: rowHeight - 2,
                    class: entry.hasDrifted ? "drifted" : "quiet", opacity: 0.12 + 0.75 * strength,
                    hint: "\(column), \(month): PSI \(format(entry.psi, decimals: 4)), "
                        + "threshold \(format(entry.threshold, decimals: 4))")
                svg.text(
                    format(entry.psi, decimals: 3), x + cellWidth / 2, y + 15, anchor: "middle",
                    class: "label cell")
            }
        }
        return svg
    }
}
