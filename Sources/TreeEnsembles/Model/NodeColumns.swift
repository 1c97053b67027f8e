// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A ``NodeTable`` that grows tree by tree, and the values of its leaves.
@safe
final class NodeColumns {
    private let feature = GrowingTable<Int32>()
    private let threshold = GrowingTable<Double>()
    private let left = GrowingTable<Int32>()
    private let right = GrowingTable<Int32>()
    private let flags = GrowingTable<NodeFlags>()
    private let payload = GrowingTable<Int32>()
    private let label = GrowingTable<Int32>()
    private let cover = GrowingTable<Double>()
    private let gain = GrowingTable<Float>()
    let leafValues = GrowingTable<Double>()

    /// The number of nodes.
    var count: Int { feature.count }

    /// Makes room for so many nodes and leaf values in all.
    func reserve(_ count: Int, leafValues values: Int) {
        feature.reserve(count)
        threshold.reserve(count)
        left.reserve(count)
        right.reserve(count)
        flags.reserve(count)
        payload.reserve(count)
        label.reserve(count)
        cover.reserve(count)
        gain.reserve(count)
        leafValues.reserve(values)
    }

    /// Where the next nodes of a tree are written, at most so many.
    ///
    /// ``truncate(to:)`` drops what was not needed.
    func extend(by more: Int) -> NodeWriter {
        unsafe NodeWriter(
            feature: feature.extend(by: more), threshold: threshold.extend(by: more),
            left: left.extend(by: more), right: right.extend(by: more), flags: flags.extend(by: more),
            payload: payload.extend(by: more), label: label.extend(by: more), cover: cover.extend(by: more),
            gain: gain.extend(by: more))
    }

    /// Drops nodes at the end.
    func truncate(to count: Int) {
        feature.truncate(to: count)
        threshold.truncate(to: count)
        left.truncate(to: count)
        right.truncate(to: count)
        flags.truncate(to: count)
        payload.truncate(to: count)
        label.truncate(to: count)
        cover.truncate(to: count)
        gain.truncate(to: count)
    }

    /// The table; nothing is left here.
    func finish() -> NodeTable {
        var table = NodeTable()
        table.feature = feature.finish()
        table.threshold = threshold.finish()
        table.left = left.finish()
        table.right = right.finish()
        table.flags = flags.finish()
        table.payload = payload.finish()
        table.label = label.finish()
        table.cover = cover.finish()
        table.gain = gain.finish()
        return table
    }
}

/// The places of the nodes of one tree.
@safe
struct NodeWriter {
    fileprivate(set) var feature: UnsafeMutablePointer<Int32>
    fileprivate(set) var threshold: UnsafeMutablePointer<Double>
    fileprivate(set) var left: UnsafeMutablePointer<Int32>
    fileprivate(set) var right: UnsafeMutablePointer<Int32>
    fileprivate(set) var flags: UnsafeMutablePointer<NodeFlags>
    fileprivate(set) var payload: UnsafeMutablePointer<Int32>
    fileprivate(set) var label: UnsafeMutablePointer<Int32>
    fileprivate(set) var cover: UnsafeMutablePointer<Double>
    fileprivate(set) var gain: UnsafeMutablePointer<Float>

    /// Writes a node; `place` is below what the columns were extended by.
    @unsafe @inline(__always)
    func write(_ node: NodeDraft, at place: Int) {
        unsafe feature[place] = node.feature
        unsafe threshold[place] = node.threshold
        unsafe left[place] = node.left
        unsafe right[place] = node.right
        unsafe flags[place] = node.flags
        unsafe payload[place] = node.payload
        unsafe label[place] = node.label
        unsafe cover[place] = node.cover
        unsafe gain[place] = node.gain
    }
}
