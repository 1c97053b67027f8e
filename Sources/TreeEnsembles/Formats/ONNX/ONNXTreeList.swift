// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The arrays of `TreeEnsemble`, version 5: decisions and leaves stand apart.
struct ONNXTreeList {
    private(set) var nodes: [ONNXTrees.Node] = []
    private(set) var roots: [Int]
    let isDouble: Bool

    init(_ node: ONNXNode) throws(TreeEnsembleError) {
        let features = try node.integers("nodes_featureids")
        let count = features.count
        guard let splits = try node.tensor("nodes_splits"), let modes = try node.tensor("nodes_modes"),
            let weights = try node.tensor("leaf_weights")
        else { throw .malformed("the tree operator has no splits, modes or weights") }
        guard [1, 11].contains(splits.type) else {
            throw .unsupported(
                "the tree operator has thresholds of type \(splits.type), which are not supported")
        }
        isDouble = splits.type == 11
        let trueIds = try node.integers("nodes_truenodeids")
        let falseIds = try node.integers("nodes_falsenodeids")
        let trueLeafs = try node.integers("nodes_trueleafs")
        let falseLeafs = try node.integers("nodes_falseleafs")
        let missing = try node.integers("nodes_missing_value_tracks_true")
        let targets = try node.integers("leaf_targetids")
        roots = try node.integers("tree_roots")
        let outputCount = try node.integer("n_targets") ?? 1
        guard splits.numbers.count == count, modes.numbers.count == count, trueIds.count == count,
            falseIds.count == count, trueLeafs.count == count, falseLeafs.count == count,
            missing.isEmpty || missing.count == count, targets.count == weights.numbers.count
        else { throw .malformed("the arrays of the tree operator differ in length") }
        guard targets.allSatisfy({ $0 >= 0 && $0 < outputCount }) else {
            throw .malformed("a leaf belongs to an output that is not there")
        }
        var sets = try Self.sets(node)[...]
        nodes.reserveCapacity(3 * count)
        for index in 0..<count {
            var found = ONNXTrees.Node(
                mode: try Self.mode(modes.numbers[index], &sets), feature: features[index],
                value: splits.numbers[index], missingIsTrue: !missing.isEmpty && missing[index] != 0,
                label: index)
            guard found.feature >= 0 else { throw .malformed("a node has feature \(found.feature)") }
            (found.trueChild, found.falseChild) = (trueIds[index], falseIds[index])
            nodes.append(found)
        }
        // Each branch to a leaf gets a leaf of its own: a tree that is one leaf names it in both branches.
        for index in 0..<count {
            if trueLeafs[index] != 0 {
                nodes[index].trueChild = try appendLeaf(trueIds[index], targets, weights.numbers)
            }
            if falseLeafs[index] != 0 {
                nodes[index].falseChild = try appendLeaf(falseIds[index], targets, weights.numbers)
            }
        }
    }

    private mutating func appendLeaf(
        _ leaf: Int, _ targets: [Int], _ weights: [Double]
    ) throws(TreeEnsembleError) -> Int {
        guard targets.indices.contains(leaf) else {
            throw .malformed("a node has leaf \(leaf), which is not there")
        }
        nodes.append(ONNXTrees.Node(mode: .leaf, weights: [(targets[leaf], weights[leaf])], label: leaf))
        return nodes.count - 1
    }

    /// The sets that MEMBER nodes ask about, in the order of the nodes, each ended by NaN.
    private static func sets(_ node: ONNXNode) throws(TreeEnsembleError) -> [[Double]] {
        guard let values = try node.tensor("membership_values") else { return [] }
        var sets: [[Double]] = []
        var current: [Double] = []
        for value in values.numbers {
            if value.isNaN {
                sets.append(current)
                current = []
            } else {
                current.append(value)
            }
        }
        guard current.isEmpty else { throw .malformed("the last set of members does not end") }
        return sets
    }

    private static func mode(
        _ code: Double, _ sets: inout ArraySlice<[Double]>
    ) throws(TreeEnsembleError) -> ONNXTrees.Mode {
        switch code {
        case 0: return .atMost
        case 1: return .below
        case 2: return .atLeast
        case 3: return .above
        case 4: return .equal
        case 5: return .unequal
        case 6:
            guard let set = sets.popFirst() else { throw .malformed("a MEMBER node has no set of members") }
            return .member(set: set)
        default: throw .unsupported("the node mode \(code) is not supported")
        }
    }
}
