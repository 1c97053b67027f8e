// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One tree operator: `TreeEnsembleRegressor`, `TreeEnsembleClassifier` or `TreeEnsemble` of ai.onnx.ml.
struct ONNXTrees {
    static let operators: Set<String> = ["TreeEnsembleRegressor", "TreeEnsembleClassifier", "TreeEnsemble"]

    /// What a node asks.
    ///
    /// The branch of the answer yes is called true.
    enum Mode {
        case atMost, below, atLeast, above, equal, unequal
        case member(set: [Double])
        case leaf
    }

    /// One node as the file has it; children by their place in `nodes`.
    struct Node {
        var mode: Mode
        var feature: Int = -1
        var value: Double = 0
        var missingIsTrue: Bool = false
        var trueChild: Int = -1
        var falseChild: Int = -1
        /// A leaf's weights: output and number.
        var weights: [(output: Int, weight: Double)] = []
        /// The number of the node, or of the leaf, in the file.
        var label: Int

        var isLeaf: Bool { if case .leaf = mode { true } else { false } }
    }

    private(set) var nodes: [Node] = []
    /// The roots in the order of the trees.
    private(set) var roots: [Int] = []
    private(set) var outputCount = 1
    private(set) var aggregation: Aggregation = .sum
    private(set) var averages = false
    private(set) var baseValues: [Double] = []
    private(set) var classNames: [String] = []
    private(set) var classRule: ClassRule?
    /// Whether thresholds and weights are Doubles.
    private(set) var isDouble = false
    /// The nodes of each tree, the root first.
    private(set) var trees: [[Int]] = []
    private var postTransform = "NONE"
    private var hasTextLabels = false
    private var pair: ONNXTransform.Step?

    init(_ node: ONNXNode) throws(TreeEnsembleError) {
        switch node.type {
        case "TreeEnsemble": try read(ONNXTreeList(node), node)
        default: try read(ONNXNodeTable(node), node)
        }
        guard outputCount >= 1, outputCount <= 1 << 16 else {
            throw .malformed("the tree operator has \(outputCount) outputs")
        }
        trees = try Self.walk(nodes, from: roots)
        if node.type == "TreeEnsembleClassifier" { try setClasses() }
        guard baseValues.isEmpty || baseValues.count == outputCount else {
            throw .unsupported(
                "the tree operator has \(baseValues.count) base values for \(outputCount) outputs")
        }
        if outputCount > 1, !baseValues.isEmpty || aggregation != .sum, !everyOutputGetsWeight() {
            throw .unsupported(
                "the tree operator has outputs that some rows get no weight for, beside base values or MIN or MAX"
            )
        }
        if outputCount == 1, aggregation != .sum, !everyOutputGetsWeight() {
            throw .unsupported("the tree operator has leaves without weights beside MIN or MAX")
        }
    }

    /// Gives each leaf one number, in the order of the nodes.
    mutating func setLeaves(_ numbers: [Double]) {
        for (place, number) in zip(nodes.indices.filter { nodes[$0].isLeaf }, numbers) {
            nodes[place].weights = [(0, number)]
        }
    }

    /// Whether the scores are sums of leaves and nothing else.
    var isPlainSum: Bool { aggregation == .sum && !averages && baseValues.isEmpty && classRule == nil }

    /// How many columns the nodes look at.
    var columnCount: Int { (nodes.lazy.map(\.feature).max() ?? -1) + 1 }

    /// The post-transform and what makes two scores of one.
    var steps: [ONNXTransform.Step] {
        get throws(TreeEnsembleError) {
            if let pair { return [pair] }
            switch postTransform {
            case "NONE": return []
            case "PROBIT": return [.probit]
            // onnxruntime leaves a single score as it is.
            case "LOGISTIC": return outputCount == 1 ? [] : [.logistic]
            case "SOFTMAX": return outputCount == 1 ? [] : [.softmax]
            case "SOFTMAX_ZERO": return outputCount == 1 ? [] : [.softmaxZero]
            default: throw .unsupported("the post-transform '\(postTransform)' is not supported")
            }
        }
    }

    private mutating func read(_ list: ONNXTreeList, _ node: ONNXNode) throws(TreeEnsembleError) {
        (nodes, roots, isDouble) = (list.nodes, list.roots, list.isDouble)
        outputCount = try node.integer("n_targets") ?? 1
        let functions: [(Aggregation, Bool)] = [
            (.sum, true), (.sum, false), (.minimum, false), (.maximum, false),
        ]
        let function = try node.integer("aggregate_function") ?? 1
        guard functions.indices.contains(function) else {
            throw .malformed("the aggregate function is \(function)")
        }
        (aggregation, averages) = functions[function]
        // The specification numbers SOFTMAX 1 and LOGISTIC 2; onnxruntime takes them the other way round, and so do its
        // users' models.
        let names = ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"]
        let transform = try node.integer("post_transform") ?? 0
        guard names.indices.contains(transform) else {
            throw .malformed("the post-transform is \(transform)")
        }
        postTransform = names[transform]
    }

    private mutating func read(_ table: ONNXNodeTable, _ node: ONNXNode) throws(TreeEnsembleError) {
        (nodes, roots, isDouble) = (table.nodes, table.roots, table.isDouble)
        postTransform = try node.text("post_transform") ?? "NONE"
        baseValues = try node.numbers("base_values")
        if node.type == "TreeEnsembleRegressor" {
            outputCount = try node.integer("n_targets") ?? 1
            switch try node.text("aggregate_function") ?? "SUM" {
            case "SUM": break
            case "AVERAGE": averages = true
            case "MIN": aggregation = .minimum
            case "MAX": aggregation = .maximum
            case let other: throw .unsupported("the aggregate function '\(other)' is not supported")
            }
            return
        }
        classNames = try node.texts("classlabels_strings")
        hasTextLabels = !classNames.isEmpty
        if !hasTextLabels { classNames = try node.integers("classlabels_int64s").map { "\($0)" } }
        outputCount = classNames.count
    }

    // MARK: Classes

    private mutating func setClasses() throws(TreeEnsembleError) {
        guard outputCount >= 2 else { throw .unsupported("a classifier of one class is not supported") }
        guard outputCount == 2 else {
            // onnxruntime looks only at classes that got a weight; without a rule, nobody is told a class.
            if everyOutputGetsWeight() { classRule = .largestRaw }
            return
        }
        let weights = nodes.lazy.flatMap(\.weights)
        let outputs = Set(weights.map(\.output))
        let isPositive = weights.allSatisfy { !($0.weight < 0) }
        if outputs == [0] {
            // One score, for the second class.
            guard baseValues.count < 2, postTransform != "PROBIT" else {
                throw .unsupported(
                    "a classifier of one score with two base values or PROBIT is not supported")
            }
            outputCount = 1
            classRule = .above(isPositive ? 0.5 : 0, output: 0)
            pair = postTransform == "LOGISTIC" ? .logisticPair : isPositive ? .complementPair : .negationPair
            return
        }
        guard baseValues.isEmpty else {
            throw .unsupported(
                "a classifier of two classes with weights for the second has base values, which is not supported"
            )
        }
        if outputs == [1] {
            classRule = .above(isPositive ? 0.5 : 0, output: 1)
            return
        }
        guard outputs == [0, 1], everyOutputGetsWeight() else {
            throw .unsupported(
                "a classifier of two classes gives some rows no weight for one of them, which is not supported"
            )
        }
        classRule = .above(0, output: 1)
        // onnxruntime then answers with these labels, whatever numbers the classes have.
        if !hasTextLabels { classNames = ["0", "1"] }
    }

    /// Whether every row gets a weight for every output: some tree gives one in each of its leaves.
    private func everyOutputGetsWeight() -> Bool {
        var certain: Set<Int> = []
        for tree in trees where certain.count < outputCount {
            var leafCount = 0
            var counts: [Int: Int] = [:]
            for node in tree where nodes[node].isLeaf {
                leafCount += 1
                for output in Set(nodes[node].weights.lazy.map(\.output)) { counts[output, default: 0] += 1 }
            }
            for (output, count) in counts where count == leafCount { certain.insert(output) }
        }
        return certain.count == outputCount
    }

    /// The nodes of each tree, the root first.
    private static func walk(_ nodes: [Node], from roots: [Int]) throws(TreeEnsembleError) -> [[Int]] {
        var visited = [Bool](repeating: false, count: nodes.count)
        var trees: [[Int]] = []
        for root in roots {
            var tree: [Int] = []
            var pending = [root]
            while let place = pending.popLast() {
                guard nodes.indices.contains(place), !visited[place] else {
                    throw .malformed("node \(place) of the tree operator is reached twice or is not there")
                }
                visited[place] = true
                tree.append(place)
                let node = nodes[place]
                if !node.isLeaf { pending += [node.falseChild, node.trueChild] }
            }
            trees.append(tree)
        }
        return trees
    }
}
