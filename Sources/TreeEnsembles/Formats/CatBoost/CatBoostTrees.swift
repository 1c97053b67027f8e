// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// CatBoost's two kinds of trees.
enum CatBoostTrees {
    /// Adds a symmetric tree: every node of a level asks the same, and the answer of split d is bit d of the leaf.
    ///
    /// It becomes a plain tree with the last split at the root, so that leaves stand from left to right.
    static func add(
        symmetric tree: DocumentObject, splits: [CatBoostSplit], to builder: inout EnsembleBuilder
    ) throws(TreeEnsembleError) {
        var questions: [CatBoostSplit] = []
        for split in try tree.optional("splits")?.array("splits") ?? [] {
            questions.append(try question(try split.object("a split"), splits))
        }
        let width = builder.ensemble.outputCount
        builder.draftValues = try tree.required("leaf_values", in: "a tree").numbers("leaf_values").doubles()
        guard questions.count < 31, builder.draftValues.count == width << questions.count else {
            throw .malformed(
                "a tree of \(questions.count) splits has \(builder.draftValues.count) leaf values")
        }
        let weights = try tree.optional("leaf_weights")?.numbers("leaf_weights").doubles() ?? []
        let leafCount = 1 << questions.count
        guard weights.isEmpty || weights.count == leafCount else {
            throw .malformed("a tree of \(leafCount) leaves has \(weights.count) leaf weights")
        }
        // A heap: the children of node i are 2i + 1 and 2i + 2.
        builder.drafts.reserveCapacity(2 * leafCount - 1)
        for (level, question) in questions.reversed().enumerated() {
            var draft = question.draft
            for _ in 0..<1 << level {
                let node = builder.drafts.count
                draft.left = Int32(2 * node + 1)
                draft.right = Int32(2 * node + 2)
                draft.label = Int32(node)
                builder.drafts.append(draft)
            }
        }
        for leaf in 0..<leafCount {
            builder.drafts.append(
                .leaf(values: leaf * width, label: leaf, cover: weights.isEmpty ? .nan : weights[leaf]))
        }
        if !weights.isEmpty {
            for node in (0..<leafCount - 1).reversed() {
                builder.drafts[node].cover =
                    builder.drafts[2 * node + 1].cover + builder.drafts[2 * node + 2].cover
            }
        }
        try builder.addTree(output: width == 1 ? 0 : nil)
        builder.endIteration()
    }

    /// Adds a tree whose nodes stand inside each other.
    static func add(
        nested tree: DocumentObject, splits: [CatBoostSplit], to builder: inout EnsembleBuilder
    ) throws(TreeEnsembleError) {
        let width = builder.ensemble.outputCount
        var pending: [(node: DocumentObject, parent: Int, isRight: Bool)] = [(tree, -1, false)]
        var leafCount = 0
        while let (node, parent, isRight) = pending.popLast() {
            let place = builder.drafts.count
            if parent >= 0, isRight {
                builder.drafts[parent].right = Int32(place)
            } else if parent >= 0 {
                builder.drafts[parent].left = Int32(place)
            }
            if let split = node.optional("split") {
                var draft = try question(try split.object("a split"), splits).draft
                draft.label = Int32(place)
                builder.drafts.append(draft)
                let left = try node.required("left", in: "a node").object("a node")
                let right = try node.required("right", in: "a node").object("a node")
                pending.append((right, place, true))
                pending.append((left, place, false))
            } else {
                let cover = try node.optional("weight")?.double("weight") ?? .nan
                builder.drafts.append(
                    .leaf(values: builder.draftValues.count, label: leafCount, cover: cover))
                leafCount += 1
                let values = try values(of: try node.required("value", in: "a leaf"))
                guard values.count == width else {
                    throw .malformed(
                        "a leaf holds \(values.count) values, and the model has \(width) outputs")
                }
                builder.draftValues += values
            }
        }
        for node in builder.drafts.indices.reversed() where builder.drafts[node].feature >= 0 {
            let draft = builder.drafts[node]
            builder.drafts[node].cover =
                builder.drafts[Int(draft.left)].cover + builder.drafts[Int(draft.right)].cover
        }
        try builder.addTree(output: width == 1 ? 0 : nil)
        builder.endIteration()
    }

    private static func question(
        _ split: DocumentObject, _ splits: [CatBoostSplit]
    ) throws(TreeEnsembleError) -> CatBoostSplit {
        let index = try split.required("split_index", in: "a split").integer("split_index")
        guard splits.indices.contains(index) else {
            throw .malformed("split_index \(index) is not one of the \(splits.count) splits of features_info")
        }
        return splits[index]
    }

    private static func values(of leaf: DocumentValue) throws(TreeEnsembleError) -> [Double] {
        if case .number(let number) = leaf { return try number.doubles() }
        return try leaf.numbers("the value of a leaf").doubles()
    }
}
