// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The kernels for large trees in Swift: what the C kernels are compared with, and what runs where there are none.
///
/// Pointers and indices come from a ``WalkForm`` and from the memory that was made for it.
enum PortableWalkKernels {
    private static let none: UInt16 = 0xffff

    /// Lays rows of a model in float out.
    static func fill(
        _ model: tree_walk_model, columns: UnsafePointer<Float>, stride: Int, rows: Int,
        slots: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<(unsafe model.cut_count) {
            let cut = unsafe model.cuts[index]
            let band = cut.zero_is_missing != 0 ? Float(zeroBand) : -1
            let x = unsafe columns + Int(cut.column) * stride
            for row in 0..<rows {
                let value = unsafe x[row]
                let missing = value.isNaN || abs(value) <= band
                let target = unsafe slots + row * model.slot_count
                // NaN is not above any threshold, so it goes left; nothing is above infinity.
                if cut.left_slot != none { unsafe target[Int(cut.left_slot)] = missing ? .nan : value }
                if cut.right_slot != none {
                    unsafe target[Int(cut.right_slot)] = missing ? .infinity : value
                }
            }
        }
    }

    /// Lays rows of a model in double out as bins.
    static func fill(
        _ model: tree_walk_model, columns: UnsafePointer<Double>, stride: Int, rows: Int,
        slots: UnsafeMutablePointer<UInt16>
    ) {
        for index in 0..<(unsafe model.cut_count) {
            let cut = unsafe model.cuts[index]
            let table = unsafe model.thresholds + Int(cut.first_threshold)
            let x = unsafe columns + Int(cut.column) * stride
            for row in 0..<rows {
                let value = unsafe x[row]
                var (low, count) = (0, Int(cut.count))
                while count > 0 {
                    let half = count - count / 2
                    if unsafe table[low + half - 1] <= value { low += half }
                    count -= half
                }
                let missing = value.isNaN || cut.zero_is_missing != 0 && abs(value) <= zeroBand
                let target = unsafe slots + row * model.slot_count
                if cut.left_slot != none { unsafe target[Int(cut.left_slot)] = missing ? 0 : UInt16(low) }
                if cut.right_slot != none {
                    unsafe target[Int(cut.right_slot)] = missing ? 0xffff : UInt16(low)
                }
            }
        }
    }

    /// The places of the leaves of rows in one tree.
    static func rows<Slot: WalkSlot>(
        _ model: tree_walk_model, tree: Int, slots: UnsafePointer<Slot>, rows: Int,
        places: UnsafeMutablePointer<UInt32>
    ) {
        let root = unsafe Int(model.roots[tree])
        for row in 0..<rows {
            unsafe places[row] = place(model, root, slots + row * model.slot_count)
        }
    }

    /// The places of the leaves of one row in some trees.
    static func trees<Slot: WalkSlot>(
        _ model: tree_walk_model, _ trees: Range<Int>, slots: UnsafePointer<Slot>,
        places: UnsafeMutablePointer<UInt32>
    ) {
        for tree in trees {
            unsafe places[tree - trees.lowerBound] = place(model, Int(model.roots[tree]), slots)
        }
    }

    @inline(__always)
    private static func place<Slot: WalkSlot>(
        _ model: tree_walk_model, _ root: Int, _ row: UnsafePointer<Slot>
    ) -> UInt32 {
        var at = 0
        while true {
            let next = unsafe Slot.next(model, root, at, row)
            // A leaf leads to itself.
            if next == at { return unsafe model.places[root + at] }
            at = next
        }
    }
}

/// What a row of a ``WalkForm`` is made of: numbers or bins.
protocol WalkSlot {
    /// The node after `at`, both counted from the root of the tree.
    static func next(_ model: tree_walk_model, _ root: Int, _ at: Int, _ row: UnsafePointer<Self>) -> Int
}

extension Float: WalkSlot {
    @inline(__always)
    static func next(_ model: tree_walk_model, _ root: Int, _ at: Int, _ row: UnsafePointer<Float>) -> Int {
        let node = unsafe model.numbers[root + at]
        let slot = unsafe Int(node.link & ((1 << model.slot_bits) - 1))
        return unsafe Int(node.link >> model.slot_bits) + (row[slot] >= node.threshold ? 1 : 0)
    }
}

extension UInt16: WalkSlot {
    @inline(__always)
    static func next(_ model: tree_walk_model, _ root: Int, _ at: Int, _ row: UnsafePointer<UInt16>) -> Int {
        let node = unsafe model.bins[root + at]
        return unsafe Int(node.left) + (row[Int(node.slot)] > node.rank ? 1 : 0)
    }
}
