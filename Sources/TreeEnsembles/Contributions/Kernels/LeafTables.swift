// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Makes the table of a leaf: for each mask of conditions that a row may meet, the amount of each player on
/// the path, and, if asked for, of each pair of players.
///
/// Entry m of a term's part belongs to mask m, or to the m-th mask of a list. The terms are the players of
/// the path in the order of their slots, then the pairs (0, 1), (0, 2), ..., (1, 2), ....
struct LeafTables {
    let hasPairs: Bool
    /// The table made last: one part of `stride` entries for each term.
    private(set) var entries: [Double] = []
    private(set) var stride = 0
    private var products: [Double] = []
    private var scaled: [Double] = []
    private let weights = CoalitionWeights(players: MaskFrame.mostSlots)

    init(hasPairs: Bool) { self.hasPairs = hasPairs }

    /// How many terms a path with so many players has.
    func termCount(slots: Int) -> Int { hasPairs ? slots * (slots + 1) / 2 : slots }

    private mutating func clear(slots: Int, stride: Int) {
        self.stride = stride
        let count = termCount(slots: slots) * stride
        entries.removeAll(keepingCapacity: true)
        entries.append(contentsOf: repeatElement(0, count: count))
    }

    // MARK: Shares of the training rows

    /// The table by the shares of the training rows (the formula stands at ``EdgeSums``).
    ///
    /// - Parameters:
    ///   - fractions: For each of the first slots the share of training rows that meet its conditions.
    ///   - masks: The masks to answer, or nil for all of them in order.
    mutating func fill(
        fractions: [Double], slots: Int, value: Double, rule: GaussLegendre, masks: [UInt16]?
    ) {
        let count = masks?.count ?? 1 << slots
        clear(slots: slots, stride: count)
        if products.count < count {
            products = [Double](repeating: 0, count: count)
            scaled = products
        }
        for (t, weight) in zip(rule.points, rule.weights) {
            Self.multiply(fractions, slots, t: t, start: value * weight, masks: masks, into: &products)
            for slot in 0..<slots {
                Self.addScaled(
                    products, slot, Self.changes(fractions[slot], t), masks, count, to: &entries,
                    from: slot * count)
            }
            if hasPairs { addPairs(fractions, slots, t, masks, count) }
        }
    }

    private mutating func addPairs(
        _ fractions: [Double], _ slots: Int, _ t: Double, _ masks: [UInt16]?, _ count: Int
    ) {
        var term = slots
        for first in 0..<slots {
            for index in 0..<count { scaled[index] = 0 }
            let (cold, hot) = Self.changes(fractions[first], t)
            // Half of the interaction goes to either order of the pair.
            Self.addScaled(products, first, (cold / 2, hot / 2), masks, count, to: &scaled, from: 0)
            for second in first + 1..<slots {
                Self.addScaled(
                    scaled, second, Self.changes(fractions[second], t), masks, count, to: &entries,
                    from: term * count)
                term += 1
            }
        }
    }

    /// What takes a player's factor out of the product and puts (o - z) in, for o = 0 and o = 1.
    private static func changes(_ z: Double, _ t: Double) -> (cold: Double, hot: Double) {
        (z == 0 ? 0 : -1 / (1 - t), (1 - z) / (z * (1 - t) + t))
    }

    /// The product of all players' factors at one point, for each mask.
    private static func multiply(
        _ fractions: [Double], _ slots: Int, t: Double, start: Double, masks: [UInt16]?,
        into products: inout [Double]
    ) {
        var product = products.mutableSpan
        guard let masks = masks?.span else {
            precondition(product.count >= 1 << slots)
            product[0] = start
            var filled = 1
            for slot in 0..<slots {
                let cold = fractions[slot] * (1 - t)
                let hot = cold + t
                for index in 0..<filled {
                    unsafe product[unchecked: filled + index] = product[unchecked: index] * hot
                    unsafe product[unchecked: index] *= cold
                }
                filled *= 2
            }
            return
        }
        for index in masks.indices { product[index] = start }
        for slot in 0..<slots {
            let cold = fractions[slot] * (1 - t)
            let hot = cold + t
            for index in masks.indices {
                product[index] *= masks[index] >> UInt16(slot) & 1 == 1 ? hot : cold
            }
        }
    }

    /// Adds the source times `hot` where the slot's bit is set in the mask, else times `cold`.
    private static func addScaled(
        _ source: [Double], _ slot: Int, _ change: (cold: Double, hot: Double), _ masks: [UInt16]?,
        _ count: Int,
        to sums: inout [Double], from start: Int
    ) {
        let source = source.span.extracting(0..<count)
        var all = sums.mutableSpan
        var target = all._mutatingExtracting(start..<start + count)
        let (cold, hot) = change
        if let masks = masks?.span {
            for index in 0..<count {
                target[index] += source[index] * (masks[index] >> UInt16(slot) & 1 == 1 ? hot : cold)
            }
            return
        }
        // Without masks the count is a power of two above the slot's bit, so all places below are in range.
        if slot == 0 {
            for index in Swift.stride(from: 0, to: count, by: 2) {
                unsafe target[unchecked: index] += source[unchecked: index] * cold
                unsafe target[unchecked: index + 1] += source[unchecked: index + 1] * hot
            }
            return
        }
        let run = 1 << slot
        var place = 0
        while place < count {
            for index in place..<place + run {
                unsafe target[unchecked: index] += source[unchecked: index] * cold
            }
            for index in place + run..<place + 2 * run {
                unsafe target[unchecked: index] += source[unchecked: index] * hot
            }
            place += 2 * run
        }
    }

    // MARK: Background rows

    /// The table against background rows: the mean, over them, of the game in which a player is either the
    /// row's or the background row's.
    ///
    /// - Parameters:
    ///   - background: The masks of the background rows, each with its share of all of them.
    ///   - masks: The masks to answer, or nil for all of them in order.
    mutating func fill(
        background: [(mask: UInt16, share: Double)], slots: Int, value: Double, masks: [UInt16]?
    ) {
        let count = masks?.count ?? 1 << slots
        clear(slots: slots, stride: count)
        let full = UInt16(truncatingIfNeeded: (1 << slots) - 1)
        for index in 0..<count {
            let ours = masks.map { $0[index] } ?? UInt16(truncatingIfNeeded: index)
            let theirsOnly = full & ~ours
            for entry in background where theirsOnly & ~entry.mask == 0 {
                let oursOnly = full & ~entry.mask
                let game = TwoRowGame(
                    ours: oursOnly.nonzeroBitCount, theirs: theirsOnly.nonzeroBitCount,
                    value: value * entry.share, weights: weights)
                for slot in 0..<slots {
                    let bit = UInt16(1) << UInt16(slot)
                    guard (oursOnly | theirsOnly) & bit != 0 else { continue }
                    entries[slot * count + index] += oursOnly & bit != 0 ? game.alone.ours : game.alone.theirs
                }
                if hasPairs {
                    var term = slots
                    for first in 0..<slots {
                        for second in first + 1..<slots {
                            entries[term * count + index] += game.pair(
                                oursOnly >> UInt16(first) & 1 == 1, theirsOnly >> UInt16(first) & 1 == 1,
                                oursOnly >> UInt16(second) & 1 == 1, theirsOnly >> UInt16(second) & 1 == 1)
                            term += 1
                        }
                    }
                }
            }
        }
    }
}
