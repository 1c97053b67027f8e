// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The distinct thresholds of every column, rising, from which ranks are made.
///
/// The rank of `x` is the number of thresholds that are not above it, and a node sends `x` left just when the rank of
/// `x` is at most the number of thresholds below the node's own.
struct CutTable {
    /// For each key (column * 2, + 1 where zero is missing) where its thresholds start, then their number.
    private(set) var starts: [Int]
    private(set) var thresholds: [Double]

    /// The key under which a decision's threshold stands.
    static func key(_ nodes: NodeTable, _ node: Int) -> Int {
        Int(nodes.feature[node]) * 2 + (nodes.flags[node].contains(.zeroIsMissing) ? 1 : 0)
    }

    init(_ ensemble: Ensemble) {
        let nodes = ensemble.nodes
        let keyCount = ensemble.columnCount * 2
        var counts = [Int](repeating: 0, count: keyCount + 1)
        for node in 0..<nodes.count where Self.isNumeric(nodes, node) {
            counts[Self.key(nodes, node) + 1] += 1
        }
        for key in 0..<keyCount { counts[key + 1] += counts[key] }
        var all = [Double](repeating: 0, count: counts[keyCount])
        var next = counts
        for node in 0..<nodes.count where Self.isNumeric(nodes, node) {
            let key = Self.key(nodes, node)
            all[next[key]] = nodes.threshold[node]
            next[key] += 1
        }
        starts = [0]
        starts.reserveCapacity(keyCount + 1)
        thresholds = []
        thresholds.reserveCapacity(all.count)
        for key in 0..<keyCount {
            let range = counts[key]..<counts[key + 1]
            if !range.isEmpty { Self.appendDistinct(&all, range, to: &thresholds) }
            starts.append(thresholds.count)
        }
    }

    /// The number of thresholds of a key.
    func count(_ key: Int) -> Int { starts[key + 1] - starts[key] }

    /// How many thresholds of the key are below the given one, which is one of them.
    ///
    /// NaN is above all others.
    func rank(of threshold: Double, key: Int) -> Int {
        if threshold.isNaN { return count(key) - 1 }
        var low = starts[key]
        var high = starts[key + 1]
        while low < high {
            let middle = (low + high) >> 1
            if thresholds[middle] < threshold { low = middle + 1 } else { high = middle }
        }
        return low - starts[key]
    }

    private static func isNumeric(_ nodes: NodeTable, _ node: Int) -> Bool {
        nodes.feature[node] >= 0 && !nodes.flags[node].contains(.categorical)
    }

    private static func appendDistinct(_ all: inout [Double], _ range: Range<Int>, to result: inout [Double])
    {
        var hasNaN = false
        var sorted: [Double] = []
        sorted.reserveCapacity(range.count)
        for threshold in all[range] {
            if threshold.isNaN { hasNaN = true } else { sorted.append(threshold) }
        }
        sorted.sort()
        var last = Double.nan
        for threshold in sorted where threshold != last {
            result.append(threshold)
            last = threshold
        }
        if hasNaN { result.append(.nan) }
    }
}
