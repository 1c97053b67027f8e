// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The kernels for single rows in Swift: what the C kernels are compared with, and what runs where there are none.
///
/// Pointers and indices come from a ``RowForm`` and from the memory that a ``ScorerMemory`` made for it.
enum PortableRowKernels {
    private static let none: UInt16 = 0xffff

    /// Makes the bytes of a row.
    static func quantize<Number: BinaryFloatingPoint>(
        _ model: tree_plane_model, thresholds: UnsafePointer<Number>, values: UnsafePointer<Number>,
        bytes: UnsafeMutablePointer<UInt8>
    ) {
        let band = Number(zeroBand)
        for index in 0..<(unsafe model.cut_count) {
            let cut = unsafe model.cuts[index]
            let table = unsafe thresholds + Int(cut.first_threshold)
            let value = unsafe values[Int(cut.column)]
            var low = 0
            var step = 128
            while step != 0 {
                if unsafe table[low + step - 1] <= value { low += step }
                step >>= 1
            }
            let missing = value.isNaN || cut.zero_is_missing != 0 && abs(value) <= band
            if cut.left_plane != none {
                unsafe bytes[Int(cut.left_plane)] = missing ? 0 : UInt8(low)
            }
            if cut.right_plane != none {
                unsafe bytes[Int(cut.right_plane)] = missing ? 255 : UInt8(low)
            }
        }
    }

    /// Adds the row's leaves to sums in the order of the trees.
    static func add<Number: BinaryFloatingPoint>(
        _ model: tree_row_model, values: UnsafePointer<Number>, bytes: UnsafePointer<UInt8>,
        categories: UnsafePointer<UInt16>, sums: UnsafeMutablePointer<Number>
    ) {
        for tree in 0..<(unsafe model.tree_count) {
            let exit = unsafe exit(model, tree, bytes, categories)
            unsafe sums[Int(model.outputs[tree])] += values[exit]
        }
    }

    /// The way out of each tree that the row takes.
    static func exits(
        _ model: tree_row_model, bytes: UnsafePointer<UInt8>, categories: UnsafePointer<UInt16>,
        exits: UnsafeMutablePointer<UInt32>
    ) {
        for tree in 0..<(unsafe model.tree_count) {
            unsafe exits[tree] = UInt32(exit(model, tree, bytes, categories))
        }
    }

    @inline(__always)
    private static func exit(
        _ model: tree_row_model, _ index: Int, _ bytes: UnsafePointer<UInt8>,
        _ categories: UnsafePointer<UInt16>
    ) -> Int {
        let tree = unsafe model.trees[index]
        var (block, at, left) = (Int(tree.block), Int(tree.decision), tree.chain)
        while true {
            let place = unsafe model.block_places[block]
            let table = unsafe UnsafeRawPointer(model.blocks + block).assumingMemoryBound(to: UInt8.self)
            let extra = unsafe place.set_count == 0 ? 0 : setBits(model, place, categories)
            // Only the decisions on the way are made.
            while true {
                let isAbove = unsafe bytes[Int(table[at])] > table[64 + at]
                let goesRight = isAbove || extra >> UInt64(at) & 1 == 1
                let child = unsafe table[128 + at + (goesRight ? 64 : 0)]
                at = Int(child & 127)
                if child < 128 { break }
            }
            let exit = Int(place.first_exit) + at
            left -= 1
            guard left > 0 else { return exit }
            let target = unsafe Int(model.targets[exit])
            guard target != 0 else { return exit }
            (block, at) = (target >> 6, target & 63)
        }
    }

    /// Bits of a block's decisions about sets: 1 where the row goes right.
    private static func setBits(
        _ model: tree_row_model, _ place: tree_row_place, _ categories: UnsafePointer<UInt16>
    ) -> UInt64 {
        var bits: UInt64 = 0
        for s in 0..<Int(place.set_count) {
            let set = unsafe model.set_nodes[Int(place.first_set) + s]
            let id = unsafe Int(categories[Int(set.column)])
            let left = unsafe model.set_words[Int(set.first_word) + id >> 5] >> UInt32(id & 31) & 1
            bits |= UInt64(left ^ 1) << UInt64(set.plane)
        }
        return bits
    }
}
