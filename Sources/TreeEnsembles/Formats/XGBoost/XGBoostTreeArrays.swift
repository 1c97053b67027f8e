// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The arrays of one XGBoost tree, of equal length and checked for it.
struct XGBoostTreeArrays {
    let nodeCount: Int
    let left: [Int32]
    let right: [Int32]
    let feature: [Int32]
    /// Thresholds of decisions, values of scalar leaves.
    let condition: [Float]
    let defaultLeft: [Int32]
    let sumHessian: [Float]
    let lossChange: [Float]
    /// For each node its place among the categorical nodes, or -1; empty for a tree without such nodes.
    let categoricalPlace: [Int32]
    let categories: [Int32]
    let categorySegments: [Int]
    let categorySizes: [Int]
    /// The length of a leaf's vector; 0 for scalar leaves.
    let vectorLength: Int
    /// Vectors of leaves: by leaf number (from 3.2 on, `leaf_weights`) or by node.
    let vectors: [Float]
    let vectorsGoByLeaf: Bool

    init(_ tree: DocumentObject, number: Int) throws(TreeEnsembleError) {
        let what = "tree \(number)"
        let parameters = try tree.required("tree_param", in: what).object("tree_param of \(what)")
        left = try tree.required("left_children", in: what).numbers("left_children").int32s()
        let count = left.count
        nodeCount = count
        guard count > 0 else { throw .malformed("\(what) has no nodes") }
        right = try tree.required("right_children", in: what).numbers("right_children").int32s()
        feature = try tree.required("split_indices", in: what).numbers("split_indices").int32s()
        condition = try tree.required("split_conditions", in: what).numbers("split_conditions").floats()
        defaultLeft = try tree.required("default_left", in: what).numbers("default_left").int32s()
        sumHessian = try tree.optional("sum_hessian")?.numbers("sum_hessian").floats() ?? []
        lossChange = try tree.optional("loss_changes")?.numbers("loss_changes").floats() ?? []
        guard right.count == count, feature.count == count, condition.count == count,
            defaultLeft.count == count, sumHessian.isEmpty || sumHessian.count == count,
            lossChange.isEmpty || lossChange.count == count
        else { throw .malformed("the arrays of \(what) differ in length") }
        if let text = parameters["num_nodes"], Int(try text.string("num_nodes")) != count {
            throw .malformed("\(what) says another number of nodes than its arrays hold")
        }

        let nodes = try tree.optional("categories_nodes")?.numbers("categories_nodes").integers() ?? []
        categories = try tree.optional("categories")?.numbers("categories").int32s() ?? []
        categorySegments =
            try tree.optional("categories_segments")?.numbers("categories_segments").integers() ?? []
        categorySizes = try tree.optional("categories_sizes")?.numbers("categories_sizes").integers() ?? []
        guard categorySegments.count == nodes.count, categorySizes.count == nodes.count else {
            throw .malformed("the arrays of categories of \(what) differ in length")
        }
        var place = [Int32](repeating: -1, count: nodes.isEmpty ? 0 : count)
        for (index, node) in nodes.enumerated() {
            let start = categorySegments[index]
            let size = categorySizes[index]
            guard place.indices.contains(node), place[node] < 0, start >= 0, size >= 0,
                start <= categories.count, size <= categories.count - start
            else { throw .malformed("the categories of \(what) do not fit their nodes") }
            place[node] = Int32(index)
        }
        if let types = try tree.optional("split_type")?.numbers("split_type").int32s() {
            guard types.count == count else { throw .malformed("the arrays of \(what) differ in length") }
            for node in 0..<count where left[node] != -1 {
                guard types[node] == 0 || types[node] == 1,
                    (types[node] == 1) == (!place.isEmpty && place[node] >= 0)
                else { throw .malformed("the split types of \(what) do not fit its categories") }
            }
        }
        categoricalPlace = place

        let length = try parameters["size_leaf_vector"]?.string("size_leaf_vector") ?? "0"
        guard let length = Int(length), length >= 0, length <= 1 << 20 else {
            throw .malformed("size_leaf_vector of \(what) is not a length")
        }
        vectorLength = length > 1 ? length : 0
        if length > 1 {
            let byLeaf = tree.optional("leaf_weights")
            vectorsGoByLeaf = byLeaf != nil
            let name = byLeaf != nil ? "leaf_weights" : "base_weights"
            vectors = try tree.required(name, in: what).numbers(name).floats()
        } else {
            vectorsGoByLeaf = false
            vectors = []
        }
    }

    /// Hands the tree to the builder, leaves multiplied by the weight in single precision.
    func add(to builder: inout EnsembleBuilder, output: Int, weight: Float) throws(TreeEnsembleError) {
        let number = builder.ensemble.trees.count
        if vectorLength > 0, vectorLength != builder.ensemble.outputCount {
            throw .malformed(
                "leaves of tree \(number) hold \(vectorLength) numbers, and the model has "
                    + "\(builder.ensemble.outputCount) outputs")
        }
        builder.drafts.reserveCapacity(nodeCount)
        for node in 0..<nodeCount {
            var draft = NodeDraft()
            draft.label = Int32(node)
            if !sumHessian.isEmpty { draft.cover = Double(sumHessian[node]) }
            if left[node] == -1 {
                draft.payload = Int32(builder.draftValues.count)
                try appendValues(of: node, weight: weight, to: &builder.draftValues)
            } else {
                guard right[node] == left[node] &+ 1 else {
                    throw .malformed(
                        "the children of node \(node) of tree \(number) are \(left[node]) and "
                            + "\(right[node]); XGBoost takes the right one to follow the left one")
                }
                guard feature[node] >= 0 else {
                    throw .malformed("node \(node) of tree \(number) has a negative feature")
                }
                draft.left = left[node]
                draft.right = right[node]
                draft.feature = feature[node]
                draft.flags = defaultLeft[node] != 0 ? .missingLeft : []
                if !lossChange.isEmpty { draft.gain = lossChange[node] }
                if !categoricalPlace.isEmpty, categoricalPlace[node] >= 0 {
                    draft.flags.insert(.categorical)
                    draft.payload = try appendSet(Int(categoricalPlace[node]), to: &builder.ensemble.sets)
                } else {
                    // x < NaN never holds.
                    let threshold = condition[node]
                    draft.threshold = threshold.isNaN ? -.infinity : Double(threshold)
                }
            }
            builder.drafts.append(draft)
        }
        try builder.addTree(output: vectorLength > 0 ? nil : output, weight: Double(weight))
    }

    private func appendValues(
        of node: Int, weight: Float, to values: inout [Double]
    ) throws(TreeEnsembleError) {
        guard vectorLength > 0 else {
            values.append(Double(condition[node] * weight))
            return
        }
        let row = vectorsGoByLeaf ? Int(right[node]) : node
        guard row >= 0, row < vectors.count / vectorLength else {
            throw .malformed("a leaf has no vector", at: nil)
        }
        for index in 0..<vectorLength {
            values.append(Double(vectors[row * vectorLength + index] * weight))
        }
    }

    private func appendSet(_ place: Int, to sets: inout CategorySets) throws(TreeEnsembleError) -> Int32 {
        let start = categorySegments[place]
        let members = categories[start..<start + categorySizes[place]]
        guard members.allSatisfy({ $0 >= 0 && $0 < 16_777_216 }) else {
            throw .malformed("a category is negative or too large")
        }
        return Int32(sets.append(members: members, rule: .truncatingFrom0To2Power24))
    }
}
