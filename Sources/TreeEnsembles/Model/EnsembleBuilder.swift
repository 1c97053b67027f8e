// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Takes trees as a reader finds them, checks them, and lays them out as an ``Ensemble``.
///
/// This is the one place where the shape of a tree is checked, for all readers: children in range, every node with
/// one parent, no cycles, features, sets and values in range. Nodes that the root does not reach are dropped. All
/// walks are loops over explicit stacks, so a tree may be as deep as its file is long.
package struct EnsembleBuilder {
    /// The ensemble so far.
    ///
    /// Readers set everything but nodes, trees and iterations directly.
    package var ensemble: Ensemble
    /// The nodes of the tree being read, in the order of the source.
    ///
    /// Filled by the reader, emptied by `addTree`.
    package var drafts: [NodeDraft] = []
    /// The leaf values of the tree being read; drafts of leaves point into it.
    package var draftValues: [Double] = []
    private var pending: [Pending] = []
    private var visited: [Bool] = []

    private struct Pending {
        var draft: Int32
        var parent: Int32
        var depth: Int32
        var isRight: Bool
    }

    /// Starts from an ensemble without trees.
    package init(_ ensemble: Ensemble) {
        self.ensemble = ensemble
    }

    /// Adds the tree in ``drafts``.
    ///
    /// - Parameters:
    ///   - root: The draft of the root.
    ///   - output: The output that the leaves add to, or nil where each leaf holds one number for every output.
    ///   - weight: What the reader multiplied into the leaves; only recorded.
    package mutating func addTree(
        root: Int = 0, output: Int?, weight: Double = 1
    ) throws(TreeEnsembleError) {
        defer {
            drafts.removeAll(keepingCapacity: true)
            draftValues.removeAll(keepingCapacity: true)
        }
        let number = ensemble.trees.count
        guard !drafts.isEmpty, drafts.indices.contains(root) else {
            throw .malformed("tree \(number) has no root node \(root)")
        }
        if let output, output < 0 || output >= ensemble.outputCount {
            throw .malformed(
                "tree \(number) belongs to output \(output), and the model has \(ensemble.outputCount)")
        }
        let start = ensemble.nodes.count
        guard start + drafts.count < Int(Int32.max),
            ensemble.leafValues.count + draftValues.count < Int(Int32.max)
        else { throw TreeEnsembleError(.limitExceeded, "the model has more than 2^31 nodes or leaf values") }
        visited.removeAll(keepingCapacity: true)
        visited.append(contentsOf: repeatElement(false, count: drafts.count))
        pending.removeAll(keepingCapacity: true)
        pending.append(Pending(draft: Int32(root), parent: -1, depth: 0, isRight: false))
        visited[root] = true
        let width = output == nil ? ensemble.outputCount : 1
        var depth: Int32 = 0
        var leafCount = 0
        while let next = pending.popLast() {
            let draft = drafts[Int(next.draft)]
            let index = Int32(ensemble.nodes.count)
            if next.parent >= 0 {
                if next.isRight {
                    ensemble.nodes.right[Int(next.parent)] = index
                } else {
                    ensemble.nodes.left[Int(next.parent)] = index
                }
            }
            if draft.feature < 0 {
                try appendLeaf(draft, width: width, tree: number)
                leafCount += 1
                depth = max(depth, next.depth)
            } else {
                try appendDecision(draft, tree: number)
                for (child, isRight) in [(draft.right, true), (draft.left, false)] {
                    guard child >= 0, Int(child) < drafts.count else {
                        throw .malformed(
                            "a node of tree \(number) has child \(child), which is not a node of it")
                    }
                    guard !visited[Int(child)] else {
                        throw .malformed("node \(child) of tree \(number) is reached twice: not a tree")
                    }
                    visited[Int(child)] = true
                    pending.append(
                        Pending(draft: child, parent: index, depth: next.depth + 1, isRight: isRight))
                }
            }
        }
        ensemble.trees.append(
            Tree(
                root: start, nodeCount: ensemble.nodes.count - start, depth: Int(depth), output: output,
                weight: weight, leafCount: leafCount))
    }

    /// Ends an iteration: the trees since the last call belong to it.
    package mutating func endIteration() {
        ensemble.iterationStarts.append(ensemble.trees.count)
    }

    /// The finished ensemble.
    ///
    /// - Throws: If the tables do not fit together.
    package consuming func finish() throws(TreeEnsembleError) -> Ensemble {
        guard ensemble.baseScores.count == ensemble.outputCount else {
            throw .malformed(
                "the model has \(ensemble.baseScores.count) base scores for \(ensemble.outputCount) outputs")
        }
        guard ensemble.bias.isEmpty || ensemble.bias.count == ensemble.outputCount else {
            throw .malformed(
                "the model has \(ensemble.bias.count) biases for \(ensemble.outputCount) outputs")
        }
        if ensemble.iterationStarts.last != ensemble.trees.count { endIteration() }
        return ensemble
    }

    private mutating func appendLeaf(
        _ draft: NodeDraft, width: Int, tree: Int
    ) throws(TreeEnsembleError) {
        let start = Int(draft.payload)
        guard start >= 0, start + width <= draftValues.count else {
            throw .malformed("a leaf of tree \(tree) has no value")
        }
        let place = ensemble.leafValues.count
        for offset in 0..<width { ensemble.leafValues.append(draftValues[start + offset]) }
        append(draft, payload: Int32(place))
        if let linear = draft.linear {
            if ensemble.linearLeaves == nil { ensemble.linearLeaves = LinearLeaves() }
            for feature in linear.features where feature < 0 || Int(feature) >= ensemble.columnCount {
                throw .malformed("a linear leaf of tree \(tree) uses feature \(feature), which is not there")
            }
            ensemble.linearLeaves?.append(
                place: place, constant: linear.constant, features: linear.features,
                coefficients: linear.coefficients)
        }
    }

    private mutating func appendDecision(_ draft: NodeDraft, tree: Int) throws(TreeEnsembleError) {
        guard Int(draft.feature) < ensemble.columnCount else {
            throw .malformed(
                "a node of tree \(tree) asks for feature \(draft.feature) of \(ensemble.columnCount)")
        }
        if draft.flags.contains(.categorical) {
            guard draft.payload >= 0, Int(draft.payload) < ensemble.sets.count else {
                throw .malformed("a node of tree \(tree) asks for a set of categories that is not there")
            }
        }
        append(draft, payload: draft.payload)
    }

    private mutating func append(_ draft: NodeDraft, payload: Int32) {
        ensemble.nodes.feature.append(draft.feature)
        ensemble.nodes.threshold.append(draft.threshold)
        ensemble.nodes.left.append(-1)
        ensemble.nodes.right.append(-1)
        ensemble.nodes.flags.append(draft.flags)
        ensemble.nodes.payload.append(payload)
        ensemble.nodes.label.append(draft.label)
        ensemble.nodes.cover.append(draft.cover)
        ensemble.nodes.gain.append(draft.gain)
    }
}

/// A node as a reader hands it in: the meaning of ``NodeTable``, children by their place among the drafts.
package struct NodeDraft {
    package var feature: Int32 = -1
    package var left: Int32 = -1
    package var right: Int32 = -1
    /// The set of a categorical node, or where a leaf's values start in `draftValues`.
    package var payload: Int32 = 0
    package var label: Int32 = 0
    package var flags: NodeFlags = []
    package var gain: Float = .nan
    package var threshold: Double = 0
    package var cover: Double = .nan
    package var linear: LinearDraft?

    package init() {}

    /// A leaf whose values start at `values` in `draftValues`.
    package static func leaf(values: Int, label: Int, cover: Double = .nan) -> NodeDraft {
        var draft = NodeDraft()
        draft.payload = Int32(truncatingIfNeeded: values)
        draft.label = Int32(truncatingIfNeeded: label)
        draft.cover = cover
        return draft
    }
}

/// The linear function of a leaf as a reader hands it in.
package struct LinearDraft {
    package var constant: Double
    package var features: ArraySlice<Int32>
    package var coefficients: ArraySlice<Double>

    package init(constant: Double, features: ArraySlice<Int32>, coefficients: ArraySlice<Double>) {
        self.constant = constant
        self.features = features
        self.coefficients = coefficients
    }
}
