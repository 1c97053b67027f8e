// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Merged and resolved values with their places, before any type sees them.
package struct ParameterTree: Sendable {
    let root: Node

    /// Loads sources, each put over those before it.
    ///
    /// - Throws: ``ParameterError`` with every problem found.
    package static func load(_ sources: ParameterSource...) throws(ParameterError) -> ParameterTree {
        var loader = ParameterLoader()
        loader.load(sources)
        guard loader.problems.isEmpty else { throw ParameterError(loader.problems) }
        return ParameterTree(root: loader.root)
    }

    /// How many values are no collections.
    package var leafCount: Int { ParameterTree.count(root) }

    private static func count(_ node: Node) -> Int {
        switch node.content {
        case .list(let elements): elements.reduce(0) { $0 + count($1) }
        case .mapping(let members): members.entries.reduce(0) { $0 + count($1.value) }
        default: 1
        }
    }
}
