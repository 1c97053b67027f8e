// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Takes trees as a reader finds them, checks them, and lays them out as an ``Ensemble``.
///
/// This is where the shape of a tree is checked, for all readers but that of the compact form, whose tables are read in
/// place and looked over by `Ensemble.checkTrees`: children in range, every node with one parent, no cycles, features, sets
/// and values in range. Nodes that the root does not reach are dropped. All walks are loops over explicit stacks, so a
/// tree may be as deep as its file is long.
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
    /// The linear functions that drafts of leaves name.
    package var draftFunctions: [LinearDraft] = []
    private let columns = NodeColumns()
    private let scratch = PreorderScratch()

    /// Starts from an ensemble without trees.
    package init(_ ensemble: Ensemble) {
        self.ensemble = ensemble
    }

    /// Makes room for the nodes of all trees, where a reader knows how many there are.
    ///
    /// - Parameters:
    ///   - count: The number of nodes, which the size of the file bounds.
    ///   - trees: The number of trees, likewise.
    package mutating func reserve(nodes count: Int, trees: Int) {
        // A tree has one leaf more than it has decisions.
        columns.reserve(count, leafValues: (count + trees) / 2 + 1)
    }

    /// How many leaf values the trees so far have.
    package var leafValueCount: Int { columns.leafValues.count }

    /// Adds the tree in ``drafts``.
    ///
    /// - Parameters:
    ///   - root: The draft of the root.
    ///   - output: The output that the leaves add to, or nil where each leaf holds one number for every output.
    ///   - weight: What the reader multiplied into the leaves; only recorded.
    package mutating func addTree(
        root: Int = 0, output: Int?, weight: Double = 1
    ) throws(TreeEnsembleError) {
        var (nodes, values): ([NodeDraft], [Double]) = ([], [])
        swap(&nodes, &drafts)
        swap(&values, &draftValues)
        let functions = unsafe try nodes.withUnsafeBufferPointer { nodes throws(TreeEnsembleError) in
            unsafe try values.withUnsafeBufferPointer { values throws(TreeEnsembleError) in
                // Bounds: asked for places below the counts.
                @inline(__always) func node(_ place: Int) throws(TreeEnsembleError) -> NodeDraft {
                    unsafe nodes[place]
                }
                @inline(__always) func value(_ place: Int) -> Double { unsafe values[place] }
                return try addTree(
                    nodeCount: nodes.count, valueCount: values.count, root: root, output: output,
                    weight: weight, node: node, value: value)
            }
        }
        for (function, place) in functions { try appendFunction(function, place: place) }
        // The memory serves the next tree.
        nodes.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        draftFunctions.removeAll(keepingCapacity: true)
        (drafts, draftValues) = (nodes, values)
    }

    /// Adds a tree whose nodes stand somewhere else than in ``drafts``, and gives its leaves with linear functions.
    ///
    /// - Parameters:
    ///   - nodeCount: How many nodes there are, reached from the root or not.
    ///   - valueCount: How many numbers the leaves' values are taken from.
    ///   - root: The place of the root.
    ///   - output: As above, like the weight.
    ///   - weight: Only recorded.
    ///   - node: Gives the node at a place below `nodeCount`: children by their places, a leaf with where its values
    ///     start.
    ///   - value: Gives the number at a place below `valueCount`.
    @discardableResult @inline(__always)
    mutating func addTree(
        nodeCount: Int, valueCount: Int, root: Int = 0, output: Int?, weight: Double = 1,
        node: (Int) throws(TreeEnsembleError) -> NodeDraft, value: (Int) -> Double
    ) throws(TreeEnsembleError) -> [(function: Int32, place: Int)] {
        let number = ensemble.trees.count
        guard root >= 0, root < nodeCount else {
            throw .malformed("tree \(number) has no root node \(root)")
        }
        if let output, output < 0 || output >= ensemble.outputCount {
            throw .malformed(
                "tree \(number) belongs to output \(output), and the model has \(ensemble.outputCount)")
        }
        let start = columns.count
        guard start + nodeCount < Int(Int32.max), columns.leafValues.count + nodeCount < Int(Int32.max)
        else { throw TreeEnsembleError(.limitExceeded, "the model has more than 2^31 nodes or leaf values") }
        var visit = TreeVisit(
            start: start, columnCount: ensemble.columnCount, setCount: ensemble.sets.count,
            nodeCount: nodeCount, valueCount: valueCount, width: output == nil ? ensemble.outputCount : 1,
            tree: number)
        let target = columns.extend(by: nodeCount)
        let count = try visit.order(
            from: root, into: target, values: columns.leafValues, scratch, node: node, value: value)
        columns.truncate(to: start + count)
        ensemble.trees.append(
            Tree(
                root: start, nodeCount: count, depth: visit.depth, output: output, weight: weight,
                leafCount: visit.leafCount))
        return visit.functions
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
        ensemble.nodes = columns.finish()
        ensemble.leafValues = columns.leafValues.finish()
        return ensemble
    }

    private mutating func appendFunction(_ function: Int32, place: Int) throws(TreeEnsembleError) {
        let linear = draftFunctions[Int(function)]
        for feature in linear.features where feature < 0 || Int(feature) >= ensemble.columnCount {
            throw .malformed(
                "a linear leaf of tree \(ensemble.trees.count - 1) uses feature \(feature), which is not there"
            )
        }
        if ensemble.linearLeaves == nil { ensemble.linearLeaves = LinearLeaves() }
        ensemble.linearLeaves?.append(
            place: place, constant: linear.constant, features: linear.features,
            coefficients: linear.coefficients)
    }
}

/// A node as a reader hands it in: the meaning of ``NodeTable``, children by their place among the drafts.
package struct NodeDraft: BitwiseCopyable {
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
    /// A leaf's linear function among the builder's `draftFunctions`, or -1.
    package var function: Int32 = -1

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
