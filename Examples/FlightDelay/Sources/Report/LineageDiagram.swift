// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Which data and parameters made which version, and which of them serves.
struct LineageDiagram {
    let summary: Summary

    private struct Box {
        static let width = 176.0
        let x: Double
        let y: Double
        let lines: [String]
        let style: String
        var left: (x: Double, y: Double) { (x, y + 24) }
        var right: (x: Double, y: Double) { (x + Box.width, y + 24) }
    }

    var svg: SVG {
        var svg = SVG(width: 800, height: 300, title: "Lineage of the registered versions")
        let versions = summary.registry.versions
        let data = summary.datasets.enumerated().map { index, dataset in
            Box(
                x: 8, y: 16 + 70 * Double(index), lines: [dataset.reference, "flights of " + dataset.month],
                style: "box")
        }
        let runs = versions.enumerated().map { index, version in
            Box(
                x: 208, y: 50 + 120 * Double(index),
                lines: [version.run, "parameters " + version.parameters],
                style: "box")
        }
        let models = versions.enumerated().map { index, version in
            Box(
                x: 408, y: 50 + 120 * Double(index),
                lines: [version.name, version.model + " " + version.artifact],
                style: "box")
        }
        let alias = Box(x: 608, y: 110, lines: ["champion", summary.registry.champion], style: "box alias")
        for (index, version) in versions.enumerated() {
            let isServing = version.name == summary.registry.champion
            for (box, dataset) in zip(data, summary.datasets) where version.data.contains(dataset.reference) {
                svg.curve(from: box.right, to: runs[index].left, class: isServing ? "link serving" : "link")
            }
            svg.curve(
                from: runs[index].right, to: models[index].left, class: isServing ? "link serving" : "link")
            svg.curve(
                from: models[index].right, to: alias.left, class: isServing ? "link serving" : "link past")
        }
        for box in data + runs + models + [alias] {
            svg.rectangle(box.x, box.y, width: Box.width, height: 48, class: box.style)
            svg.text(box.lines[0], box.x + 10, box.y + 20, class: "label strong")
            svg.text(box.lines[1], box.x + 10, box.y + 37)
        }
        return svg
    }
}
