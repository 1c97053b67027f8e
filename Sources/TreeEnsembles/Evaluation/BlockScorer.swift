// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Scores blocks of 64 rows with the fast forms of a model.
///
/// It owns the memory that the kernels work in.
@safe
struct BlockScorer: ~Copyable {
    static let rows = 64

    let model: TreeEnsemble
    let form: PlaneForm?
    let walk: WalkForm?
    /// Rows in the model's precision, column by column: Float or Double.
    let columns: UnsafeMutableRawPointer
    let planes: UnsafeMutablePointer<UInt8>
    let categories: UnsafeMutablePointer<UInt16>
    let scratch: UnsafeMutablePointer<UInt8>
    let leaves: UnsafeMutablePointer<UInt8>
    /// Sums in the model's precision, output by output.
    let sums: UnsafeMutableRawPointer
    let slots: UnsafeMutableRawPointer
    let places: UnsafeMutablePointer<UInt32>
    var hasSlots = false
    private var loader: RowLoader
    /// One row of the block.
    var derived: [Double]

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
}
