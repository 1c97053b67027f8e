// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The nodes of an ``XGBoostTree``, as its arrays hold them.
@safe
struct XGBoostNodes<Layout: NumberLayout> {
    /// Where the arrays stand.
    @safe
    struct Places {
        let left: UnsafeRawPointer
        let right: UnsafeRawPointer
        let feature: UnsafeRawPointer
        let condition: UnsafeRawPointer
        let defaultLeft: UnsafeRawPointer
        let sumHessian: UnsafeRawPointer?
        let lossChange: UnsafeRawPointer?
    }

    let tree: Int
    let nodeCount: Int
    let valueCount: Int
    private let places: Places
    private let hasCategories: Bool
    private let categories: XGBoostTreeCategories
    private let firstSet: Int
    private let weight: Float
    private let vectorLength: Int
    private let vectors: UnsafePointer<Float>
    private let vectorsGoByLeaf: Bool

    /// Takes the arrays as they are; they must have a number for each node and not change while this is used.
    init(_ arrays: XGBoostTree, _ places: Places, firstSet: Int, weight: Float) {
        tree = arrays.number
        nodeCount = arrays.nodeCount
        self.places = places
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
        if let cover = unsafe places.sumHessian { draft.cover = unsafe Double(Layout.real(cover, place)) }
        let (left, right) = unsafe (Layout.whole(places.left, place), Layout.whole(places.right, place))
        guard left != -1 else {
            draft.payload = Int32(truncatingIfNeeded: place)
            if vectorLength > 0 { draft.payload = try vector(of: place, right: right) }
            return draft
        }
        draft.feature = unsafe Layout.whole(places.feature, place)
        guard right == left &+ 1, draft.feature >= 0 else { throw damage(at: place, left, right) }
        (draft.left, draft.right) = (left, right)
        draft.flags = unsafe Layout.truth(places.defaultLeft, place) ? .missingLeft : []
        if let gain = unsafe places.lossChange { draft.gain = unsafe Layout.real(gain, place) }
        if hasCategories, let set = categories.place(of: place) {
            draft.flags.insert(.categorical)
            draft.payload = Int32(truncatingIfNeeded: firstSet + set)
        } else {
            // x < NaN never holds.
            let threshold = unsafe Layout.real(places.condition, place)
            draft.threshold = threshold.isNaN ? -.infinity : Double(threshold)
        }
        return draft
    }

    @inline(__always)
    func value(_ place: Int) -> Double {
        // Bounds: below `valueCount`.
        unsafe Double((vectorLength > 0 ? vectors[place] : Layout.real(places.condition, place)) * weight)
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
