// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Which data and parameters made which version, and which of them serves.
struct LineageDiagram {
    let summary: Summary

    private struct Box {
        let x: Double
        let y: Double
        let lines: [String]
        let style: String
        var left: (x: Double, y: Double) { (x, y + 24) }
        var right: (x: Double, y: Double) { (x + 190, y + 24) }
    }

    var svg: SVG {
        var svg = SVG(width: 760, height: 300, title: "Lineage of the registered versions")
        let versions = summary.registry.versions
        let data = summary.datasets.enumerated().map { index, dataset in
            Box(
                x: 8, y: 16 + 70 * Double(index), lines: [dataset.reference, "flights of " + dataset.month],
                style: "box data")
        }
        let models = versions.enumerated().map { index, version in
            Box(
                x: 288, y: 50 + 120 * Double(index),
                lines: [version.name, version.model + " " + version.artifact],
                style: "box model")
        }
        let alias = Box(
            x: 562, y: 110, lines: ["champion", summary.registry.champion],
            style: "box alias")
        for (model, version) in zip(models, versions) {
            for (box, dataset) in zip(data, summary.datasets) where version.data.contains(dataset.reference) {
                svg.curve(from: box.right, to: model.left, class: "link")
            }
            svg.curve(
                from: model.right, to: alias.left,
                class: version.name == summary.registry.champion ? "link serving" : "link past")
        }
        for box in data + models + [alias] {
            svg.rectangle(box.x, box.y, width: 190, height: 48, class: box.style)
            svg.text(box.lines[0], box.x + 12, box.y + 20, class: "label strong")
            svg.text(box.lines[1], box.x + 12, box.y + 37)
        }
        return svg
    }
}
