// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Scores that several operators make, and scores that are several outputs.
extension ONNXPath {
    /// The sum of the scores of several tree operators, as onnxmltools writes it where it is told to split an ensemble.
    mutating func sum(of operators: [ONNXNode]) throws(TreeEnsembleError) -> String {
        var sum: Int?
        var terms: [String] = []
        for trees in operators {
            guard trees.type != "TreeEnsembleClassifier", trees.inputs.first == operators[0].inputs.first,
                var name = trees.outputs.first
            else {
                throw .unsupported(
                    "the ONNX model holds \(operators.count) tree operators, which is supported for regressors of the same columns"
                )
            }
            while let index = user(of: name), graph.nodes[index].type != "Sum" {
                let node = graph.nodes[index]
                guard ["Cast", "Identity"].contains(node.type), let output = node.outputs.first,
                    seen.insert(index).inserted
                else { throw Self.unknown(node) }
                name = output
            }
            guard let index = user(of: name), sum == nil || sum == index else {
                throw .unsupported("the tree operators of the ONNX model are not summed")
            }
            sum = index
            terms.append(name)
        }
        guard let sum, let output = graph.nodes[sum].outputs.first,
            graph.nodes[sum].inputs.sorted() == terms.sorted()
        else {
            throw .unsupported("the sum of the ONNX model's tree operators takes more than them")
        }
        seen.insert(sum)
        return output
    }

    /// Where each column of the scores is an output of its own, as skl2onnx writes them with `zipmap` set to `columns`.
    mutating func cutColumns(of name: String) throws(TreeEnsembleError) {
        var cuts: [Int: String] = [:]
        for (index, node) in graph.nodes.enumerated() where node.inputs.contains(name) {
            guard node.type == "Slice", node.inputs.first == name, let output = node.outputs.first,
                let start = number(1, of: node), number(2, of: node) == start + 1, number(3, of: node) == 1,
                node.inputs.count == 4 || number(4, of: node) == 1, cuts[start] == nil
            else { throw Self.unknown(node) }
            seen.insert(index)
            cuts[start] = output
        }
        for column in cuts.keys.sorted() {
            guard column == scoreColumns ?? 0, var name = cuts[column] else {
                throw .unsupported("the outputs of the ONNX model do not take every score once")
            }
            scoreColumns = column + 1
            while let index = user(of: name), let output = graph.nodes[index].outputs.first {
                let node = graph.nodes[index]
                guard ["Identity", "Reshape", "Squeeze", "Flatten"].contains(node.type),
                    seen.insert(index).inserted
                else { throw Self.unknown(node) }
                name = output
            }
        }
    }

    private func user(of name: String) -> Int? { graph.nodes.firstIndex { $0.inputs.contains(name) } }

    /// An input of an operator that is one constant whole number.
    private func number(_ place: Int, of node: ONNXNode) -> Int? {
        guard node.inputs.indices.contains(place), let constant = graph.constants[node.inputs[place]],
            constant.numbers.count == 1
        else { return nil }
        return Int(exactly: constant.numbers[0])
    }
}
