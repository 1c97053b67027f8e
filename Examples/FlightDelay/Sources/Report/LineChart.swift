// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Lines over named places, such as a measure by month.
struct LineChart {
    let title: String
    let places: [String]
    let series: [(name: String, values: [Double])]
    let range: ClosedRange<Double>

    var svg: SVG {
        var svg = SVG(width: 640, height: 280, title: title)
        let (left, right, top, bottom) = (48.0, 540.0, 16.0, 244.0)
        func x(_ place: Int) -> Double {
            left + 24 + (right - left - 48) * Double(place) / Double(max(places.count - 1, 1))
        }
        func y(_ value: Double) -> Double {
            bottom - (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (bottom - top)
        }
        for step in 0...4 {
            let value = range.lowerBound + (range.upperBound - range.lowerBound) * Double(step) / 4
            svg.line(left, y(value), right, y(value), class: "grid")
            svg.text(format(value, decimals: 2), left - 8, y(value) + 4, anchor: "end")
        }
        for (index, place) in places.enumerated() {
            svg.text(place, x(index), bottom + 20, anchor: "middle")
        }
        // Names stand apart even where the lines end close together.
        let ranks = series.indices.sorted { (series[$0].values.last ?? 0) > (series[$1].values.last ?? 0) }
        for (index, line) in series.enumerated() {
            let points = line.values.enumerated().map { (x: x($0.offset), y: y($0.element)) }
            svg.polyline(points, class: "line series\(index)")
            for (place, point) in points.enumerated() {
                let value = format(line.values[place], decimals: 4)
                svg.circle(
                    point.x, point.y, radius: 4, class: "dot series\(index)",
                    hint: "\(line.name), \(places[place]): \(value)")
            }
            if let last = points.last, let rank = ranks.firstIndex(of: index) {
                let shift = Double(rank) * 16 - Double(series.count - 1) * 8
                svg.text(line.name, last.x + 12, last.y + 4 + shift, class: "label name\(index)")
            }
        }
        return svg
    }
}
