// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Scores blocks of 64 rows with the fast forms of a model.
///
/// It owns the memory that the kernels work in.
@safe
struct BlockScorer: ~Copyable {
    static let rows = 64

    private let model: TreeEnsemble
    private let form: PlaneForm?
    private let walk: WalkForm?
    /// Rows in the model's precision, column by column: Float or Double.
    private let columns: UnsafeMutableRawPointer
    private let planes: UnsafeMutablePointer<UInt8>
    private let categories: UnsafeMutablePointer<UInt16>
    private let scratch: UnsafeMutablePointer<UInt8>
    private let leaves: UnsafeMutablePointer<UInt8>
    /// Sums in the model's precision, output by output.
    private let sums: UnsafeMutableRawPointer
    private let slots: UnsafeMutableRawPointer
    private let places: UnsafeMutablePointer<UInt32>
    private var hasSlots = false
    private var loader: RowLoader
    /// One row of the block.
    private var derived: [Double]

    init(_ model: TreeEnsemble) {
        self.model = model
        form = model.planes
        walk = model.batchWalk
        func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
            unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 64))
            return unsafe memory
        }
        let ensemble = model.ensemble
        unsafe columns = allocate(ensemble.columnCount * Self.rows * 8)
        unsafe planes = allocate((form?.planeCount ?? 0) * Self.rows).assumingMemoryBound(to: UInt8.self)
        unsafe categories = allocate((form?.categoryColumns.count ?? 0) * Self.rows * 2)
            .assumingMemoryBound(to: UInt16.self)
        unsafe scratch = allocate(512 * Self.rows).assumingMemoryBound(to: UInt8.self)
        unsafe leaves = allocate(Self.rows).assumingMemoryBound(to: UInt8.self)
        unsafe slots = allocate((walk?.slotCount ?? 0) * (walk?.slotSize ?? 0) * Self.rows)
        unsafe places = allocate(Self.rows * 4).assumingMemoryBound(to: UInt32.self)
        unsafe sums = allocate(ensemble.outputCount * Self.rows * 8)
        loader = RowLoader(model.reference)
        derived = [Double](repeating: 0, count: ensemble.columnCount)
        // Leaf n of a tree is the constant n.
        for leaf in 0..<256 {
            unsafe (scratch + leaf * Self.rows).update(repeating: UInt8(leaf), count: Self.rows)
        }
    }

    deinit {
        unsafe columns.deallocate()
        unsafe planes.deallocate()
        unsafe categories.deallocate()
        unsafe scratch.deallocate()
        unsafe leaves.deallocate()
        unsafe slots.deallocate()
        unsafe places.deallocate()
        unsafe sums.deallocate()
    }

    /// The sums of up to 64 rows over some trees, row by row, before averages and scales.
    mutating func score(
        _ rows: BoundRows, _ range: Range<Int>, trees: Range<Int>, into target: inout MutableSpan<Double>
    ) {
        start(rows, range)
        add(trees, range)
        write(range, into: &target)
    }

    /// Takes up to 64 rows and sets their sums to the base scores.
    mutating func start(_ rows: BoundRows, _ range: Range<Int>) {
        load(rows, range)
        let ensemble = model.reference.ensemble
        let isSingle = ensemble.sumPrecision == .single
        for output in 0..<ensemble.outputCount {
            let base = ensemble.baseScores[output]
            for row in 0..<Self.rows { setSum(output, row, base, isSingle) }
        }
    }

    /// Adds some trees to the sums of the rows that were taken.
    mutating func add(_ trees: Range<Int>, _ range: Range<Int>) {
        let isSingle = model.reference.ensemble.sumPrecision == .single
        var first = trees.lowerBound
        while first < trees.upperBound {
            let kind = kind(of: first)
            var last = first + 1
            while last < trees.upperBound, self.kind(of: last) == kind { last += 1 }
            switch kind {
            case .planes: addPlanes(first..<last, isSingle)
            case .linear: for tree in first..<last { addLinear(tree, range, isSingle) }
            case .walk: for tree in first..<last { addWalk(tree, range, isSingle) }
            }
            first = last
        }
    }

    /// Writes the sums as they are, row by row.
    func write(_ range: Range<Int>, into target: inout MutableSpan<Double>) {
        let ensemble = model.reference.ensemble
        let isSingle = ensemble.sumPrecision == .single
        for row in 0..<range.count {
            for output in 0..<ensemble.outputCount {
                target[row * ensemble.outputCount + output] = sum(output, row, isSingle)
            }
        }
    }

    private enum Kind { case planes, linear, walk }

    private func kind(of tree: Int) -> Kind {
        guard let form, form.holds[tree] else { return .walk }
        return model.reference.ensemble.linearLeaves == nil ? .planes : .linear
    }

    private func sum(_ output: Int, _ row: Int, _ isSingle: Bool) -> Double {
        let place = output * Self.rows + row
        return isSingle
            ? unsafe Double(sums.assumingMemoryBound(to: Float.self)[place])
            : unsafe sums.assumingMemoryBound(to: Double.self)[place]
    }

    private func setSum(_ output: Int, _ row: Int, _ value: Double, _ isSingle: Bool) {
        let place = output * Self.rows + row
        if isSingle {
            unsafe sums.assumingMemoryBound(to: Float.self)[place] = Float(value)
        } else {
            unsafe sums.assumingMemoryBound(to: Double.self)[place] = value
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

    // MARK: Rows

    private mutating func load(_ rows: BoundRows, _ range: Range<Int>) {
        hasSlots = false
        if model.reference.ensemble.precision == .single {
            let target = unsafe columns.assumingMemoryBound(to: Float.self)
            unsafe loader.load(rows, range, stride: Self.rows, into: target)
            guard let form else { return }
            if form.level == 0 {
                unsafe PortablePlaneKernels.quantize(
                    form.model, thresholds: form.model.thresholds_f32, columns: target, planes: planes)
            } else {
                unsafe withUnsafePointer(to: form.model) {
                    unsafe tree_quantize_f32(Int32(form.level), $0, target, planes)
                }
            }
            unsafe loadCategories(target, form)
        } else {
            let target = unsafe columns.assumingMemoryBound(to: Double.self)
            unsafe loader.load(rows, range, stride: Self.rows, into: target)
            guard let form else { return }
            if form.level == 0 {
                unsafe PortablePlaneKernels.quantize(
                    form.model, thresholds: form.model.thresholds_f64, columns: target, planes: planes)
            } else {
                unsafe withUnsafePointer(to: form.model) {
                    unsafe tree_quantize_f64(Int32(form.level), $0, target, planes)
                }
            }
            unsafe loadCategories(target, form)
        }
    }

    private func loadCategories<Number: BinaryFloatingPoint>(
        _ source: UnsafeMutablePointer<Number>, _ form: PlaneForm
    ) {
        let sets = model.reference.ensemble.sets
        for (index, column) in form.categoryColumns.enumerated() {
            for row in 0..<Self.rows {
                let x = unsafe Double(source[column.column * Self.rows + row])
                unsafe categories[index * Self.rows + row] = column.place(of: x, sets)
            }
        }
    }

    // MARK: Trees

    private func addPlanes(_ trees: Range<Int>, _ isSingle: Bool) {
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
    private mutating func addLinear(_ tree: Int, _ range: Range<Int>, _ isSingle: Bool) {
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
    private mutating func addWalk(_ tree: Int, _ range: Range<Int>, _ isSingle: Bool) {
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
}
