// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension TreeEnsemble {
    /// One tree as a drawing: an SVG document that needs nothing else, for a browser or a report.
    ///
    /// A decision says what goes left, to "yes". The thicker a line, the more of the training rows (or of their second
    /// derivatives) went along it, where the model records that; "missing" stands where missing values go. Leaves are
    /// coloured by their value. Whatever is shortened stands in full in the tooltip of its box.
    ///
    /// - Parameters:
    ///   - tree: The tree, counted from 0.
    ///   - maximumDepth: How many decisions deep to draw, up to 24; what lies deeper is counted in a box.
    /// - Throws: ``TreeEnsembleError`` if there is no such tree or the depth is not from 0 to 24.
    public func svg(ofTree tree: Int, maximumDepth: Int = 8) throws(TreeEnsembleError) -> String {
        guard ensemble.trees.indices.contains(tree) else {
            throw TreeEnsembleError(.invalidArgument, "there is no tree \(tree); the model has \(treeCount)")
        }
        guard (0...24).contains(maximumDepth) else {
            throw TreeEnsembleError(.invalidArgument, "a tree is drawn 0 to 24 decisions deep")
        }
        return TreeDrawing(self, tree: tree, maximumDepth: maximumDepth).svg
    }
}

/// Draws one tree.
private struct TreeDrawing {
    private let model: TreeEnsemble
    private let tree: Int
    private let layout: TreeLayout
    private let words: NodeWords
    private let rootCover: Double
    /// The least and the largest leaf of the tree.
    private let range: ClosedRange<Double>

    private static let margin = 24.0
    private static let head = 64.0
    private static let levelHeight = 104.0
    private static let decisionHeight = 54.0
    private static let leafHeight = 40.0

    init(_ model: TreeEnsemble, tree: Int, maximumDepth: Int) {
        self.model = model
        self.tree = tree
        let ensemble = model.ensemble
        let place = ensemble.trees[tree]
        layout = TreeLayout(ensemble.nodes, root: place.root, maximumDepth: maximumDepth)
        words = NodeWords(model)
        rootCover = ensemble.nodes.cover[place.root]
        var (least, largest) = (Double.infinity, -Double.infinity)
        for node in place.root..<place.root + place.nodeCount where ensemble.nodes.isLeaf(node) {
            let value = ensemble.leafValues[Int(ensemble.nodes.payload[node])]
            if value.isFinite { (least, largest) = (min(least, value), max(largest, value)) }
        }
        range = least <= largest ? least...largest : 0...0
    }

    var svg: String {
        let width = max(layout.width, 420) + 2 * Self.margin
        let levels = Double(layout.depth) * Self.levelHeight + Self.decisionHeight
        let height = Self.head + levels + 2 * Self.margin
        let size = "width=\"\(text(width))\" height=\"\(text(height))\""
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) viewBox=\"0 0 \(text(width)) \(text(height))\">",
            Self.style, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
        ]
        lines += heading
        for place in layout.places { if let line = edge(to: place) { lines.append(line) } }
        for place in layout.places { lines.append(edgeLabel(of: place)) }
        for place in layout.places { lines += box(of: place) }
        lines.append("</svg>\n")
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static let style = """
        <style>
        text { font-family: ui-sans-serif, system-ui, "Helvetica Neue", Arial, sans-serif; fill: #1e293b; }
        .middle { text-anchor: middle; }
        .name { font-size: 12.5px; font-weight: 600; }
        .small { font-size: 10.5px; fill: #64748b; }
        .title { font-size: 16px; font-weight: 600; }
        .label { font-size: 10.5px; fill: #475569; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
        .edge { fill: none; stroke: #cbd5e1; stroke-linecap: round; }
        .decision { fill: #f8fafc; stroke: #94a3b8; }
        .hidden { fill: #ffffff; stroke: #94a3b8; stroke-dasharray: 4 3; }
        .leaf { stroke: #cbd5e1; }
        </style>
        """

    /// The tree's name, and what the colours of its leaves mean.
    private var heading: [String] {
        let place = model.ensemble.trees[tree]
        let name = "Tree \(tree) of \(model.treeCount)"
        var facts = ["\(place.nodeCount) nodes", "depth \(place.depth)"]
        if model.rawScoreCount > 1, let output = place.output { facts.append("output \(output)") }
        let left = text(Self.margin)
        var lines = [
            "<text class=\"title\" x=\"\(left)\" y=\"36\">\(NodeWords.escaped(name))</text>",
            "<text class=\"small\" x=\"\(left)\" y=\"54\">\(NodeWords.escaped(model.description)) · "
                + "\(facts.joined(separator: " · "))</text>",
        ]
        if place.output != nil, range.lowerBound < range.upperBound {
            let y = Self.head + 2
            for step in 0..<24 {
                let value = range.lowerBound + (range.upperBound - range.lowerBound) * Double(step) / 23
                lines.append(
                    "<rect x=\"\(text(Self.margin + Double(step) * 4))\" y=\"\(text(y))\" width=\"4\" height=\"8\" "
                        + "fill=\"\(colour(of: value))\"/>")
            }
            lines.append(
                "<text class=\"small\" x=\"\(text(Self.margin + 102))\" y=\"\(text(y + 8))\">leaves from "
                    + "\(NodeWords.short(range.lowerBound)) to \(NodeWords.short(range.upperBound))</text>")
        }
        return lines
    }

    // MARK: Lines

    private func top(_ place: TreeLayout.Place) -> Double {
        Self.margin + Self.head + Double(place.depth) * Self.levelHeight
    }

    private func middle(_ place: TreeLayout.Place) -> Double {
        place.x + Self.margin + max(0, (420 - layout.width) / 2)
    }

    private func edge(to place: TreeLayout.Place) -> String? {
        guard let index = place.parent else { return nil }
        let parent = layout.places[index]
        let (fromX, fromY) = (middle(parent), top(parent) + Self.decisionHeight)
        let (toX, toY) = (middle(place), top(place))
        let bend = (fromY + toY) / 2
        let share = model.ensemble.nodes.cover[place.node] / rootCover
        let thickness = share.isFinite ? 1.5 + 7 * min(max(share, 0), 1) : 2
        return "<path class=\"edge\" stroke-width=\"\(text(thickness))\" d=\"M\(text(fromX)) \(text(fromY))C"
            + "\(text(fromX)) \(text(bend)) \(text(toX)) \(text(bend)) \(text(toX)) \(text(toY))\"/>"
    }

    private func edgeLabel(of place: TreeLayout.Place) -> String {
        guard let index = place.parent else { return "" }
        let parent = layout.places[index]
        let isLeft = place.node == Int(model.ensemble.nodes.left[parent.node])
        let takesMissing = model.ensemble.nodes.flags[parent.node].contains(.missingLeft) == isLeft
        let label = (isLeft ? "yes" : "no") + (takesMissing ? ", missing" : "")
        let x = (middle(parent) + middle(place)) / 2
        let y = (top(parent) + Self.decisionHeight + top(place)) / 2 + 4
        return "<text class=\"label middle\" x=\"\(text(x))\" y=\"\(text(y))\">\(label)</text>"
    }

    // MARK: Boxes

    private func box(of place: TreeLayout.Place) -> [String] {
        let isDecision = layout.isDecision(place)
        let width = isDecision ? TreeLayout.decisionWidth : TreeLayout.leafWidth
        let height = isDecision ? Self.decisionHeight : Self.leafHeight
        let (x, y) = (middle(place), top(place))
        var style = "class=\"decision\" rx=\"8\""
        if place.hiddenCount > 0 { style = "class=\"hidden\" rx=\"20\"" }
        if model.ensemble.nodes.isLeaf(place.node) {
            style = "class=\"leaf\" rx=\"20\" fill=\"\(leafColour(place.node))\""
        }
        var lines = [
            "<g><title>\(NodeWords.escaped(model.text(ofNode: place.node, tree: tree)))</title>",
            "<rect \(style) x=\"\(text(x - width / 2))\" y=\"\(text(y))\" width=\"\(text(width))\" "
                + "height=\"\(text(height))\"/>",
        ]
        let rows = isDecision ? words.decision(place.node) : words.end(place, tree: tree)
        for (number, row) in rows.enumerated() {
            let baseline = y + (isDecision ? 18 : 17) + Double(number) * 15
            let isSmall = number == rows.count - 1 && rows.count > 1
            lines.append(
                "<text class=\"\(isSmall ? "small" : "name") middle\" x=\"\(text(x))\" y=\"\(text(baseline))\">"
                    + NodeWords.escaped(row) + "</text>")
        }
        return lines + ["</g>"]
    }

    private func leafColour(_ node: Int) -> String {
        guard model.ensemble.trees[tree].output != nil else { return "#f1f5f9" }
        return colour(of: model.ensemble.leafValues[Int(model.ensemble.nodes.payload[node])])
    }

    /// Blue for the least value of the tree, orange for the largest; white for 0 where it lies between.
    private func colour(of value: Double) -> String {
        let hasBothSigns = range.lowerBound < 0 && range.upperBound > 0
        let centre = hasBothSigns ? 0 : (range.lowerBound + range.upperBound) / 2
        let reach = max(range.upperBound - centre, centre - range.lowerBound)
        guard value.isFinite, reach > 0, reach.isFinite else { return "#f1f5f9" }
        let place = min(max((value - centre) / reach, -1), 1)
        let end: (Double, Double, Double) = place < 0 ? (125, 176, 240) : (250, 170, 105)
        func part(_ end: Double) -> String {
            let level = Int((248 + (end - 248) * abs(place)).rounded())
            return (level < 16 ? "0" : "") + String(level, radix: 16)
        }
        return "#" + part(end.0) + part(end.1) + part(end.2)
    }

    /// A length to a tenth of a pixel.
    private func text(_ length: Double) -> String {
        let tenths = Int((length * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
