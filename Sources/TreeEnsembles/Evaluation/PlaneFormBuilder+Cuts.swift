// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Thresholds: their lists, and the planes that decisions compare with.
extension PlaneFormBuilder {
    mutating func makeCuts() {
        let keyCount = cutTable.starts.count - 1
        firstCut = [Int](repeating: 0, count: keyCount)
        for key in 0..<keyCount where cutTable.count(key) > 0 {
            firstCut[key] = cuts.count
            for start in stride(
                from: cutTable.starts[key], to: cutTable.starts[key + 1], by: Self.cutsPerPlane)
            {
                let end = min(start + Self.cutsPerPlane, cutTable.starts[key + 1])
                appendCut(key: key, Array(cutTable.thresholds[start..<end]))
            }
        }
        claimPlanes()
    }

    private mutating func appendCut(key: Int, _ values: [Double]) {
        let padded = values + [Double](repeating: .nan, count: 256 - values.count)
        // Pivots: every 8th threshold for Float, every 16th for Double, from place 1 on.
        let step = ensemble.precision == .single ? 8 : 16
        var pivots = [Double](repeating: .nan, count: 32)
        for place in 1..<256 / step { pivots[place] = padded[place * step - 1] }
        let first: Int
        if ensemble.precision == .single {
            if thresholdsSingle.isEmpty { thresholdsSingle = [Float](repeating: .nan, count: 16) }
            first = thresholdsSingle.count
            thresholdsSingle += padded.map { Float($0) } + pivots.map { Float($0) }
        } else {
            if thresholdsDouble.isEmpty { thresholdsDouble = [Double](repeating: .nan, count: 16) }
            first = thresholdsDouble.count
            thresholdsDouble += padded + pivots
        }
        cuts.append(
            tree_cut_list(
                column: UInt32(key / 2), first_threshold: UInt32(first), count: UInt16(values.count),
                left_plane: Self.noPlane, right_plane: Self.noPlane, zero_is_missing: UInt16(key & 1)))
    }

    /// Gives planes to the cut lists that the decisions need, and thresholds their planes and ranks.
    private mutating func claimPlanes() {
        let nodes = ensemble.nodes
        let found = cutTable.found
        var isNeeded = [Bool](repeating: false, count: 2 * cutTable.ranks.count)
        // Bounds: a sound tree's nodes are in the columns.
        let flags = unsafe nodes.flags.buffer
        let decisions = cutTable.decisions
        var first = 0
        for (index, tree) in ensemble.trees.enumerated() {
            let own = first..<first + tree.nodeCount - tree.leafCount
            first = own.upperBound
            guard holds[index] else { continue }
            for decision in own {
                let node = Int(decisions[decision])
                let flag = unsafe flags[node]
                if flag.contains(.categorical) { continue }
                isNeeded[Int(found[node]) * 2 + (flag.contains(.missingLeft) ? 1 : 0)] = true
            }
        }
        var codes = [UInt32](repeating: 0, count: isNeeded.count)
        for code in isNeeded.indices where isNeeded[code] {
            let threshold = code / 2
            let (list, rank) = Int(cutTable.ranks[threshold]).quotientAndRemainder(
                dividingBy: Self.cutsPerPlane)
            let cut = firstCut[Int(cutTable.keys[threshold])] + list
            let goesLeft = code % 2 == 1
            var plane = goesLeft ? cuts[cut].left_plane : cuts[cut].right_plane
            if plane == Self.noPlane {
                plane = claimPlane()
                if goesLeft { cuts[cut].left_plane = plane } else { cuts[cut].right_plane = plane }
            }
            codes[code] = UInt32(plane) << 8 | UInt32(rank)
        }
        self.codes = codes
    }

    private mutating func claimPlane() -> UInt16 {
        planeCount += 1
        return UInt16(truncatingIfNeeded: planeCount - 1)
    }
}
