// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The sets of categories that the nodes of one XGBoost tree ask about.
struct XGBoostTreeCategories {
    private let tree: Int
    /// For each node its place among the categorical nodes, or -1; empty for a tree without such nodes.
    private let placeOfNode: [Int32]
    private let members: [Int32]
    private let segments: [Int]
    private let sizes: [Int]

    /// None.
    init() { (tree, placeOfNode, members, segments, sizes) = (0, [], [], [], []) }

    init(_ tree: DocumentObject, nodeCount: Int, tree number: Int) throws(TreeEnsembleError) {
        let nodes = try tree.optional("categories_nodes")?.numbers("categories_nodes").integers() ?? []
        members = try tree.optional("categories")?.numbers("categories").int32s() ?? []
        segments = try tree.optional("categories_segments")?.numbers("categories_segments").integers() ?? []
        sizes = try tree.optional("categories_sizes")?.numbers("categories_sizes").integers() ?? []
        guard segments.count == nodes.count, sizes.count == nodes.count else {
            throw .malformed("the arrays of categories of tree \(number) differ in length")
        }
        var place = [Int32](repeating: -1, count: nodes.isEmpty ? 0 : nodeCount)
        for (index, node) in nodes.enumerated() {
            let (start, size) = (segments[index], sizes[index])
            guard place.indices.contains(node), place[node] < 0, start >= 0, size >= 0,
                start <= members.count, size <= members.count - start
            else { throw .malformed("the categories of tree \(number) do not fit their nodes") }
            place[node] = Int32(index)
        }
        self.tree = number
        placeOfNode = place
    }

    var isEmpty: Bool { placeOfNode.isEmpty }

    /// The place of a node's set among those of the tree; nil for a node that does not ask about categories.
    @inline(__always)
    func place(of node: Int) -> Int? {
        if placeOfNode.isEmpty || placeOfNode[node] < 0 { return nil }
        return Int(placeOfNode[node])
    }

    /// Adds the sets to those of the model, in order.
    func append(to sets: inout CategorySets) throws(TreeEnsembleError) {
        for (segment, size) in zip(segments, sizes) {
            let members = members[segment..<segment + size]
            guard members.allSatisfy({ $0 >= 0 && $0 < 16_777_216 }) else {
                throw .malformed("a category of tree \(tree) is negative or too large")
            }
            _ = sets.append(members: members, rule: .truncatingFrom0To2Power24)
        }
    }
}
