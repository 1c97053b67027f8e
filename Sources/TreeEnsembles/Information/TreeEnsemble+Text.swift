// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension TreeEnsemble {
    /// One tree, drawn with lines: a decision says what goes left, which stands above what goes right.
    ///
    /// - Parameter tree: The tree, counted from 0.
    /// - Throws: ``TreeEnsembleError`` if there is no such tree.
    public func text(ofTree tree: Int) throws(TreeEnsembleError) -> String {
        guard ensemble.trees.indices.contains(tree) else {
            throw TreeEnsembleError(.invalidArgument, "there is no tree \(tree); the model has \(treeCount)")
        }
        var lines: [String] = []
        // Deeper than this a drawing helps nobody, and its indentation alone would take the square of the depth.
        let mostIndentation = 60
        var pending = [(node: ensemble.trees[tree].root, prefix: "", mark: "", depth: 0)]
        while let next = pending.popLast() {
            lines.append(next.prefix + next.mark + text(ofNode: next.node, tree: tree))
            guard !ensemble.nodes.isLeaf(next.node) else { continue }
            var prefix = next.prefix
            if next.depth < mostIndentation {
                prefix += next.mark.isEmpty ? "" : next.mark == "├─ " ? "│  " : "   "
            }
            let (left, right) = (Int(ensemble.nodes.left[next.node]), Int(ensemble.nodes.right[next.node]))
            pending.append((right, prefix, "└─ ", next.depth + 1))
            pending.append((left, prefix, "├─ ", next.depth + 1))
        }
        return lines.joined(separator: "\n")
    }

    /// What a node is, in full.
    func text(ofNode node: Int, tree: Int) -> String {
        let nodes = ensemble.nodes
        let cover = nodes.cover[node].isNaN ? "" : "  (cover \(shortest(nodes.cover[node])))"
        guard !nodes.isLeaf(node) else {
            let place = Int(nodes.payload[node])
            let width = ensemble.trees[tree].output == nil ? ensemble.outputCount : 1
            let values = ensemble.leafValues[place..<place + width].map { number($0) }
            let linear =
                (ensemble.linearLeaves?.function.indices.contains(place) ?? false) ? " + linear terms" : ""
            return "leaf \(nodes.label[node]): \(values.joined(separator: ", "))" + linear + cover
        }
        let flags = nodes.flags[node]
        let column = Int(nodes.feature[node])
        let name = name(ofColumn: column)
        let missing = ", missing \(flags.contains(.missingLeft) ? "left" : "right")"
        if flags.contains(.categorical) {
            let members = ensemble.sets.members(of: Int(nodes.payload[node]))
            let shown = members.prefix(12).map { category($0, column: column) }.joined(separator: ", ")
            let more = members.count > 12 ? ", … \(members.count - 12) more" : ""
            let verb = flags.contains(.membersLeft) ? "in" : "not in"
            return "\(name) \(verb) {\(shown)\(more)}\(missing)\(cover)"
        }
        return "\(name) < \(number(nodes.threshold[node]))\(missing)\(cover)"
    }

    /// The name of a column that nodes look at, or its number.
    func name(ofColumn column: Int) -> String {
        (column < features.count ? features[column].name : nil) ?? "feature \(column)"
    }

    /// The name of a category, or its code.
    func category(_ code: Double, column: Int) -> String {
        if let index = Int(exactly: code), column < features.count,
            features[column].categories.indices.contains(index)
        {
            return features[column].categories[index]
        }
        return shortest(code)
    }

    private func number(_ value: Double) -> String {
        ensemble.precision == .single && Double(Float(value)) == value ? "\(Float(value))" : "\(value)"
    }

    private func shortest(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? number(value)
    }
}
