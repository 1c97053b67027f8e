// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Runs the kernel that the form was laid out for. A row in `slots` takes `slotCount * slotSize` bytes.
extension WalkForm {
    /// Lays rows out from columns of numbers in the model's precision.
    @unsafe
    func fill(
        _ slots: UnsafeMutableRawPointer, from columns: UnsafeRawPointer, stride: Int, rows: Int
    ) {
        unsafe withUnsafePointer(to: model) { model in
            if isSingle {
                let source = unsafe columns.assumingMemoryBound(to: Float.self)
                let target = unsafe slots.assumingMemoryBound(to: Float.self)
                if level == 0 {
                    unsafe PortableWalkKernels.fill(
                        model.pointee, columns: source, stride: stride, rows: rows, slots: target)
                } else {
                    unsafe tree_walk_fill_f32(model, source, stride, rows, target)
                }
            } else {
                let source = unsafe columns.assumingMemoryBound(to: Double.self)
                let target = unsafe slots.assumingMemoryBound(to: UInt16.self)
                if level == 0 {
                    unsafe PortableWalkKernels.fill(
                        model.pointee, columns: source, stride: stride, rows: rows, slots: target)
                } else {
                    unsafe tree_walk_fill_f64(model, source, stride, rows, target)
                }
            }
        }
    }

    /// Finds where the values of the leaves of some rows stand in one tree.
    @unsafe
    func findPlaces(
        _ tree: Int, slots: UnsafeRawPointer, rows: Int, places: UnsafeMutablePointer<UInt32>
    ) {
        unsafe withUnsafePointer(to: model) { model in
            if isSingle {
                let source = unsafe slots.assumingMemoryBound(to: Float.self)
                if level == 0 {
                    unsafe PortableWalkKernels.rows(
                        model.pointee, tree: tree, slots: source, rows: rows, places: places)
                } else {
                    unsafe tree_walk_rows_f32(Int32(level), model, tree, source, rows, places)
                }
            } else {
                let source = unsafe slots.assumingMemoryBound(to: UInt16.self)
                if level == 0 {
                    unsafe PortableWalkKernels.rows(
                        model.pointee, tree: tree, slots: source, rows: rows, places: places)
                } else {
                    unsafe tree_walk_rows_f64(Int32(level), model, tree, source, rows, places)
                }
            }
        }
    }

    /// Finds where the values of one row's leaves stand in some trees.
    @unsafe
    func findPlaces(_ trees: Range<Int>, slots: UnsafeRawPointer, places: UnsafeMutablePointer<UInt32>) {
        unsafe withUnsafePointer(to: model) { model in
            if isSingle {
                let source = unsafe slots.assumingMemoryBound(to: Float.self)
                if level == 0 {
                    unsafe PortableWalkKernels.trees(model.pointee, trees, slots: source, places: places)
                } else {
                    unsafe tree_walk_trees_f32(model, trees.lowerBound, trees.upperBound, source, places)
                }
            } else {
                let source = unsafe slots.assumingMemoryBound(to: UInt16.self)
                if level == 0 {
                    unsafe PortableWalkKernels.trees(model.pointee, trees, slots: source, places: places)
                } else {
                    unsafe tree_walk_trees_f64(model, trees.lowerBound, trees.upperBound, source, places)
                }
            }
        }
    }
}
