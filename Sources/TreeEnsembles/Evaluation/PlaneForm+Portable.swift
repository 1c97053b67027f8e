// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The kernels in Swift: what the C kernels are compared with, and what runs where there are none.
///
/// Vectors have 16 lanes, because the standard library's wider masks and selections are loops over elements.
/// Every pointer below comes from a ``BlockScorer``, which allocates it for the form at hand, and every index from a
/// ``PlaneFormBuilder``, which made it in range.
enum PortablePlaneKernels {
    private static let rows = 64
    private static let none: UInt16 = 0xffff

    /// Makes byte planes from columns of 64 numbers.
    static func quantize<Number: BinaryFloatingPoint & SIMDScalar>(
        _ model: tree_plane_model, thresholds: UnsafePointer<Number>, columns: UnsafePointer<Number>,
        planes: UnsafeMutablePointer<UInt8>
    ) {
        let band = Number(zeroBand)
        for index in 0..<(unsafe model.cut_count) {
            let cut = unsafe model.cuts[index]
            let x = unsafe columns + Int(cut.column) * rows
            let table = unsafe thresholds + Int(cut.first_threshold)
            for row in 0..<rows {
                let value = unsafe x[row]
                var low = 0
                var step = 128
                while step != 0 {
                    // A threshold that is NaN is above everything.
                    if unsafe table[low + step - 1] <= value { low += step }
                    step >>= 1
                }
                let missing = value.isNaN || cut.zero_is_missing != 0 && abs(value) <= band
                if cut.left_plane != none {
                    unsafe planes[Int(cut.left_plane) * rows + row] = missing ? 0 : UInt8(low)
                }
                if cut.right_plane != none {
                    unsafe planes[Int(cut.right_plane) * rows + row] = missing ? 255 : UInt8(low)
                }
            }
        }
    }

    /// The leaves of 64 rows in one tree, in the scratch memory.
    static func leaves(
        _ model: tree_plane_model, _ tree: tree_plane_tree, planes: UnsafeMutablePointer<UInt8>,
        categories: UnsafePointer<UInt16>, scratch: UnsafeMutablePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        unsafe makeSetPlanes(model, tree, planes: planes, categories: categories)
        guard tree.node_count > 0 else { return unsafe UnsafePointer(scratch) }
        let nodes = unsafe model.nodes + Int(tree.first_node)
        let results = unsafe scratch + 256 * rows
        for n in 0..<Int(tree.node_count) {
            let node = unsafe nodes[n]
            let rank = SIMD16<UInt8>(repeating: node.rank)
            let plane = unsafe UnsafeRawPointer(planes + Int(node.plane) * rows)
            let left = unsafe UnsafeRawPointer(scratch + Int(node.left) * rows)
            let right = unsafe UnsafeRawPointer(scratch + Int(node.right) * rows)
            let result = unsafe UnsafeMutableRawPointer(results + n * rows)
            for part in stride(from: 0, to: rows, by: 16) {
                let x = unsafe plane.loadUnaligned(fromByteOffset: part, as: SIMD16<UInt8>.self)
                let l = unsafe left.loadUnaligned(fromByteOffset: part, as: SIMD16<UInt8>.self)
                let r = unsafe right.loadUnaligned(fromByteOffset: part, as: SIMD16<UInt8>.self)
                unsafe result.storeBytes(
                    of: r.replacing(with: l, where: x .<= rank), toByteOffset: part, as: SIMD16<UInt8>.self)
            }
        }
        return unsafe UnsafePointer(results + (Int(tree.node_count) - 1) * rows)
    }

    /// Adds the leaves of some trees to the sums of 64 rows.
    static func add<Number: BinaryFloatingPoint>(
        _ model: tree_plane_model, _ trees: Range<Int>, planes: UnsafeMutablePointer<UInt8>,
        categories: UnsafePointer<UInt16>, scratch: UnsafeMutablePointer<UInt8>,
        sums: UnsafeMutablePointer<Number>
    ) {
        for t in trees {
            let tree = unsafe model.trees[t]
            let leaves = unsafe leaves(model, tree, planes: planes, categories: categories, scratch: scratch)
            let values = unsafe UnsafeRawPointer(model.leaf_bytes + Int(tree.first_value) * 8)
                .assumingMemoryBound(to: Number.self)
            for k in 0..<Int(tree.width) {
                let sum = unsafe sums + (Int(tree.output) + k) * rows
                let value = unsafe values + k * Int(tree.padded)
                for row in 0..<rows { unsafe sum[row] += value[Int(leaves[row])] }
            }
        }
    }

    private static func makeSetPlanes(
        _ model: tree_plane_model, _ tree: tree_plane_tree, planes: UnsafeMutablePointer<UInt8>,
        categories: UnsafePointer<UInt16>
    ) {
        for s in 0..<Int(tree.set_count) {
            let set = unsafe model.set_nodes[Int(tree.first_set) + s]
            let words = unsafe model.set_words + Int(set.first_word)
            let ids = unsafe categories + Int(set.column) * rows
            let plane = unsafe planes + Int(set.plane) * rows
            for row in 0..<rows {
                let id = unsafe Int(ids[row])
                unsafe plane[row] = UInt8(truncatingIfNeeded: ~(words[id >> 5] >> UInt32(id & 31)) & 1)
            }
        }
    }
}
