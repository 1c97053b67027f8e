// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The arrays of one XGBoost tree, of equal length and checked for it; the next tree takes their memory.
@safe
final class XGBoostTree {
    private(set) var number = 0
    private(set) var nodeCount = 0
    /// The arrays, where they can be read as they stand in the file; else they are in the tables below.
    private var arraysInFile: XGBoostTreeArrays?
    private let left = GrowingTable<Int32>()
    private let right = GrowingTable<Int32>()
    private let feature = GrowingTable<Int32>()
    private let condition = GrowingTable<Float>()
    private let defaultLeft = GrowingTable<Int32>()
    private let sumHessian = GrowingTable<Float>()
    private let lossChange = GrowingTable<Float>()
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
        let arrays = try XGBoostTreeArrays(tree, number: number)
        let types = try tree.optional("split_type")?.numbers("split_type")
        let binaryCount = arrays.binaryCount
        if let binaryCount { nodeCount = binaryCount } else { nodeCount = try read(arrays) }
        guard nodeCount > 0 else { throw .malformed("\(what) has no nodes") }
        if let text = parameters["num_nodes"], Int(try text.string("num_nodes")) != nodeCount {
            throw .malformed("\(what) says another number of nodes than its arrays hold")
        }
        categories = try XGBoostTreeCategories(tree, nodeCount: nodeCount, tree: number)
        let isPlain = categories.isEmpty && types?.areZeros(count: nodeCount) ?? true
        arraysInFile = isPlain && binaryCount != nil ? arrays : nil
        if !isPlain {
            if binaryCount != nil { _ = try read(arrays) }
            if let types { try checkTypes(types) }
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
        let firstSet = builder.ensemble.sets.count
        try categories.append(to: &builder.ensemble.sets)
        if let arrays = arraysInFile {
            unsafe try arrays.left.bytes.withUnsafeBufferPointer { file throws(TreeEnsembleError) in
                // Bounds: the arrays lie in the file, which was looked at when it was scanned.
                func base(_ array: NumberArray) -> UnsafeRawPointer {
                    unsafe UnsafeRawPointer(file.baseAddress.unsafelyUnwrapped + array.start)
                }
                let places = unsafe XGBoostNodes<UBJSONNumbers>.Places(
                    left: base(arrays.left), right: base(arrays.right), feature: base(arrays.feature),
                    condition: base(arrays.condition), defaultLeft: base(arrays.defaultLeft),
                    sumHessian: arrays.sumHessian.map(base), lossChange: arrays.lossChange.map(base))
                try add(
                    XGBoostNodes(self, places, firstSet: firstSet, weight: weight), to: &builder,
                    output: output, weight: weight)
            }
        } else {
            func base<Number>(_ table: GrowingTable<Number>) -> UnsafeRawPointer {
                unsafe UnsafeRawPointer(table.base)
            }
            let places = unsafe XGBoostNodes<NativeNumbers>.Places(
                left: base(left), right: base(right), feature: base(feature), condition: base(condition),
                defaultLeft: base(defaultLeft), sumHessian: sumHessian.count > 0 ? base(sumHessian) : nil,
                lossChange: lossChange.count > 0 ? base(lossChange) : nil)
            try add(
                XGBoostNodes(self, places, firstSet: firstSet, weight: weight), to: &builder, output: output,
                weight: weight)
        }
    }

    @inline(__always)
    private func add<Layout>(
        _ nodes: XGBoostNodes<Layout>, to builder: inout EnsembleBuilder, output: Int, weight: Float
    ) throws(TreeEnsembleError) {
        @inline(__always) func node(_ place: Int) throws(TreeEnsembleError) -> NodeDraft {
            try nodes.node(place)
        }
        @inline(__always) func value(_ place: Int) -> Double { nodes.value(place) }
        try builder.addTree(
            nodeCount: nodes.nodeCount, valueCount: nodes.valueCount,
            output: vectorLength > 0 ? nil : output, weight: Double(weight), node: node, value: value)
    }

    /// Reads the arrays into the tables, and gives the number of nodes.
    private func read(_ arrays: XGBoostTreeArrays) throws(TreeEnsembleError) -> Int {
        try arrays.left.read(into: left)
        try arrays.right.read(into: right)
        try arrays.feature.read(into: feature)
        try arrays.condition.read(into: condition)
        try arrays.defaultLeft.read(into: defaultLeft)
        sumHessian.truncate(to: 0)
        lossChange.truncate(to: 0)
        try arrays.sumHessian?.read(into: sumHessian)
        try arrays.lossChange?.read(into: lossChange)
        let count = left.count
        guard right.count == count, feature.count == count, condition.count == count,
            defaultLeft.count == count, sumHessian.count == 0 || sumHessian.count == count,
            lossChange.count == 0 || lossChange.count == count
        else { throw .malformed("the arrays of tree \(number) differ in length") }
        return count
    }

    /// Decisions must be of type 1 just where there are categories for them.
    private func checkTypes(_ types: NumberArray) throws(TreeEnsembleError) {
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
