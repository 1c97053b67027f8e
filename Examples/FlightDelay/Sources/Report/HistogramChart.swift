// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Distributions over the same bins as outlines on top of each other, each as a share of its rows.
struct HistogramChart {
    let title: String
    let series: [(name: String, counts: [Int])]

    var svg: SVG {
        var svg = SVG(width: 520, height: 250, title: title)
        let (left, right, top, bottom) = (44.0, 500.0, 28.0, 214.0)
        let shares = series.map { line -> [Double] in
            let total = Double(max(line.counts.reduce(0, +), 1))
            return line.counts.map { Double($0) / total }
        }
        let highest = max(shares.flatMap { $0 }.max() ?? 0, 0.01)
        func y(_ share: Double) -> Double { bottom - share / highest * (bottom - top) }
        svg.text(title, left, 14, class: "label strong")
        for step in 0...4 {
            let share = highest * Double(step) / 4
            svg.line(left, y(share), right, y(share), class: "grid")
            svg.text(format(share * 100, decimals: 0) + " %", left - 6, y(share) + 4, anchor: "end")
            svg.text(
                format(Double(step) / 4, decimals: 2), left + (right - left) * Double(step) / 4, bottom + 18,
                anchor: "middle")
        }
        svg.text("predicted probability of a delay", (left + right) / 2, bottom + 34, anchor: "middle")
        for (index, line) in shares.enumerated() {
            let width = (right - left) / Double(max(line.count, 1))
            let points = line.enumerated().flatMap { bin, share in
                [
                    (x: left + Double(bin) * width, y: y(share)),
                    (x: left + Double(bin + 1) * width, y: y(share)),
                ]
            }
            svg.polyline(points, class: "line month\(index)")
            svg.text(
                series[index].name, right - 8, top + 16 * Double(index + 1), anchor: "end",
                class: "label tone\(index)")
        }
        return svg
    }
}
