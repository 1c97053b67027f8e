// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The arrays of one tree (`sklearn.tree._tree.Tree`).
///
/// A feature, rounded to Float, goes left where it is at most the
/// threshold, which is a Double.
struct SkopsTree {
    let nodeCount: Int
    /// `width` numbers for each node.
    let values: [Double]
    /// How many rows reached each node in training.
    let sampleCounts: [Double]
    private let left: [Int]
    private let right: [Int]
    private let feature: [Int]
    private let threshold: [Double]
    private let missingGoesLeft: [Int]
    private let cover: [Double]

    init(_ estimator: SkopsObject, _ archive: SkopsArchive, width: Int) throws(TreeEnsembleError) {
        let tree = try SkopsObject(try estimator.required("tree_"))
        guard tree.className == "Tree" else { throw .malformed("tree_ is not a tree") }
        let nodes = try archive.array(try tree.required("nodes"), "nodes")
        nodeCount = nodes.count
        left = try nodes.integers("left_child")
        right = try nodes.integers("right_child")
        feature = try nodes.integers("feature")
        threshold = try nodes.doubles("threshold")
        sampleCounts = try nodes.doubles("n_node_samples")
        cover =
            nodes.has("weighted_n_node_samples") ? try nodes.doubles("weighted_n_node_samples") : sampleCounts
        // Before 1.3 there was no such field, and NaN, which is at most nothing, went right.
        missingGoesLeft = nodes.has("missing_go_to_left") ? try nodes.integers("missing_go_to_left") : []
        values = try archive.array(try tree.required("values"), "values").doubles()
        guard values.count == nodeCount * width else {
            throw .malformed("a tree of \(nodeCount) nodes and \(width) outputs has \(values.count) values")
        }
    }

    /// Hands the nodes to the builder.
    ///
    /// - Parameters:
    ///   - columns: The model's feature for each of the tree's, where the tree saw only some.
    ///   - knowsMissing: Whether the way down looks for NaN.
    ///   - leafValues: The values of a leaf, by node.
    func addDrafts(
        to builder: inout EnsembleBuilder, columns: [Int]? = nil, knowsMissing: Bool = true,
        leafValues: (Int) -> [Double]
    ) throws(TreeEnsembleError) {
        builder.drafts.reserveCapacity(nodeCount)
        for node in 0..<nodeCount {
            guard left[node] != -1 else {
                builder.drafts.append(
                    .leaf(values: builder.draftValues.count, label: node, cover: cover[node]))
                builder.draftValues += leafValues(node)
                continue
            }
            var draft = NodeDraft()
            draft.label = Int32(truncatingIfNeeded: node)
            draft.cover = cover[node]
            draft.left = Int32(exactly: left[node]) ?? -1
            draft.right = Int32(exactly: right[node]) ?? -1
            var column = feature[node]
            if let columns {
                guard columns.indices.contains(column) else {
                    throw .malformed("a tree uses a feature it does not have")
                }
                column = columns[column]
            }
            guard column >= 0, let column = Int32(exactly: column) else {
                throw .malformed("a node has the feature \(column)")
            }
            draft.feature = column
            if knowsMissing, !missingGoesLeft.isEmpty, missingGoesLeft[node] != 0 {
                draft.flags = .missingLeft
            }
            draft.threshold = ThresholdOrder(.single).firstAbove(threshold[node])
            builder.drafts.append(draft)
        }
    }

    /// The number of nodes on the way from the root to each node, both counted; 0 for what the root does not reach.
    func depths() throws(TreeEnsembleError) -> [Int] {
        var depths = [Int](repeating: 0, count: nodeCount)
        guard nodeCount > 0 else { return depths }
        var pending = [0]
        depths[0] = 1
        while let node = pending.popLast() {
            guard left[node] != -1 else { continue }
            for child in [left[node], right[node]] {
                guard depths.indices.contains(child), depths[child] == 0 else {
                    throw .malformed("node \(child) of a tree is reached twice or is not there")
                }
                depths[child] = depths[node] + 1
                pending.append(child)
            }
        }
        return depths
    }

    /// How long the way to a row is on average in a tree of so many rows (`_average_path_length` of scikit-learn).
    static func averagePathLength(_ count: Double) -> Double {
        if count <= 1 { return 0 }
        if count == 2 { return 1 }
        let eulerGamma = 0.577_215_664_901_532_9
        return 2 * (log(count - 1) + eulerGamma) - 2 * (count - 1) / count
    }
}
