// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The arrays of one tree of a Treelite checkpoint.
struct TreeliteTree {
    private let nodeType: [Int8]
    private let left: [Int32]
    private let right: [Int32]
    private let feature: [Int32]
    private let defaultLeft: [UInt8]
    private let leafValue: [Double]
    private let threshold: [Double]
    private let comparison: [Int8]
    private let categoriesGoRight: [UInt8]
    private let leafVector: [Double]
    private let leafStarts: [UInt64]
    private let leafEnds: [UInt64]
    private let categories: [UInt32]
    private let categoryStarts: [UInt64]
    private let categoryEnds: [UInt64]
    private let dataCount: [Double]
    private let hessian: [Double]
    private let gain: [Double]

    init(_ reader: inout TreeliteReader, _ head: TreeliteReader.Head, _ number: Int) throws(TreeEnsembleError)
    {
        let count = try reader.integer()
        try reader.skipBool()
        nodeType = try reader.array { (bits: UInt8) in Int8(bitPattern: bits) }
        left = try reader.array()
        right = try reader.array()
        feature = try reader.array()
        defaultLeft = try reader.array()
        leafValue = try reader.numbers()
        threshold = try reader.numbers()
        comparison = try reader.array { (bits: UInt8) in Int8(bitPattern: bits) }
        categoriesGoRight = try reader.array()
        leafVector = try reader.numbers()
        leafStarts = try reader.array()
        leafEnds = try reader.array()
        categories = try reader.array()
        categoryStarts = try reader.array()
        categoryEnds = try reader.array()
        let counts: [Double] = try reader.array { (count: UInt64) in Double(count) }
        let hasCounts: [UInt8] = try reader.array()
        let hessians: [Double] = try reader.array { (bits: UInt64) in Double(bitPattern: bits) }
        let hasHessians: [UInt8] = try reader.array()
        let gains: [Double] = try reader.array { (bits: UInt64) in Double(bitPattern: bits) }
        let hasGains: [UInt8] = try reader.array()
        try reader.refuseOptionalFields()
        try reader.refuseOptionalFields()
        let lengths = [
            nodeType.count, left.count, right.count, feature.count, defaultLeft.count, leafValue.count,
            threshold.count, comparison.count, categoriesGoRight.count, leafStarts.count, leafEnds.count,
            categoryStarts.count, categoryEnds.count,
        ]
        guard count > 0, lengths.allSatisfy({ $0 == count }), counts.count == hasCounts.count,
            hessians.count == hasHessians.count, gains.count == hasGains.count,
            [counts.count, hessians.count, gains.count].allSatisfy({ $0 == 0 || $0 == count })
        else { throw .malformed("the arrays of tree \(number) differ in length") }
        dataCount = zip(counts, hasCounts).map { $1 != 0 ? $0 : .nan }
        hessian = zip(hessians, hasHessians).map { $1 != 0 ? $0 : .nan }
        gain = zip(gains, hasGains).map { $1 != 0 ? $0 : .nan }
    }

    /// Hands the tree to the builder.
    func add(
        to builder: inout EnsembleBuilder, _ head: TreeliteReader.Head, _ number: Int
    ) throws(TreeEnsembleError) {
        let outputs = try Self.outputs(head, number)
        let width = builder.ensemble.outputCount
        let isVector = width > 1 && head.leafShape != [1, 1]
        guard !isVector || outputs.count >= width / 16 else {
            throw .unsupported(
                "the leaves of tree \(number) are for \(outputs.count) of \(width) outputs only")
        }
        let order = ThresholdOrder(builder.ensemble.precision)
        for node in nodeType.indices {
            let cover = !hessian.isEmpty ? hessian[node] : (!dataCount.isEmpty ? dataCount[node] : .nan)
            guard nodeType[node] != 0 else {
                let start = builder.draftValues.count
                builder.drafts.append(.leaf(values: start, label: node, cover: cover))
                let values = try values(of: node, count: outputs.count)
                guard isVector else {
                    builder.draftValues.append(values[0])
                    continue
                }
                builder.draftValues.append(contentsOf: repeatElement(0, count: width))
                for (output, value) in zip(outputs, values) { builder.draftValues[start + output] = value }
                continue
            }
            guard feature[node] >= 0 else { throw .malformed("a node of tree \(number) has no feature") }
            var draft = NodeDraft()
            draft.feature = feature[node]
            draft.label = Int32(truncatingIfNeeded: node)
            draft.cover = cover
            if !gain.isEmpty { draft.gain = Float(gain[node]) }
            (draft.left, draft.right) = (left[node], right[node])
            draft.flags = defaultLeft[node] != 0 ? .missingLeft : []
            switch nodeType[node] {
            case 1: try setComparison(of: node, order, &draft, &builder.ensemble.sets)
            case 2:
                draft.flags.insert(.categorical)
                if categoriesGoRight[node] == 0 { draft.flags.insert(.membersLeft) }
                let members = try slice(categories, categoryStarts[node], categoryEnds[node])
                guard members.allSatisfy({ $0 < 1 << 24 }) else {
                    throw .unsupported("tree \(number) has categories of 2^24 and more")
                }
                draft.payload = Int32(
                    builder.ensemble.sets.append(
                        members: members.map { Int32($0) }, rule: .truncatingFrom0To2Power24))
            default: throw .malformed("a node of tree \(number) is of type \(nodeType[node])")
            }
            builder.drafts.append(draft)
        }
        try builder.addTree(output: isVector ? nil : outputs[0])
    }

    private func setComparison(
        of node: Int, _ order: ThresholdOrder, _ draft: inout NodeDraft, _ sets: inout CategorySets
    ) throws(TreeEnsembleError) {
        let value = threshold[node]
        switch comparison[node] {
        case 1:
            draft.flags.formUnion([.categorical, .membersLeft])
            draft.payload = Int32(sets.append(numbers: value.isNaN ? [] : [value]))
        case 2: draft.threshold = order.firstFrom(value)
        case 3: draft.threshold = order.firstAbove(value)
        case 4, 5:
            // Yes goes left where x is above; turned round, no goes left.
            (draft.left, draft.right) = (draft.right, draft.left)
            draft.flags = draft.flags.contains(.missingLeft) ? [] : .missingLeft
            let isAbove = comparison[node] == 4
            draft.threshold =
                value.isNaN ? .nan : (isAbove ? order.firstAbove(value) : order.firstFrom(value))
        default: throw .malformed("a node compares by operator \(comparison[node])")
        }
    }

    private func values(of node: Int, count: Int) throws(TreeEnsembleError) -> [Double] {
        if leafStarts[node] == leafEnds[node], count == 1 { return [leafValue[node]] }
        let vector = try slice(leafVector, leafStarts[node], leafEnds[node])
        guard vector.count == count else {
            throw .malformed("a leaf holds \(vector.count) numbers and not \(count)")
        }
        return Array(vector)
    }

    private func slice<Element>(
        _ array: [Element], _ start: UInt64, _ end: UInt64
    ) throws(TreeEnsembleError) -> ArraySlice<Element> {
        guard start <= end, end <= UInt64(array.count) else {
            throw .malformed("a node's part of an array is not there")
        }
        return array[Int(start)..<Int(end)]
    }

    /// The outputs that a leaf's numbers belong to, in their order.
    private static func outputs(
        _ head: TreeliteReader.Head, _ number: Int
    ) throws(TreeEnsembleError) -> [Int] {
        let (target, classIndex) = (Int(head.targets[number]), Int(head.classes[number]))
        let (rows, columns) = (Int(head.leafShape[0]), Int(head.leafShape[1]))
        guard target < head.targetCount, classIndex < head.classCount,
            rows == (target < 0 ? head.targetCount : 1),
            columns == (classIndex < 0 ? head.classCount : 1)
        else { throw .malformed("the target, class and leaf shape of tree \(number) do not fit together") }
        return (0..<rows * columns).map { place in
            (target < 0 ? place / columns : target) * head.classCount
                + (classIndex < 0 ? place % columns : classIndex)
        }
    }
}
