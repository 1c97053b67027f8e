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
    package var feature = AlignedTable<Int32>()
    package var threshold = AlignedTable<Double>()
    /// Index of the child, in the whole table; -1 for a leaf.
    package var left = AlignedTable<Int32>()
    package var right = AlignedTable<Int32>()
    package var flags = AlignedTable<NodeFlags>()
    /// A leaf: where its values start in `leafValues`.
    ///
    /// A categorical node: the index of its set.
    package var payload = AlignedTable<Int32>()
    /// A leaf: its number in the source library.
    ///
    /// Else the number of the node in the source.
    package var label = AlignedTable<Int32>()
    /// What reached the node in training: rows or sum of second derivatives; NaN where the source does not say.
    package var cover = AlignedTable<Double>()
    /// How much the split lowered the loss; NaN where the source does not say.
    package var gain = AlignedTable<Float>()

    package init() {}

    /// The number of nodes, leaves included.
    package var count: Int { feature.count }

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
