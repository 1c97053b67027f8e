// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The trees of each kind, added to the sums of the rows that were taken.
extension BlockScorer {
    func addPlanes(_ trees: Range<Int>, _ isSingle: Bool) {
        guard let form else { return }
        if form.level == 0 {
            if isSingle {
                unsafe PortablePlaneKernels.add(
                    form.model, trees, planes: planes, categories: categories, scratch: scratch,
                    sums: sums.assumingMemoryBound(to: Float.self))
            } else {
                unsafe PortablePlaneKernels.add(
                    form.model, trees, planes: planes, categories: categories, scratch: scratch,
                    sums: sums.assumingMemoryBound(to: Double.self))
            }
            return
        }
        unsafe withUnsafePointer(to: form.model) { model in
            if isSingle {
                unsafe tree_add_f32(
                    Int32(form.level), model, trees.lowerBound, trees.upperBound, planes, categories, scratch,
                    sums.assumingMemoryBound(to: Float.self))
            } else {
                unsafe tree_add_f64(
                    Int32(form.level), model, trees.lowerBound, trees.upperBound, planes, categories, scratch,
                    sums.assumingMemoryBound(to: Double.self))
            }
        }
    }

    /// Adds a tree whose leaves hold linear functions.
    mutating func addLinear(_ tree: Int, _ range: Range<Int>, _ isSingle: Bool) {
        guard let form else { return }
        if form.level == 0 {
            let found = unsafe PortablePlaneKernels.leaves(
                form.model, form.model.trees[tree], planes: planes, categories: categories, scratch: scratch)
            unsafe leaves.update(from: found, count: Self.rows)
        } else {
            unsafe withUnsafePointer(to: form.model) {
                unsafe tree_leaves(Int32(form.level), $0, tree, planes, categories, scratch, leaves)
            }
        }
        for row in 0..<range.count {
            let place = unsafe Int(form.leafPlaces[form.firstLeaf[tree] + Int(leaves[row])])
            addLeaf(tree, row, place: place, isSingle)
        }
    }

    /// Adds a tree that is not in the form of planes.
    mutating func addWalk(_ tree: Int, _ range: Range<Int>, _ isSingle: Bool) {
        guard let walk, walk.holds[tree] else {
            for row in 0..<range.count {
                loadRow(row)
                let leaf = model.reference.leaf(of: tree, row: derived.span)
                let place = Int(model.reference.ensemble.nodes.payload[leaf])
                addLeaf(tree, row, place: place, isSingle)
            }
            return
        }
        if !hasSlots { unsafe walk.fill(slots, from: columns, stride: Self.rows, rows: range.count) }
        unsafe walk.findPlaces(tree, slots: slots, rows: range.count, places: places)
        hasSlots = true
        let ensemble = model.reference.ensemble
        if let output = ensemble.trees[tree].output, ensemble.linearLeaves == nil {
            for row in 0..<range.count {
                addValue(output, row, unsafe ensemble.leafValues[Int(places[row])], isSingle)
            }
        } else {
            for row in 0..<range.count { unsafe addLeaf(tree, row, place: Int(places[row]), isSingle) }
        }
    }

    /// Adds the leaf whose values stand at a place.
    private mutating func addLeaf(_ tree: Int, _ row: Int, place: Int, _ isSingle: Bool) {
        let ensemble = model.reference.ensemble
        if let output = ensemble.trees[tree].output {
            var value = ensemble.leafValues[place]
            if let linear = ensemble.linearLeaves {
                loadRow(row)
                value = linear.value(place: place, row: derived.span) ?? value
            }
            addValue(output, row, value, isSingle)
        } else {
            for output in 0..<ensemble.outputCount {
                addValue(output, row, ensemble.leafValues[place + output], isSingle)
            }
        }
    }

    /// Brings one row of the block together.
    private mutating func loadRow(_ row: Int) {
        let isSingle = model.reference.ensemble.precision == .single
        for column in derived.indices {
            derived[column] =
                isSingle
                ? unsafe Double(columns.assumingMemoryBound(to: Float.self)[column * Self.rows + row])
                : unsafe columns.assumingMemoryBound(to: Double.self)[column * Self.rows + row]
        }
    }

    private func addValue(_ output: Int, _ row: Int, _ value: Double, _ isSingle: Bool) {
        let place = output * Self.rows + row
        if isSingle {
            unsafe sums.assumingMemoryBound(to: Float.self)[place] += Float(value)
        } else {
            unsafe sums.assumingMemoryBound(to: Double.self)[place] += value
        }
    }
}
