// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Decisions as comparisons of 16-bit codes: the code of a number is how many of the model's thresholds of
/// its column it reaches.
///
/// A numeric node sends a row left just when the row's code is at most the node's rank among those
/// thresholds. A missing value has code 0 where it goes left and 65535 where it goes right, so a column has a
/// plane of codes for each meaning of missing that its nodes use. What does not fit (sets of categories, more
/// than 65,000 thresholds) is decided one by one.
struct NodeCodes: Sendable {
    /// The codes of one column under one meaning of missing.
    struct Plane: Hashable, Sendable {
        let column: Int
        let flags: UInt8
    }

    private(set) var planes: [Plane] = []
    /// The plane of each node; -1 for leaves and for nodes that are decided one by one.
    private(set) var plane: [Int32]
    private(set) var rank: [UInt16]
    /// The distinct thresholds of each column, rising.
    private var thresholds: [[Double]]
    private static let mostThresholds = 65_000

    init(_ nodes: NodeTable, columnCount: Int) {
        plane = [Int32](repeating: -1, count: nodes.count)
        rank = [UInt16](repeating: 0, count: nodes.count)
        thresholds = [[Double]](repeating: [], count: columnCount)
        let plain: NodeFlags = [.missingLeft, .zeroIsMissing]
        for node in 0..<nodes.count where nodes.feature[node] >= 0 && nodes.flags[node].isSubset(of: plain) {
            if !nodes.threshold[node].isNaN {
                thresholds[Int(nodes.feature[node])].append(nodes.threshold[node])
            }
        }
        for column in thresholds.indices where !thresholds[column].isEmpty {
            thresholds[column].sort()
            var distinct: [Double] = []
            for threshold in thresholds[column] where distinct.last != threshold {
                distinct.append(threshold)
            }
            thresholds[column] = distinct
        }
        var places: [Plane: Int32] = [:]
        for node in 0..<nodes.count where nodes.feature[node] >= 0 && nodes.flags[node].isSubset(of: plain) {
            let column = Int(nodes.feature[node])
            guard thresholds[column].count <= Self.mostThresholds else { continue }
            let threshold = nodes.threshold[node]
            // NaN as threshold sends all numbers left: no code but that of a missing value is above 65534.
            rank[node] =
                threshold.isNaN
                ? 65_534 : UInt16(Self.reached(threshold, in: thresholds[column]) - 1)
            let key = Plane(column: column, flags: nodes.flags[node].rawValue)
            let place = places[key] ?? Int32(planes.count)
            if place == planes.count {
                places[key] = place
                planes.append(key)
            }
            plane[node] = place
        }
    }

    /// The code of a value in a plane.
    func code(of value: Double, in plane: Plane) -> UInt16 {
        let flags = NodeFlags(rawValue: plane.flags)
        if value.isNaN || flags.contains(.zeroIsMissing) && abs(value) <= zeroBand {
            return flags.contains(.missingLeft) ? 0 : .max
        }
        return UInt16(Self.reached(value, in: thresholds[plane.column]))
    }

    /// How many of the rising thresholds are not above the value.
    private static func reached(_ value: Double, in list: [Double]) -> Int {
        let thresholds = list.span
        var low = 0
        var count = thresholds.count
        while count > 0 {
            let half = count / 2
            if thresholds[low + half] <= value {
                low += half + 1
                count -= half + 1
            } else {
                count = half
            }
        }
        return low
    }
}
