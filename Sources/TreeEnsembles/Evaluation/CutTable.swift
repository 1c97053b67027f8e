// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The distinct thresholds of every column, rising, from which ranks are made.
///
/// The rank of `x` is the number of thresholds that are not above it, and a node sends `x` left just when the rank of
/// `x` is at most the number of thresholds below the node's own.
struct CutTable {
    /// For each key (column * 2, + 1 where zero is missing) where its thresholds start, then their number.
    private(set) var starts: [Int] = []
    private(set) var thresholds: [Double] = []
    /// All nodes that are not leaves, in order.
    let decisions: [UInt32]
    /// For each numeric decision its threshold, by the order in which the distinct ones were found.
    private(set) var found: [UInt32]
    /// For each threshold that was found how many of its key are below it; NaN is above all others.
    private(set) var ranks: [UInt32] = []
    /// The key of each threshold that was found.
    private(set) var keys: [UInt32] = []

    /// The key under which a decision's threshold stands.
    static func key(_ nodes: NodeTable, _ node: Int) -> Int {
        Int(nodes.feature[node]) * 2 + (nodes.flags[node].contains(.zeroIsMissing) ? 1 : 0)
    }

    init(_ ensemble: Ensemble) {
        let nodes = ensemble.nodes
        let decisions = Self.decisions(of: nodes)
        self.decisions = decisions
        found = [UInt32](repeating: 0, count: nodes.count)
        // Few of the thresholds are distinct, so they are found first and sorted then.
        var finder = ThresholdFinder()
        let isSingle = ensemble.precision == .single
        unsafe found.withUnsafeMutableBufferPointer { found in
            // Bounds: all columns have `nodes.count` elements.
            let (features, flags) = unsafe (nodes.feature.buffer, nodes.flags.buffer)
            let all = unsafe nodes.threshold.buffer
            for decision in decisions {
                let node = Int(decision)
                let (feature, flag) = unsafe (features[node], flags[node])
                if flag.contains(.categorical) { continue }
                let key = UInt32(feature) * 2 + (flag.contains(.zeroIsMissing) ? 1 : 0)
                let threshold = unsafe all[node]
                let order = isSingle ? Self.order(of: Float(threshold)) : Self.order(of: threshold)
                unsafe found[node] = finder.place(of: order, key: key, threshold: threshold)
            }
        }
        sort(finder, keyCount: ensemble.columnCount * 2, bits: isSingle ? 32 : 64)
    }

    /// Found without branches, which could not be foretold: whether a node is a leaf is as good as random.
    private static func decisions(of nodes: NodeTable) -> [UInt32] {
        let features = unsafe nodes.feature.buffer
        return unsafe [UInt32](unsafeUninitializedCapacity: nodes.count + 1) { buffer, count in
            for node in 0..<nodes.count {
                // Bounds: no more decisions than nodes, and one place beyond them.
                unsafe (buffer.baseAddress.unsafelyUnwrapped + count).initialize(
                    to: UInt32(truncatingIfNeeded: node))
                count += unsafe features[node] >= 0 ? 1 : 0
            }
        }
    }

    /// The number of thresholds of a key.
    func count(_ key: Int) -> Int { starts[key + 1] - starts[key] }

    /// How many thresholds of its key are below that of a numeric decision.
    func rank(_ node: Int) -> Int { Int(ranks[Int(found[node])]) }

    /// Brings the distinct thresholds of each key into rising order.
    private mutating func sort(_ finder: ThresholdFinder, keyCount: Int, bits: Int) {
        keys = finder.keys
        var order = finder.orders.indices.map { (order: finder.orders[$0], place: UInt32($0)) }
        RadixSort.sort(&order, bits: bits) { $0.order }
        ranks = [UInt32](repeating: 0, count: order.count)
        var counts = [UInt32](repeating: 0, count: keyCount)
        for (_, place) in order {
            let key = Int(keys[Int(place)])
            ranks[Int(place)] = counts[key]
            counts[key] += 1
        }
        starts.reserveCapacity(keyCount + 1)
        starts.append(0)
        for count in counts { starts.append(starts[starts.count - 1] + Int(count)) }
        thresholds = [Double](repeating: 0, count: order.count)
        for place in ranks.indices {
            thresholds[starts[Int(keys[place])] + Int(ranks[place])] = finder.thresholds[place]
        }
    }

    /// Whole numbers in the order of the numbers; both zeros are one, and all NaN are one and the last.
    private static func order(of number: Float) -> UInt64 {
        if number.isNaN { return UInt64(UInt32.max) }
        let bits = (number + 0).bitPattern
        return UInt64(bits >> 31 == 1 ? ~bits : bits | 1 << 31)
    }

    private static func order(of number: Double) -> UInt64 {
        if number.isNaN { return .max }
        let bits = (number + 0).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }
}

/// The distinct thresholds that were met so far.
private struct ThresholdFinder {
    /// Of each threshold the number that it is ordered by, its key, and itself.
    private(set) var orders: [UInt64] = []
    private(set) var keys: [UInt32] = []
    private(set) var thresholds: [Double] = []
    /// A hash table with open addresses, at most half of them in use.
    private var slots = [Slot](repeating: Slot(), count: 1 << 12)
    private var shift: UInt64 = 64 - 12
    /// Of the process, so that no file can be made to have many in one place.
    private static let factors = (UInt64.random(in: .min ... .max) | 1, UInt64.random(in: .min ... .max) | 1)
    private let factors = Self.factors

    private struct Slot: BitwiseCopyable {
        var order: UInt64 = 0
        var key: UInt32 = 0
        /// The place in the arrays above.
        var place = UInt32.max
    }

    /// The place of a threshold, which is added where it is new.
    @inline(__always)
    mutating func place(of order: UInt64, key: UInt32, threshold: Double) -> UInt32 {
        var index = firstSlot(order, key)
        while true {
            let slot = slots[index]
            if slot.order == order, slot.key == key, slot.place != .max { return slot.place }
            if slot.place == .max { return add(order, key, threshold, index) }
            index = (index + 1) & (slots.count - 1)
        }
    }

    @inline(__always)
    private func firstSlot(_ order: UInt64, _ key: UInt32) -> Int {
        let mixed = (order ^ UInt64(key) << 40) &* factors.0
        return Int(truncatingIfNeeded: ((mixed ^ mixed >> 32) &* factors.1) >> shift)
    }

    private mutating func add(_ order: UInt64, _ key: UInt32, _ threshold: Double, _ index: Int) -> UInt32 {
        let place = UInt32(orders.count)
        orders.append(order)
        keys.append(key)
        thresholds.append(threshold)
        slots[index] = Slot(order: order, key: key, place: place)
        if 2 * orders.count > slots.count { grow() }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: 4 * old.count)
        shift -= 2
        for slot in old where slot.place != .max {
            var index = firstSlot(slot.order, slot.key)
            while slots[index].place != .max { index = (index + 1) & (slots.count - 1) }
            slots[index] = slot
        }
    }
}
