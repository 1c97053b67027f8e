// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The way through a graph: from its inputs to the tree operators, and from there to its outputs.
///
/// Every operator of the graph must lie on it and be one of the few that are understood.
struct ONNXPath {
    /// The graph's inputs column by column, or nil where the file leaves their number open.
    private(set) var features: [Feature]?
    /// For each column of the tree operator the feature it is; nil where they are the same.
    private(set) var columns: [Int]?
    /// Single where a feature is rounded to Float anywhere on its way.
    private(set) var precision: Precision = .single
    /// What the operators behind the trees do with the scores.
    private(set) var steps: [ONNXTransform.Step] = []
    /// The labels where an operator behind the trees picks them.
    private(set) var classNames: [String]?
    /// How many columns the scores are cut into, where each is an output of its own.
    var scoreColumns: Int?
    let graph: ONNXGraph
    /// The operators that were passed.
    var seen: Set<Int> = []
    private static let mostColumns = 1 << 20
    private static let mostSteps = 100

    /// The way around tree operators, of which several take the same columns and are summed.
    init(_ graph: ONNXGraph, around operators: [ONNXNode]) throws(TreeEnsembleError) {
        self.graph = graph
        guard let trees = operators.first, let input = trees.inputs.first, let first = trees.outputs.first
        else {
            throw .malformed("the tree operator has no input or no output")
        }
        try readInputs(input)
        if operators.count > 1 {
            try followScores(sum(of: operators))
        } else {
            let isClassifier = trees.type == "TreeEnsembleClassifier"
            let scores = isClassifier ? (trees.outputs.count > 1 ? trees.outputs[1] : "") : first
            if isClassifier, !first.isEmpty { try followLabels(first) }
            if !scores.isEmpty { try followScores(scores) }
        }
        for (index, node) in graph.nodes.enumerated() where !seen.contains(index) {
            guard ONNXTrees.operators.contains(node.type) else { throw Self.unknown(node) }
        }
    }

    /// The way from the graph's inputs to a tree operator alone.
    init(_ graph: ONNXGraph, before trees: ONNXNode) throws(TreeEnsembleError) {
        self.graph = graph
        guard let input = trees.inputs.first else { throw .malformed("the tree operator has no input") }
        try readInputs(input)
    }

    static func unknown(_ node: ONNXNode) -> TreeEnsembleError {
        .unsupported("the ONNX operator '\(node.type)' around the trees is not supported")
    }

    // MARK: Before the trees

    private mutating func readInputs(_ name: String) throws(TreeEnsembleError) {
        var starts: [String: Int] = [:]
        var features: [Feature] = []
        for input in graph.inputs {
            starts[input.name] = features.count
            guard let columns = input.columns, columns > 0 else {
                // An open width is fine where the one input is all there is.
                guard graph.inputs.count == 1 else {
                    throw .unsupported("the ONNX model has several inputs, and one of them is of open width")
                }
                break
            }
            guard columns <= Self.mostColumns - features.count else {
                throw TreeEnsembleError(
                    .limitExceeded, "the ONNX model claims more than \(Self.mostColumns) columns")
            }
            let isNamed = graph.inputs.count > 1
            for column in 0..<columns {
                let own = columns == 1 ? input.name : "\(input.name)[\(column)]"
                features.append(Feature(name: isNamed ? own : nil))
            }
        }
        var isSingle = false
        let found = try columns(of: name, starts, &isSingle)
        precision = isSingle ? .single : .double
        if features.isEmpty, found != nil {
            throw .unsupported("the ONNX model picks columns of an input of open width")
        }
        self.features = features.isEmpty ? nil : features
        if let found, found != Array(features.indices) { columns = found }
    }

    /// The features that make a tensor's columns; nil for an input of open width as it is.
    private mutating func columns(
        of name: String, _ starts: [String: Int], _ isSingle: inout Bool, depth: Int = 0
    ) throws(TreeEnsembleError) -> [Int]? {
        guard depth < Self.mostSteps else {
            throw TreeEnsembleError(
                .limitExceeded, "more than \(Self.mostSteps) operators stand before the trees")
        }
        if let input = graph.inputs.first(where: { $0.name == name }), let start = starts[name] {
            switch input.type {
            case 1, 6, 7: isSingle = true
            case 11: break
            default: throw .unsupported("the input '\(name)' of the ONNX model is of type \(input.type)")
            }
            return input.columns.map { Array(start..<start + $0) }
        }
        guard let index = graph.nodes.firstIndex(where: { $0.outputs.first == name }) else {
            throw .malformed("the graph has no '\(name)'")
        }
        let node = graph.nodes[index]
        guard seen.insert(index).inserted else {
            throw .malformed("'\(name)' is used twice on the way to the trees")
        }
        guard let input = node.inputs.first else {
            throw .malformed("the operator \(node.type) has no input")
        }
        switch node.type {
        case "Identity": return try columns(of: input, starts, &isSingle, depth: depth + 1)
        case "Cast":
            let type = try node.integer("to") ?? 0
            guard type == 1 || type == 11 else {
                throw .unsupported("a Cast to type \(type) before the trees is not supported")
            }
            if type == 1 { isSingle = true }
            return try columns(of: input, starts, &isSingle, depth: depth + 1)
        case "Concat", "FeatureVectorizer":
            if node.type == "Concat" {
                let axis = try node.integer("axis")
                guard axis == 1 || axis == -1 else { throw .unsupported("a Concat of rows is not supported") }
            }
            var joined: [Int] = []
            for input in node.inputs {
                guard let part = try columns(of: input, starts, &isSingle, depth: depth + 1) else {
                    throw .unsupported("the ONNX model joins inputs of open width")
                }
                joined += part
                guard joined.count <= Self.mostColumns else {
                    throw TreeEnsembleError(
                        .limitExceeded, "the trees take more than \(Self.mostColumns) columns")
                }
            }
            return joined
        case "Gather", "ArrayFeatureExtractor":
            if node.type == "Gather" {
                guard try node.integer("axis") == 1 else {
                    throw .unsupported("a Gather of rows is not supported")
                }
            }
            guard node.inputs.count == 2, let places = graph.constants[node.inputs[1]] else {
                throw .unsupported("the ONNX model picks columns that are not constant")
            }
            guard let all = try columns(of: input, starts, &isSingle, depth: depth + 1) else {
                throw .unsupported("the ONNX model picks columns of an input of open width")
            }
            var picked: [Int] = []
            for place in places.numbers {
                guard let place = Int(exactly: place), all.indices.contains(place) else {
                    throw .malformed("the ONNX model picks column \(place) of \(all.count)")
                }
                picked.append(all[place])
            }
            return picked
        default: throw Self.unknown(node)
        }
    }

    // MARK: Behind the trees

    private mutating func followLabels(_ start: String) throws(TreeEnsembleError) {
        var name = start
        while let index = graph.nodes.firstIndex(where: { $0.inputs.contains(name) }) {
            let node = graph.nodes[index]
            guard seen.insert(index).inserted else { throw .malformed("the graph goes in a circle") }
            switch node.type {
            case "Identity", "Cast", "Reshape", "Squeeze", "Flatten": break
            case "ArrayFeatureExtractor":
                guard node.inputs.count == 2, node.inputs[1] == name,
                    let labels = graph.constants[node.inputs[0]]
                else {
                    throw Self.unknown(node)
                }
                classNames =
                    labels.type == 8 ? labels.texts : labels.numbers.map { "\(Int(exactly: $0) ?? 0)" }
            default: throw Self.unknown(node)
            }
            guard let next = node.outputs.first else { return }
            name = next
        }
    }

    private mutating func followScores(_ start: String) throws(TreeEnsembleError) {
        var name = start
        while let index = graph.nodes.firstIndex(where: { $0.inputs.contains(name) }) {
            let node = graph.nodes[index]
            if node.type == "Slice" { return try cutColumns(of: name) }
            guard seen.insert(index).inserted else { throw .malformed("the graph goes in a circle") }
            switch node.type {
            case "Identity", "ZipMap", "Reshape", "Squeeze", "Flatten": break
            case "Cast":
                let type = try node.integer("to") ?? 0
                guard type == 1 || type == 11 else {
                    throw .unsupported("a Cast of scores to type \(type) is not supported")
                }
            case "Exp": steps.append(.exponential)
            case "Sigmoid": steps.append(.logistic)
            case "Mul", "Div", "Add", "Sub": try appendArithmetic(node, of: name)
            default: throw Self.unknown(node)
            }
            guard let next = node.outputs.first else { return }
            name = next
        }
    }

    private mutating func appendArithmetic(_ node: ONNXNode, of name: String) throws(TreeEnsembleError) {
        guard node.inputs.count == 2 else { throw .malformed("the operator \(node.type) needs two inputs") }
        let isFirst = node.inputs[0] == name
        guard let constant = graph.constants[node.inputs[isFirst ? 1 : 0]], constant.numbers.count == 1,
            isFirst || node.type == "Mul" || node.type == "Add"
        else {
            throw .unsupported("the operator \(node.type) behind the trees is supported with one number only")
        }
        let number = Float(constant.numbers[0])
        switch node.type {
        case "Mul": steps.append(.multiply(number))
        case "Div": steps.append(.divide(number))
        case "Add": steps.append(.add(number))
        default: steps.append(.add(-number))
        }
    }
}
