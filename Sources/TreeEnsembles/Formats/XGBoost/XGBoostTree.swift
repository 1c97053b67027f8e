// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The arrays of one XGBoost tree, of equal length and checked for it; the next tree takes their memory.
@safe
final class XGBoostTree {
    private(set) var number = 0
    private(set) var nodeCount = 0
    let left = GrowingTable<Int32>()
    let right = GrowingTable<Int32>()
    let feature = GrowingTable<Int32>()
    /// Thresholds of decisions, values of scalar leaves.
    let condition = GrowingTable<Float>()
    let defaultLeft = GrowingTable<Int32>()
    /// Empty where the file does not say.
    let sumHessian = GrowingTable<Float>()
    let lossChange = GrowingTable<Float>()
    private let splitType = GrowingTable<Int32>()
    private(set) var categories = XGBoostTreeCategories()
    /// The length of a leaf's vector; 0 for scalar leaves.
    private(set) var vectorLength = 0
    /// Vectors of leaves: by leaf number (from 3.2 on, `leaf_weights`) or by node.
    let vectors = GrowingTable<Float>()
    private(set) var vectorsGoByLeaf = false

    /// Takes the arrays of a tree.
    func read(_ tree: DocumentObject, number: Int) throws(TreeEnsembleError) {
        self.number = number
        let what = "tree \(number)"
        let parameters = try tree.required("tree_param", in: what).object("tree_param of a tree")
        try tree.required("left_children", in: what).numbers("left_children").read(into: left)
        nodeCount = left.count
        guard nodeCount > 0 else { throw .malformed("\(what) has no nodes") }
        try tree.required("right_children", in: what).numbers("right_children").read(into: right)
        try tree.required("split_indices", in: what).numbers("split_indices").read(into: feature)
        try tree.required("split_conditions", in: what).numbers("split_conditions").read(into: condition)
        try tree.required("default_left", in: what).numbers("default_left").read(into: defaultLeft)
        sumHessian.truncate(to: 0)
        lossChange.truncate(to: 0)
        try tree.optional("sum_hessian")?.numbers("sum_hessian").read(into: sumHessian)
        try tree.optional("loss_changes")?.numbers("loss_changes").read(into: lossChange)
        let count = nodeCount
        guard right.count == count, feature.count == count, condition.count == count,
            defaultLeft.count == count, sumHessian.count == 0 || sumHessian.count == count,
            lossChange.count == 0 || lossChange.count == count
        else { throw .malformed("the arrays of \(what) differ in length") }
        if let text = parameters["num_nodes"], Int(try text.string("num_nodes")) != count {
            throw .malformed("\(what) says another number of nodes than its arrays hold")
        }
        categories = try XGBoostTreeCategories(tree, nodeCount: count, tree: number)
        if let types = try tree.optional("split_type")?.numbers("split_type") {
            try checkTypes(types)
        }
        let length = try parameters["size_leaf_vector"]?.string("size_leaf_vector") ?? "0"
        guard let length = Int(length), length >= 0, length <= 1 << 20 else {
            throw .malformed("size_leaf_vector of \(what) is not a length")
        }
        vectorLength = length > 1 ? length : 0
        if length > 1 {
            vectorsGoByLeaf = tree.optional("leaf_weights") != nil
            let name = vectorsGoByLeaf ? "leaf_weights" : "base_weights"
            try tree.required(name, in: what).numbers(name).read(into: vectors)
        }
    }

    /// Hands the tree to the builder, leaves multiplied by the weight in single precision.
    func add(to builder: inout EnsembleBuilder, output: Int, weight: Float) throws(TreeEnsembleError) {
        if vectorLength > 0, vectorLength != builder.ensemble.outputCount {
            throw .malformed(
                "leaves of tree \(number) hold \(vectorLength) numbers, and the model has "
                    + "\(builder.ensemble.outputCount) outputs")
        }
        let nodes = XGBoostNodes(self, firstSet: builder.ensemble.sets.count, weight: weight)
        try categories.append(to: &builder.ensemble.sets)
        try builder.addTree(of: nodes, output: vectorLength > 0 ? nil : output, weight: Double(weight))
    }

    /// Decisions must be of type 1 just where there are categories for them.
    private func checkTypes(_ types: NumberArray) throws(TreeEnsembleError) {
        if categories.isEmpty, types.areZeros(count: nodeCount) { return }
        try types.read(into: splitType)
        guard splitType.count == nodeCount else {
            throw .malformed("the arrays of tree \(number) differ in length")
        }
        for node in 0..<nodeCount where left[node] != -1 {
            guard splitType[node] == 0 || splitType[node] == 1,
                (splitType[node] == 1) == (categories.place(of: node) != nil)
            else { throw .malformed("the split types of tree \(number) do not fit its categories") }
        }
    }
}
