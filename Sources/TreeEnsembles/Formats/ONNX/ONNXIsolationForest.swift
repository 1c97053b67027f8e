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

/// An isolation forest as skl2onnx writes it: one operator for each tree, whose leaves hold their own numbers, and
/// behind it some dozen elementwise operators that make a path length of each
/// (skl2onnx/operator_converters/isolation_forest.py in github.com/onnx/sklearn-onnx).
///
/// Whatever stands between a tree and the sum over the trees depends on the leaf alone. So it is worked out here, once
/// for each leaf, in Float as onnxruntime works it out.
struct ONNXIsolationForest {
    /// What a tensor of the graph is.
    private enum Value {
        case number(Float)
        /// A number for each leaf of a tree, in the order of the operator's nodes.
        case leaves(tree: Int, [Float])
    }

    /// The trees, with path lengths in their leaves.
    private(set) var trees: [ONNXTrees] = []
    /// For each tree the features that its columns are; nil where they are the same.
    private(set) var columns: [[Int]?] = []
    private(set) var features: [Feature] = []
    /// The path length that a usual row has.
    private(set) var pathLength = 0.0
    private(set) var offset = 0.0
    private let graph: ONNXGraph
    private var values: [String: Value] = [:]
    private var seen: Set<Int> = []
    /// How many more numbers of leaves may be worked out.
    private var budget: Int
    /// The names of the tensors that skl2onnx sums, and how the sum goes on.
    private static let tail = ["Div", "Neg", "Pow", "Neg", "Add"]
    /// What makes the label of the score.
    private static let label = ["Less", "Cast", "Mul", "Add"]

    /// Whether a graph of several tree operators looks like such a forest.
    static func recognizes(_ graph: ONNXGraph) -> Bool {
        graph.nodes.contains { $0.type == "LabelEncoder" } && graph.nodes.contains { $0.type == "Pow" }
    }

    init(_ graph: ONNXGraph, budget: Int) throws(TreeEnsembleError) {
        self.graph = graph
        self.budget = budget
        for (name, tensor) in graph.constants where tensor.numbers.count == 1 {
            values[name] = .number(Float(tensor.numbers[0]))
        }
        var sum: (node: ONNXNode, terms: [[Float]])?
        for (index, node) in graph.nodes.enumerated() where sum == nil {
            if ONNXTrees.operators.contains(node.type) {
                try addTree(node)
                seen.insert(index)
            } else if node.type == "Sum" {
                sum = (node, try terms(of: node))
                seen.insert(index)
            } else if node.inputs.contains(where: { values[$0] != nil && graph.constants[$0] == nil }) {
                try work(out: node)
                seen.insert(index)
            }
        }
        guard let sum else { throw Self.unknown("it has no sum over its trees") }
        for (index, term) in sum.terms.enumerated() { trees[index].setLeaves(term.map(Double.init)) }
        try readTail(from: sum.node)
    }

    private static func unknown(_ what: String) -> TreeEnsembleError {
        .unsupported(
            "the ONNX model holds several tree operators, which is supported for isolation forests of skl2onnx: "
                + what)
    }

    // MARK: Trees and leaves

    private mutating func addTree(_ node: ONNXNode) throws(TreeEnsembleError) {
        let path = try ONNXPath(graph, before: node)
        seen.formUnion(path.seen)
        guard let features = path.features else {
            throw .unsupported("the ONNX model leaves the number of its columns open")
        }
        let tree = try ONNXTrees(node)
        guard path.precision == .single, tree.trees.count == 1, tree.outputCount == 1, !tree.averages,
            tree.baseValues.isEmpty, let output = node.outputs.first
        else { throw Self.unknown("an operator holds more than one plain tree") }
        self.features = features
        let leaves = tree.nodes.filter(\.isLeaf).map { leaf in
            leaf.weights.reduce(Float(0)) { $0 + Float($1.weight) }
        }
        try take(leaves.count)
        values[output] = .leaves(tree: trees.count, leaves)
        trees.append(tree)
        columns.append(path.columns)
    }

    /// Applies an elementwise operator to the numbers of each leaf.
    private mutating func work(out node: ONNXNode) throws(TreeEnsembleError) {
        guard let first = node.inputs.first.flatMap({ values[$0] }), let output = node.outputs.first else {
            throw Self.unknown("the operator \(node.type) takes what is not known of a leaf")
        }
        switch node.type {
        case "Identity", "Reshape": values[output] = first
        case "Cast":
            let type = try node.integer("to") ?? 0
            guard [1, 6, 7, 9, 11].contains(type) else { throw Self.unknown("a Cast to type \(type)") }
            values[output] = try mapped(first) {
                type == 9 ? ($0 != 0 ? 1 : 0) : type == 6 || type == 7 ? $0.rounded(.towardZero) : $0
            }
        case "Log": values[output] = try mapped(first) { logf($0) }
        case "LabelEncoder":
            let keys = try node.integers("keys_int64s")
            let found = try node.numbers("values_floats")
            guard keys.count == found.count else {
                throw .malformed("a LabelEncoder's lists differ in length")
            }
            var table: [Float: Float] = [:]
            for (key, value) in zip(keys, found) { table[Float(key)] = Float(value) }
            values[output] = try mapped(first) { table[$0] ?? -0.0 }
        default:
            guard node.inputs.count == 2, let second = values[node.inputs[1]],
                let rule = Self.rules[node.type]
            else { throw Self.unknown("the operator \(node.type)") }
            values[output] = try combined(first, second, rule)
        }
    }

    private static let rules: [String: @Sendable (Float, Float) -> Float] = [
        "Add": { $0 + $1 }, "Sub": { $0 - $1 }, "Mul": { $0 * $1 }, "Div": { $0 / $1 },
        "Max": { max($0, $1) }, "Equal": { $0 == $1 ? 1 : 0 }, "Greater": { $0 > $1 ? 1 : 0 },
        "Less": { $0 < $1 ? 1 : 0 },
    ]

    private mutating func mapped(_ value: Value, _ change: (Float) -> Float) throws(TreeEnsembleError)
        -> Value
    {
        switch value {
        case .number(let number): return .number(change(number))
        case .leaves(let tree, let numbers):
            try take(numbers.count)
            return .leaves(tree: tree, numbers.map(change))
        }
    }

    private mutating func combined(
        _ first: Value, _ second: Value, _ rule: (Float, Float) -> Float
    ) throws(TreeEnsembleError) -> Value {
        switch (first, second) {
        case (_, .number(let right)): return try mapped(first) { rule($0, right) }
        case (.number(let left), _): return try mapped(second) { rule(left, $0) }
        case (.leaves(let tree, let left), .leaves(let other, let right)):
            guard tree == other else { throw Self.unknown("an operator takes leaves of two trees") }
            try take(left.count)
            return .leaves(tree: tree, zip(left, right).map(rule))
        }
    }

    private mutating func take(_ count: Int) throws(TreeEnsembleError) {
        budget -= count
        guard budget >= 0 else {
            throw TreeEnsembleError(
                .limitExceeded, "the operators behind the trees are too many for their leaves")
        }
    }

    // MARK: The sum and behind it

    /// The path lengths of each tree's leaves.
    private func terms(of node: ONNXNode) throws(TreeEnsembleError) -> [[Float]] {
        var terms: [Int: [Float]] = [:]
        for input in node.inputs {
            guard case .leaves(let tree, let lengths) = values[input],
                terms.updateValue(lengths, forKey: tree) == nil
            else { throw Self.unknown("its sum does not take every tree once") }
        }
        guard terms.count == trees.count else { throw Self.unknown("its sum does not take every tree once") }
        return trees.indices.compactMap { terms[$0] }
    }

    /// Reads `-2^-(sum / whole) + offset` and the label that is made of it.
    private mutating func readTail(from sum: ONNXNode) throws(TreeEnsembleError) {
        let (numbers, score) = try follow(sum.outputs.first ?? "", through: Self.tail)
        guard case .some(let whole) = numbers[0], numbers[2] == 2, case .some(let shift) = numbers[4] else {
            throw Self.unknown("what follows the sum is not the score of such a forest")
        }
        pathLength = Double(whole) / Double(trees.count)
        offset = -Double(shift)
        if graph.nodes.contains(where: { $0.inputs.contains(score) }) {
            let (numbers, _) = try follow(score, through: Self.label)
            guard numbers[0] == 0, numbers[2] == -2, numbers[3] == 1 else {
                throw Self.unknown("its label is not -1 below 0 and 1 elsewhere")
            }
        }
        for (index, node) in graph.nodes.enumerated() where !seen.contains(index) {
            throw Self.unknown("the operator \(node.type) stands beside it")
        }
    }

    /// Goes through operators that follow each other and gives the one number that each takes beside.
    private mutating func follow(
        _ start: String, through types: [String]
    ) throws(TreeEnsembleError) -> ([Float?], String) {
        var name = start
        var numbers: [Float?] = []
        for type in types {
            let users = graph.nodes.indices.filter { graph.nodes[$0].inputs.contains(name) }
            guard users.count == 1, graph.nodes[users[0]].type == type,
                let output = graph.nodes[users[0]].outputs.first
            else { throw Self.unknown("what follows the sum is not the score of such a forest") }
            seen.insert(users[0])
            let node = graph.nodes[users[0]]
            let isInOrder = type == "Pow" ? node.inputs.last == name : node.inputs.first == name
            guard isInOrder || type == "Add" || type == "Mul" else {
                throw Self.unknown("the operator \(type) takes its numbers the other way round")
            }
            let beside = node.inputs.first { $0 != name }
            if case .number(let number) = beside.flatMap({ values[$0] }) {
                numbers.append(number)
            } else {
                numbers.append(nil)
            }
            name = output
        }
        return (numbers, name)
    }
}
