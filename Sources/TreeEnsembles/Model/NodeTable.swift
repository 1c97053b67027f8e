// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The nodes of all trees, column by column.
///
/// A tree's nodes stand in preorder: the left child right after its parent.
///
/// A node decides in this way, where `x` is the feature in the ensemble's precision:
///
/// - `x` is missing when it is NaN; with ``NodeFlags/zeroIsMissing`` also within ±1e-35; with
///   ``NodeFlags/unknownIsMissing`` also when it is not in the feature's set of known categories. Missing goes
///   left with ``NodeFlags/missingLeft``, else right.
/// - numeric: left if and only if `!(x >= threshold)`. A source's `x < c` is `c`; its `x <= c` is the next number
///   after `c`. NaN as threshold sends everything left, -infinity everything right.
/// - categorical: `x` is in the set `payload` or not; members go left with ``NodeFlags/membersLeft``, else right.
package struct NodeTable: Sendable {
    /// The column the node looks at; -1 for a leaf.
    package var feature: [Int32] = []
    package var threshold: [Double] = []
    /// Index of the child, in the whole table; -1 for a leaf.
    package var left: [Int32] = []
    package var right: [Int32] = []
    package var flags: [NodeFlags] = []
    /// A leaf: where its values start in `leafValues`.
    ///
    /// A categorical node: the index of its set.
    package var payload: [Int32] = []
    /// A leaf: its number in the source library.
    ///
    /// Else the number of the node in the source.
    package var label: [Int32] = []
    /// What reached the node in training: rows or sum of second derivatives; NaN where the source does not say.
    package var cover: [Double] = []
    /// How much the split lowered the loss; NaN where the source does not say.
    package var gain: [Float] = []

    package init() {}

    /// The number of nodes, leaves included.
    package var count: Int { feature.count }

    /// Makes room for so many nodes in all.
    mutating func reserve(_ count: Int) {
        feature.reserveCapacity(count)
        threshold.reserveCapacity(count)
        left.reserveCapacity(count)
        right.reserveCapacity(count)
        flags.reserveCapacity(count)
        payload.reserveCapacity(count)
        label.reserveCapacity(count)
        cover.reserveCapacity(count)
        gain.reserveCapacity(count)
    }

    /// Appends nodes whose children are places in the whole table.
    mutating func append(_ nodes: UnsafeBufferPointer<NodeDraft>) {
        unsafe Self.append(nodes, to: &feature) { $0.feature }
        unsafe Self.append(nodes, to: &threshold) { $0.threshold }
        unsafe Self.append(nodes, to: &left) { $0.left }
        unsafe Self.append(nodes, to: &right) { $0.right }
        unsafe Self.append(nodes, to: &flags) { $0.flags }
        unsafe Self.append(nodes, to: &payload) { $0.payload }
        unsafe Self.append(nodes, to: &label) { $0.label }
        unsafe Self.append(nodes, to: &cover) { $0.cover }
        unsafe Self.append(nodes, to: &gain) { $0.gain }
    }

    @inline(__always)
    private static func append<Value: BitwiseCopyable>(
        _ nodes: UnsafeBufferPointer<NodeDraft>, to column: inout [Value], _ value: (NodeDraft) -> Value
    ) {
        guard !nodes.isEmpty else { return }
        let start = column.count
        unsafe column.append(contentsOf: repeatElement(value(nodes[0]), count: nodes.count))
        unsafe column.withUnsafeMutableBufferPointer { target in
            // Bounds: the column has just grown by as many.
            for index in 1..<nodes.count { unsafe target[start + index] = value(nodes[index]) }
        }
    }

    /// Whether the node is a leaf.
    package func isLeaf(_ node: Int) -> Bool { feature[node] < 0 }
}

/// The yes-or-no properties of a node.
package struct NodeFlags: OptionSet, Sendable, Hashable, BitwiseCopyable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A missing value goes left.
    package static let missingLeft = NodeFlags(rawValue: 1)
    /// A value within ±1e-35 (rounded to Float) counts as missing (LightGBM's zero_as_missing).
    package static let zeroIsMissing = NodeFlags(rawValue: 2)
    /// The node asks about a set of categories.
    package static let categorical = NodeFlags(rawValue: 4)
    /// Members of the set go left.
    package static let membersLeft = NodeFlags(rawValue: 8)
    /// A category outside the feature's known set counts as missing (scikit-learn's histogram boosting).
    package static let unknownIsMissing = NodeFlags(rawValue: 16)
}

/// The half-width of the band around zero that LightGBM takes for zero: its float constant 1e-35, widened.
package let zeroBand = Double(1e-35 as Float)
