// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The distinct thresholds of every column, rising, from which ranks are made.
///
/// The rank of `x` is the number of thresholds that are not above it, and a node sends `x` left just when the rank of
/// `x` is at most the number of thresholds below the node's own.
struct CutTable {
    /// For each key (column * 2, + 1 where zero is missing) where its thresholds start, then their number.
    private(set) var starts: [Int]
    private(set) var thresholds: [Double]
    /// For each numeric decision how many thresholds of its key are below its own; NaN is above all others.
    private(set) var ranks: [UInt32]

    /// The key under which a decision's threshold stands.
    static func key(_ nodes: NodeTable, _ node: Int) -> Int {
        Int(nodes.feature[node]) * 2 + (nodes.flags[node].contains(.zeroIsMissing) ? 1 : 0)
    }

    init(_ ensemble: Ensemble) {
        let nodes = ensemble.nodes
        ranks = [UInt32](repeating: 0, count: nodes.count)
        starts = []
        thresholds = []
        let keyCount = ensemble.columnCount * 2
        let found = nodes.threshold.span
        if ensemble.precision == .single {
            var entries = Self.entries(nodes) { node in
                UInt64(Self.order(of: Float(found[node]))) << 32 | UInt64(node)
            }
            RadixSort.sort(&entries, bits: 32) { $0 >> 32 }
            rank(entries, nodes, keyCount, node: { Int($0 & 0xffff_ffff) }, order: { $0 >> 32 })
        } else {
            var entries = Self.entries(nodes) { node in
                Entry(order: Self.order(of: found[node]), node: UInt32(node))
            }
            RadixSort.sort(&entries, bits: 64) { $0.order }
            rank(entries, nodes, keyCount, node: { Int($0.node) }, order: { $0.order })
        }
    }

    /// The number of thresholds of a key.
    func count(_ key: Int) -> Int { starts[key + 1] - starts[key] }

    private struct Entry: BitwiseCopyable {
        var order: UInt64
        var node: UInt32
    }

    /// An entry for each numeric decision.
    @inline(__always)
    private static func entries<Made: BitwiseCopyable>(_ nodes: NodeTable, _ make: (Int) -> Made) -> [Made] {
        let features = nodes.feature.span
        let flags = nodes.flags.span
        return unsafe [Made](unsafeUninitializedCapacity: nodes.count) { buffer, count in
            for node in 0..<features.count where features[node] >= 0 && !flags[node].contains(.categorical) {
                // Bounds: at most one for each node.
                unsafe buffer.initializeElement(at: count, to: make(node))
                count += 1
            }
        }
    }

    /// Takes the decisions in rising order of their thresholds, equal thresholds of a key as one.
    @inline(__always)
    private mutating func rank<Sorted: BitwiseCopyable>(
        _ sorted: [Sorted], _ nodes: NodeTable, _ keyCount: Int, node: (Sorted) -> Int,
        order: (Sorted) -> UInt64
    ) {
        let features = nodes.feature.span
        let flags = nodes.flags.span
        var last = [UInt64](repeating: 0, count: keyCount)
        var counts = [UInt32](repeating: 0, count: keyCount)
        var distinct: [UInt32] = []
        unsafe ranks.withUnsafeMutableBufferPointer { ranks in
            for entry in sorted {
                let node = node(entry)
                let key = Int(features[node]) * 2 + (flags[node].contains(.zeroIsMissing) ? 1 : 0)
                let order = order(entry)
                if counts[key] == 0 || last[key] != order {
                    last[key] = order
                    counts[key] += 1
                    distinct.append(UInt32(truncatingIfNeeded: node))
                }
                // Bounds: the spans above have looked at `node`, and the ranks are as many.
                unsafe ranks[node] = counts[key] - 1
            }
        }
        starts.reserveCapacity(keyCount + 1)
        var next: [Int] = []
        next.reserveCapacity(keyCount)
        var total = 0
        for count in counts {
            starts.append(total)
            next.append(total)
            total += Int(count)
        }
        starts.append(total)
        thresholds = [Double](repeating: 0, count: total)
        for node in distinct {
            let key = Self.key(nodes, Int(node))
            thresholds[next[key]] = nodes.threshold[Int(node)]
            next[key] += 1
        }
    }

    /// Whole numbers in the order of the numbers; both zeros are one, and all NaN are one and the last.
    private static func order(of number: Float) -> UInt32 {
        if number.isNaN { return .max }
        let bits = (number + 0).bitPattern
        return bits >> 31 == 1 ? ~bits : bits | 1 << 31
    }

    private static func order(of number: Double) -> UInt64 {
        if number.isNaN { return .max }
        let bits = (number + 0).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }
}
