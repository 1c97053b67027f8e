// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The nodes of an ``XGBoostTree``, as its arrays hold them.
///
/// A class, for the call of a protocol's method copies what a structure holds.
@safe
final class XGBoostNodes: NodeSource {
    let tree: Int
    let nodeCount: Int
    let valueCount: Int
    private let left: UnsafePointer<Int32>
    private let right: UnsafePointer<Int32>
    private let feature: UnsafePointer<Int32>
    private let condition: UnsafePointer<Float>
    private let defaultLeft: UnsafePointer<Int32>
    private let sumHessian: UnsafePointer<Float>?
    private let lossChange: UnsafePointer<Float>?
    private let hasCategories: Bool
    private let categories: XGBoostTreeCategories
    private let firstSet: Int
    private let weight: Float
    private let vectorLength: Int
    private let vectors: UnsafePointer<Float>
    private let vectorsGoByLeaf: Bool

    /// Takes the arrays as they are; they must not change while this is used.
    init(_ arrays: XGBoostTree, firstSet: Int, weight: Float) {
        tree = arrays.number
        nodeCount = arrays.nodeCount
        unsafe left = UnsafePointer(arrays.left.base)
        unsafe right = UnsafePointer(arrays.right.base)
        unsafe feature = UnsafePointer(arrays.feature.base)
        unsafe condition = UnsafePointer(arrays.condition.base)
        unsafe defaultLeft = UnsafePointer(arrays.defaultLeft.base)
        unsafe sumHessian = arrays.sumHessian.count > 0 ? UnsafePointer(arrays.sumHessian.base) : nil
        unsafe lossChange = arrays.lossChange.count > 0 ? UnsafePointer(arrays.lossChange.base) : nil
        categories = arrays.categories
        hasCategories = !categories.isEmpty
        self.firstSet = firstSet
        self.weight = weight
        vectorLength = arrays.vectorLength
        unsafe vectors = UnsafePointer(arrays.vectors.base)
        vectorsGoByLeaf = arrays.vectorsGoByLeaf
        valueCount = vectorLength > 0 ? arrays.vectors.count : nodeCount
    }

    @inline(__always)
    func node(_ place: Int) throws(TreeEnsembleError) -> NodeDraft {
        // Bounds: all arrays have `nodeCount` elements, and `place` is below that.
        var draft = NodeDraft()
        draft.label = Int32(truncatingIfNeeded: place)
        if let sumHessian = unsafe sumHessian { draft.cover = unsafe Double(sumHessian[place]) }
        let (left, right) = unsafe (self.left[place], self.right[place])
        guard left != -1 else {
            draft.payload = Int32(truncatingIfNeeded: place)
            if vectorLength > 0 { draft.payload = try vector(of: place, right: right) }
            return draft
        }
        draft.feature = unsafe feature[place]
        guard right == left &+ 1, draft.feature >= 0 else { throw damage(at: place, left, right) }
        (draft.left, draft.right) = (left, right)
        draft.flags = unsafe defaultLeft[place] != 0 ? .missingLeft : []
        if let lossChange = unsafe lossChange { draft.gain = unsafe lossChange[place] }
        if hasCategories, let set = categories.place(of: place) {
            draft.flags.insert(.categorical)
            draft.payload = Int32(truncatingIfNeeded: firstSet + set)
        } else {
            // x < NaN never holds.
            let threshold = unsafe condition[place]
            draft.threshold = threshold.isNaN ? -.infinity : Double(threshold)
        }
        return draft
    }

    @inline(__always)
    func value(_ place: Int) -> Double {
        // Bounds: below `valueCount`.
        unsafe Double((vectorLength > 0 ? vectors[place] : condition[place]) * weight)
    }

    /// Where a leaf's vector starts.
    private func vector(of place: Int, right: Int32) throws(TreeEnsembleError) -> Int32 {
        let row = vectorsGoByLeaf ? Int(right) : place
        guard row >= 0, row < valueCount / vectorLength, let start = Int32(exactly: row * vectorLength) else {
            throw .malformed("a leaf of tree \(tree) has no vector")
        }
        return start
    }

    private func damage(at place: Int, _ left: Int32, _ right: Int32) -> TreeEnsembleError {
        if right != left &+ 1 {
            return .malformed(
                "the children of node \(place) of tree \(tree) are \(left) and \(right); "
                    + "XGBoost takes the right one to follow the left one")
        }
        return .malformed("node \(place) of tree \(tree) has a negative feature")
    }
}
