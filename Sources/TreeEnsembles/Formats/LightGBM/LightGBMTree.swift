// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One tree of a LightGBM text model (src/io/tree.cpp), its arrays checked for length.
struct LightGBMTree {
    private let leafCount: Int
    private let splitFeature: [Int]
    private let threshold: [Double]
    private let decisionType: [Int]
    private let left: [Int]
    private let right: [Int]
    private let leafValue: [Double]
    private let leafCover: [Double]
    private let innerCover: [Double]
    private let gain: [Double]
    private let categoryStarts: [Int]
    private let categoryWords: [Int]
    private let constants: [Double]
    private let termCounts: [Int]
    private let termFeatures: [Int]
    private let termCoefficients: [Double]
    private let line: Int

    init(_ block: LightGBMText.Block, of text: LightGBMText) throws(TreeEnsembleError) {
        line = block.line
        guard let leaves = try text.integer("num_leaves", in: block), leaves >= 1 else {
            throw .malformed("a tree has no num_leaves", line: block.line)
        }
        leafCount = leaves
        leafValue = try text.doubles("leaf_value", in: block)
        guard leafValue.count == leaves else {
            throw .malformed("leaf_value does not have num_leaves entries", line: block.line)
        }
        leafCover = try text.doubles("leaf_count", in: block)
        let inner = leaves - 1
        if inner > 0 {
            splitFeature = try text.integers("split_feature", in: block)
            threshold = try text.doubles("threshold", in: block)
            let types = try text.integers("decision_type", in: block)
            decisionType = types.isEmpty ? [Int](repeating: 0, count: inner) : types
            left = try text.integers("left_child", in: block)
            right = try text.integers("right_child", in: block)
            innerCover = try text.doubles("internal_count", in: block)
            gain = try text.doubles("split_gain", in: block)
            categoryStarts = try text.integers("cat_boundaries", in: block)
            categoryWords = try text.integers("cat_threshold", in: block)
        } else {
            (splitFeature, threshold, decisionType, left, right) = ([], [], [], [], [])
            (innerCover, gain, categoryStarts, categoryWords) = ([], [], [], [])
        }
        guard splitFeature.count == inner, threshold.count == inner, decisionType.count == inner,
            left.count == inner, right.count == inner, innerCover.isEmpty || innerCover.count == inner,
            gain.isEmpty || gain.count == inner, leafCover.isEmpty || leafCover.count == leaves
        else { throw .malformed("the arrays of a tree differ in length", line: block.line) }
        if try text.integer("is_linear", in: block) ?? 0 != 0 {
            constants = try text.doubles("leaf_const", in: block)
            termCounts = try text.integers("num_features", in: block)
            termFeatures = try text.integers("leaf_features", in: block)
            termCoefficients = try text.doubles("leaf_coeff", in: block)
            var terms = 0
            for count in termCounts {
                guard count >= 0, count <= termFeatures.count else {
                    throw .malformed("num_features of a linear tree is out of range", line: block.line)
                }
                terms += count
            }
            guard constants.count == leaves, termCounts.count == leaves, termFeatures.count == terms,
                termCoefficients.count == terms
            else { throw .malformed("the arrays of a linear tree differ in length", line: block.line) }
        } else {
            (constants, termCounts, termFeatures, termCoefficients) = ([], [], [], [])
        }
    }

    /// Hands the tree to the builder: decisions first, then leaves.
    func add(to builder: inout EnsembleBuilder, output: Int) throws(TreeEnsembleError) {
        let inner = leafCount - 1
        for node in 0..<inner { builder.drafts.append(try decision(node, &builder.ensemble.sets)) }
        var term = 0
        for leaf in 0..<leafCount {
            var draft = NodeDraft.leaf(
                values: leaf, label: leaf, cover: leafCover.isEmpty ? .nan : leafCover[leaf])
            builder.draftValues.append(leafValue[leaf])
            if !constants.isEmpty {
                let terms = term..<term + termCounts[leaf]
                term = terms.upperBound
                var features: [Int32] = []
                for feature in termFeatures[terms] {
                    guard let feature = Int32(exactly: feature) else {
                        throw .malformed("leaf_features is out of range", line: line)
                    }
                    features.append(feature)
                }
                draft.function = Int32(truncatingIfNeeded: builder.draftFunctions.count)
                builder.draftFunctions.append(
                    LinearDraft(
                        constant: constants[leaf], features: features[...],
                        coefficients: termCoefficients[terms]))
            }
            builder.drafts.append(draft)
        }
        try builder.addTree(output: output)
    }

    private func decision(_ node: Int, _ sets: inout CategorySets) throws(TreeEnsembleError) -> NodeDraft {
        var draft = NodeDraft()
        draft.label = Int32(node)
        draft.left = try place(left[node])
        draft.right = try place(right[node])
        guard let feature = Int32(exactly: splitFeature[node]), feature >= 0 else {
            throw .malformed("split_feature is out of range", line: line)
        }
        draft.feature = feature
        if !innerCover.isEmpty { draft.cover = innerCover[node] }
        if !gain.isEmpty { draft.gain = Float(gain[node]) }
        let type = decisionType[node]
        guard type >= 0, type < 16, type >> 2 != 3 else {
            throw .malformed("decision_type \(type) is not known", line: line)
        }
        if type & 1 != 0 {
            // NaN is in no set and goes right, as all that is not in the set.
            draft.flags = [.categorical, .membersLeft]
            draft.payload = try appendSet(node, to: &sets)
            return draft
        }
        // x <= t holds just when x is below the next number after t.
        let bound = threshold[node]
        guard !bound.isNaN else { throw .malformed("a threshold is not a number", line: line) }
        // LightGBM's prediction takes all values within the zero band for 0 before a tree sees them, so a threshold
        // in the band stands for one of its edges.
        if abs(bound) <= zeroBand {
            draft.threshold = bound >= 0 ? zeroBand.nextUp : -zeroBand
        } else {
            draft.threshold = bound == .infinity ? .nan : bound.nextUp
        }
        let missingLeft: Bool
        switch type >> 2 {
        case 0: missingLeft = 0 <= bound  // Without missing values NaN counts as 0.
        case 1:
            draft.flags.insert(.zeroIsMissing)
            missingLeft = type & 2 != 0
        default: missingLeft = type & 2 != 0
        }
        if missingLeft { draft.flags.insert(.missingLeft) }
        return draft
    }

    /// The place of a child among the drafts: decisions as they are numbered, leaf c is written as ~c.
    private func place(_ child: Int) throws(TreeEnsembleError) -> Int32 {
        let place = child >= 0 ? child : leafCount - 1 + ~child
        guard child < leafCount - 1, ~child < leafCount else {
            throw .malformed("a child \(child) is out of range", line: line)
        }
        return Int32(place)
    }

    private func appendSet(_ node: Int, to sets: inout CategorySets) throws(TreeEnsembleError) -> Int32 {
        guard let index = Int(exactly: threshold[node]), index >= 0, index + 1 < categoryStarts.count else {
            throw .malformed(
                "a categorical split names set \(threshold[node]), which is not there", line: line)
        }
        let (start, end) = (categoryStarts[index], categoryStarts[index + 1])
        guard start >= 0, start <= end, end <= categoryWords.count else {
            throw .malformed("cat_boundaries does not fit cat_threshold", line: line)
        }
        var words: [UInt32] = []
        for word in categoryWords[start..<end] {
            guard let bits = UInt32(exactly: word) else {
                throw .malformed("cat_threshold holds a number of more than 32 bits", line: line)
            }
            words.append(bits)
        }
        return Int32(sets.append(bits: words, rule: .truncatingTowardZero))
    }
}
