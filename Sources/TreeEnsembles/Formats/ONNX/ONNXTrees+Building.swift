// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension ONNXTrees {
    /// Hands the trees to the builder.
    ///
    /// - Parameters:
    ///   - builder: What takes them.
    ///   - columns: For each column of the operator the model's feature; nil where they are the same.
    ///   - budget: How many leaf values may be made; a file may name many outputs and give weights to few.
    func add(
        to builder: inout EnsembleBuilder, columns: [Int]?, budget: Int
    ) throws(TreeEnsembleError) {
        var placeOfNode = [Int32](repeating: -1, count: nodes.count)
        for tree in trees {
            for (draft, node) in tree.enumerated() { placeOfNode[node] = Int32(draft) }
            let output = singleOutput(of: tree)
            let width = output == nil ? outputCount : 1
            let leafCount = tree.lazy.filter { nodes[$0].isLeaf }.count
            guard builder.leafValueCount + leafCount * width <= budget else {
                throw TreeEnsembleError(
                    .limitExceeded, "the leaves of the trees would hold more than \(budget) numbers")
            }
            for place in tree {
                let node = nodes[place]
                if node.isLeaf {
                    builder.drafts.append(.leaf(values: builder.draftValues.count, label: node.label))
                    appendValues(of: node, width: width, to: &builder.draftValues)
                } else {
                    try builder.drafts.append(draft(node, placeOfNode, columns, &builder.ensemble))
                }
            }
            try builder.addTree(output: output)
            builder.endIteration()
        }
    }

    /// The one output that all leaves of a tree give one weight to, or nil.
    private func singleOutput(of tree: [Int]) -> Int? {
        if outputCount == 1 { return 0 }
        var output: Int?
        for place in tree where nodes[place].isLeaf {
            guard nodes[place].weights.count == 1, output == nil || output == nodes[place].weights[0].output
            else {
                return nil
            }
            output = nodes[place].weights[0].output
        }
        return output
    }

    private func appendValues(of leaf: Node, width: Int, to values: inout [Double]) {
        let start = values.count
        let nothing: Double =
            switch aggregation {
            case .sum: 0
            case .minimum: .infinity
            case .maximum: -.infinity
            }
        values.append(contentsOf: repeatElement(nothing, count: width))
        for (output, weight) in leaf.weights {
            let place = start + (width == 1 ? 0 : output)
            switch aggregation {
            case .sum: values[place] += weight
            case .minimum: values[place] = min(values[place], weight)
            case .maximum: values[place] = max(values[place], weight)
            }
        }
    }

    private func draft(
        _ node: Node, _ placeOfNode: [Int32], _ columns: [Int]?, _ ensemble: inout Ensemble
    ) throws(TreeEnsembleError) -> NodeDraft {
        var column = node.feature
        if let columns {
            guard columns.indices.contains(column) else {
                throw .malformed("a node looks at column \(column) of \(columns.count)")
            }
            column = columns[column]
        }
        guard let feature = Int32(exactly: column) else {
            throw .malformed("a node looks at column \(column)")
        }
        let (yes, no) = (placeOfNode[node.trueChild], placeOfNode[node.falseChild])
        let order = ThresholdOrder(ensemble.precision)
        var draft = NodeDraft()
        draft.feature = feature
        draft.label = Int32(truncatingIfNeeded: node.label)
        // Where yes is left, a missing value goes left with yes; where yes is right, with no.
        (draft.left, draft.right) = (yes, no)
        draft.flags = node.missingIsTrue ? .missingLeft : []
        switch node.mode {
        case .atMost: draft.threshold = order.firstAbove(node.value)
        case .below: draft.threshold = order.firstFrom(node.value)
        case .atLeast, .above:
            (draft.left, draft.right) = (no, yes)
            draft.flags = node.missingIsTrue ? [] : .missingLeft
            guard !node.value.isNaN else {
                // Nothing compares with NaN, so the answer is always no.
                draft.threshold = .nan
                break
            }
            if case .atLeast = node.mode {
                draft.threshold = order.firstFrom(node.value)
            } else {
                draft.threshold = order.firstAbove(node.value)
            }
        case .equal, .unequal, .member:
            var members = [node.value]
            if case .member(let set) = node.mode { members = set }
            draft.flags.formUnion([.categorical, .membersLeft])
            if case .unequal = node.mode {
                // NaN is unequal to everything, whatever the node says of missing values.
                draft.flags = [.categorical]
                draft.flags.insert(.missingLeft)
            }
            draft.payload = Int32(ensemble.sets.append(numbers: members.filter { !$0.isNaN }))
        case .leaf: throw .malformed("a leaf has children")
        }
        return draft
    }
}
