// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The parallel arrays of `TreeEnsembleRegressor` and `TreeEnsembleClassifier`, versions 1 and 3.
struct ONNXNodeTable {
    private(set) var nodes: [ONNXTrees.Node] = []
    private(set) var roots: [Int] = []
    let isDouble: Bool

    private struct Key: Hashable {
        var tree: Int
        var node: Int
    }

    init(_ node: ONNXNode) throws(TreeEnsembleError) {
        isDouble = node.has("nodes_values_as_tensor")
        let trees = try node.integers("nodes_treeids")
        let labels = try node.integers("nodes_nodeids")
        let features = try node.integers("nodes_featureids")
        let modes = try node.texts("nodes_modes")
        let values = try node.numbers("nodes_values")
        let trueLabels = try node.integers("nodes_truenodeids")
        let falseLabels = try node.integers("nodes_falsenodeids")
        let missing = try node.integers("nodes_missing_value_tracks_true")
        let count = trees.count
        guard labels.count == count, features.count == count, modes.count == count, values.count == count,
            trueLabels.count == count, falseLabels.count == count, missing.isEmpty || missing.count == count
        else { throw .malformed("the arrays of the tree operator differ in length") }
        var places: [Key: Int] = [:]
        places.reserveCapacity(count)
        for index in 0..<count {
            guard places.updateValue(index, forKey: Key(tree: trees[index], node: labels[index])) == nil
            else {
                throw .malformed("tree \(trees[index]) has two nodes \(labels[index])")
            }
        }
        var isChild = [Bool](repeating: false, count: count)
        nodes.reserveCapacity(count)
        for index in 0..<count {
            var found = ONNXTrees.Node(mode: try Self.mode(modes[index]), label: labels[index])
            if !found.isLeaf {
                guard features[index] >= 0,
                    let yes = places[Key(tree: trees[index], node: trueLabels[index])],
                    let no = places[Key(tree: trees[index], node: falseLabels[index])]
                else {
                    throw .malformed(
                        "node \(labels[index]) of tree \(trees[index]) has no feature or no child")
                }
                found.feature = features[index]
                found.value = values[index]
                found.missingIsTrue = !missing.isEmpty && missing[index] != 0
                (found.trueChild, found.falseChild) = (yes, no)
                isChild[yes] = true
                isChild[no] = true
            }
            nodes.append(found)
        }
        var rootOfTree: Set<Int> = []
        for index in 0..<count where !isChild[index] {
            guard rootOfTree.insert(trees[index]).inserted else {
                throw .malformed("tree \(trees[index]) has two roots")
            }
            roots.append(index)
        }
        guard rootOfTree.count == Set(trees).count else { throw .malformed("a tree has no root") }
        try readWeights(node, places)
    }

    private mutating func readWeights(_ node: ONNXNode, _ places: [Key: Int]) throws(TreeEnsembleError) {
        let isClassifier = node.type == "TreeEnsembleClassifier"
        let prefix = isClassifier ? "class_" : "target_"
        let trees = try node.integers(prefix + "treeids")
        let labels = try node.integers(prefix + "nodeids")
        let outputs = try node.integers(prefix + "ids")
        let weights = try node.numbers(prefix + "weights")
        guard labels.count == trees.count, outputs.count == trees.count, weights.count == trees.count else {
            throw .malformed("the arrays of the leaves' weights differ in length")
        }
        let outputCount =
            isClassifier
            ? max(try node.texts("classlabels_strings").count, try node.integers("classlabels_int64s").count)
            : try node.integer("n_targets") ?? 1
        for index in trees.indices {
            guard let place = places[Key(tree: trees[index], node: labels[index])] else {
                throw .malformed(
                    "a weight belongs to node \(labels[index]) of tree \(trees[index]), which is not there")
            }
            guard outputs[index] >= 0, outputs[index] < outputCount else {
                throw .malformed("a weight belongs to output \(outputs[index]) of \(outputCount)")
            }
            // onnxruntime leaves out weights of nodes that are no leaves; old converters wrote some.
            guard nodes[place].isLeaf else { continue }
            nodes[place].weights.append((outputs[index], weights[index]))
        }
    }

    private static func mode(_ name: String) throws(TreeEnsembleError) -> ONNXTrees.Mode {
        switch name {
        case "BRANCH_LEQ": return .atMost
        case "BRANCH_LT": return .below
        case "BRANCH_GTE": return .atLeast
        case "BRANCH_GT": return .above
        case "BRANCH_EQ": return .equal
        case "BRANCH_NEQ": return .unequal
        case "LEAF": return .leaf
        default: throw .unsupported("the node mode '\(name.prefix(40))' is not supported")
        }
    }
}
