// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation

/// A drawing that is put together element by element.
struct SVG {
    private var elements: [String] = []
    let width: Double
    let height: Double
    let title: String

    init(width: Double, height: Double, title: String) {
        self.width = width
        self.height = height
        self.title = title
    }

    /// The element, ready to stand in a page.
    var markup: String {
        """
        <svg viewBox="0 0 \(format(width)) \(format(height))" role="img" aria-label="\(escape(title))">
        <title>\(escape(title))</title>
        \(elements.joined(separator: "\n"))
        </svg>
        """
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) {
        elements.append(
            "<line x1='\(format(x1))' y1='\(format(y1))' x2='\(format(x2))' y2='\(format(y2))' class='\(name)'/>"
        )
    }

    mutating func polyline(_ points: [(x: Double, y: Double)], class name: String) {
        let text = points.map { format($0.x) + "," + format($0.y) }.joined(separator: " ")
        elements.append("<polyline points='\(text)' class='\(name)'/>")
    }

    mutating func circle(_ x: Double, _ y: Double, radius: Double, class name: String, hint: String) {
        elements.append(
            "<circle cx='\(format(x))' cy='\(format(y))' r='\(format(radius))' class='\(name)'>"
                + "<title>\(escape(hint))</title></circle>")
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, width: Double, height: Double, class name: String, opacity: Double = 1,
        hint: String? = nil
    ) {
        let title = hint.map { "<title>\(escape($0))</title>" } ?? ""
        elements.append(
            "<rect x='\(format(x))' y='\(format(y))' width='\(format(width))' height='\(format(height))' rx='3' "
                + "class='\(name)' fill-opacity='\(format(opacity))'>\(title)</rect>")
    }

    /// Writes a text; the anchor is `start`, `middle` or `end`.
    mutating func text(
        _ text: String, _ x: Double, _ y: Double, anchor: String = "start", class name: String = "label"
    ) {
        elements.append(
            "<text x='\(format(x))' y='\(format(y))' text-anchor='\(anchor)' class='\(name)'>\(escape(text))</text>"
        )
    }

    mutating func curve(
        from start: (x: Double, y: Double), to end: (x: Double, y: Double), class name: String
    ) {
        let middle = (start.x + end.x) / 2
        elements.append(
            "<path d='M\(format(start.x)),\(format(start.y)) C\(format(middle)),\(format(start.y)) "
                + "\(format(middle)),\(format(end.y)) \(format(end.x)),\(format(end.y))' class='\(name)'/>")
    }
}

/// A number with at most two decimals.
func format(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
}

/// A number with exactly so many decimals.
func format(_ value: Double, decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
}

/// A text as it stands in HTML.
func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
}
