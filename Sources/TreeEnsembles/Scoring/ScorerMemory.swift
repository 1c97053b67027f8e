// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The fast forms of a model for single rows, and the memory that their kernels work in.
@safe
final class ScorerMemory: @unchecked Sendable {
    // Sendable: one scorer owns it, and the scorer cannot be copied.

    private let baseScores: [Double]
    /// The output of each tree, or -1 where its leaves hold a number for each.
    private let outputs: [Int32]
    private let leafValues: AlignedTable<Double>
    private let linearLeaves: LinearLeaves?
    private let sets: CategorySets
    private let payload: AlignedTable<Int32>
    private let reference: ReferenceEvaluator
    private let planes: PlaneForm?
    private let row: RowForm?
    private let walk: WalkForm?
    private let level: Int
    private let isSingle: Bool
    private let sumsAreSingle: Bool
    /// Whether a kernel adds the leaves of all trees; else they are found first and added here.
    private let kernelAdds: Bool
    /// Stretches of trees in the form for large trees, and trees in no form.
    private let walkStretches: [Range<Int>]
    private let referenceTrees: [Int]
    private let columnCount: Int
    /// The row in the model's precision.
    private let columns: UnsafeMutableRawPointer
    private let bytes: UnsafeMutablePointer<UInt8>
    private let categories: UnsafeMutablePointer<UInt16>
    private let slots: UnsafeMutableRawPointer
    private let exits: UnsafeMutablePointer<UInt32>
    /// For each tree where the values of its leaf stand.
    private let places: UnsafeMutablePointer<UInt32>
    private let sums: UnsafeMutableRawPointer
    private let planeModel: UnsafeMutablePointer<tree_plane_model>
    private let rowModel: UnsafeMutablePointer<tree_row_model>

    /// Whether there is a fast form.
    let isFast: Bool
    /// Whether the caller's row can be taken as it is: nothing but kernels looks at it.
    let takesPlainRows: Bool
    let changesSums: Bool
    let transforms: Bool
    let iterationCount: Int

    init(_ model: TreeEnsemble) {
        let ensemble = model.ensemble
        baseScores = ensemble.baseScores
        outputs = ensemble.trees.map { Int32($0.output ?? -1) }
        leafValues = ensemble.leafValues
        linearLeaves = ensemble.linearLeaves
        sets = ensemble.sets
        payload = ensemble.nodes.payload
        reference = model.reference
        planes = model.planes
        row = model.rowForm
        walk = model.walk
        level = model.planes?.level ?? model.walk?.level ?? 0
        isFast = model.rowForm != nil || model.walk != nil
        isSingle = ensemble.precision == .single
        sumsAreSingle = ensemble.sumPrecision == .single
        let byRow = Set((model.rowForm?.heldTrees ?? []).map { Int($0) })
        let others = ensemble.trees.indices.filter { !byRow.contains($0) }
        var stretches: [Range<Int>] = []
        for tree in others where model.walk?.holds[tree] == true {
            if let last = stretches.last, last.upperBound == tree {
                stretches[stretches.count - 1] = last.lowerBound..<tree + 1
            } else {
                stretches.append(tree..<tree + 1)
            }
        }
        walkStretches = stretches
        referenceTrees = others.filter { model.walk?.holds[$0] != true }
        kernelAdds =
            others.isEmpty && ensemble.linearLeaves == nil && ensemble.trees.allSatisfy { $0.output != nil }
        takesPlainRows =
            ensemble.derivation == nil && referenceTrees.isEmpty && ensemble.linearLeaves == nil
        changesSums = model.reference.changesSums
        transforms = ensemble.transform != .identity || ensemble.averaging == .valuesOnly
        iterationCount = ensemble.iterationCount
        columnCount = ensemble.columnCount
        func allocate(_ size: Int) -> UnsafeMutableRawPointer {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: 64)
            unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size + 64)
            return unsafe memory
        }
        func allocate<Element>(_ count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
            unsafe allocate(count * MemoryLayout<Element>.stride).assumingMemoryBound(to: type)
        }
        unsafe columns = allocate(columnCount * 8)
        unsafe bytes = allocate(256, of: UInt8.self)
        unsafe categories = allocate(model.planes?.categoryColumns.count ?? 0, of: UInt16.self)
        unsafe slots = allocate((model.walk?.slotCount ?? 0) * 4)
        unsafe exits = allocate(ensemble.trees.count, of: UInt32.self)
        unsafe places = allocate(ensemble.trees.count, of: UInt32.self)
        unsafe sums = allocate(ensemble.outputCount * 8)
        unsafe planeModel = allocate(1, of: tree_plane_model.self)
        unsafe rowModel = allocate(1, of: tree_row_model.self)
        if let planes { unsafe planeModel.pointee = planes.model }
        if let row { unsafe rowModel.pointee = row.model }
    }

    deinit {
        unsafe columns.deallocate()
        unsafe bytes.deallocate()
        unsafe categories.deallocate()
        unsafe slots.deallocate()
        unsafe exits.deallocate()
        unsafe places.deallocate()
        unsafe sums.deallocate()
        unsafe planeModel.deallocate()
        unsafe rowModel.deallocate()
    }

    /// Takes a row of `columnCount` numbers.
    @inline(__always)
    func load<Number: BinaryFloatingPoint>(_ row: Span<Number>) {
        precondition(row.count == columnCount)
        if isSingle {
            let target = unsafe columns.assumingMemoryBound(to: Float.self)
            for index in row.indices { unsafe target[index] = Float(row[index]) }
        } else {
            let target = unsafe columns.assumingMemoryBound(to: Double.self)
            for index in row.indices { unsafe target[index] = Double(row[index]) }
        }
    }

    /// Scores the row that was loaded, up to averages and scales.
    ///
    /// - Parameters:
    ///   - columns: The same row, where ``takesPlainRows`` is false.
    ///   - result: Receives the sums.
    func score(columns: Span<Double>, into result: inout [Double]) {
        if row != nil { makeBytes() }
        if !kernelAdds { findPlaces(columns) }
        if sumsAreSingle {
            let target = unsafe sums.assumingMemoryBound(to: Float.self)
            for output in baseScores.indices { unsafe target[output] = Float(baseScores[output]) }
            if !kernelAdds {
                unsafe addPlaces(columns, to: target)
            } else if level == 0 {
                unsafe PortableRowKernels.add(
                    rowModel.pointee, values: rowModel.pointee.values_f32, bytes: bytes,
                    categories: categories, sums: target)
            } else {
                unsafe tree_row_add_f32(Int32(level), rowModel, bytes, categories, target)
            }
            for output in result.indices { result[output] = unsafe Double(target[output]) }
        } else {
            let target = unsafe sums.assumingMemoryBound(to: Double.self)
            for output in baseScores.indices { unsafe target[output] = baseScores[output] }
            if !kernelAdds {
                unsafe addPlaces(columns, to: target)
            } else if level == 0 {
                unsafe PortableRowKernels.add(
                    rowModel.pointee, values: rowModel.pointee.values_f64, bytes: bytes,
                    categories: categories, sums: target)
            } else {
                unsafe tree_row_add_f64(Int32(level), rowModel, bytes, categories, target)
            }
            for output in result.indices { result[output] = unsafe target[output] }
        }
    }

    private func addPlaces<Number: BinaryFloatingPoint>(
        _ columns: Span<Double>, to sums: UnsafeMutablePointer<Number>
    ) {
        for tree in outputs.indices {
            let place = unsafe Int(places[tree])
            if outputs[tree] >= 0 {
                let value = linearLeaves?.value(place: place, row: columns) ?? leafValues[place]
                unsafe sums[Int(outputs[tree])] += Number(value)
            } else {
                for output in baseScores.indices {
                    unsafe sums[output] += Number(leafValues[place + output])
                }
            }
        }
    }
}

// MARK: Leaves

extension ScorerMemory {
    /// Makes the bytes of the row and the places of its categories.
    private func makeBytes() {
        if isSingle {
            let source = unsafe columns.assumingMemoryBound(to: Float.self)
            if level == 0 {
                unsafe PortableRowKernels.quantize(
                    planeModel.pointee, thresholds: planeModel.pointee.thresholds_f32, values: source,
                    bytes: bytes)
            } else {
                unsafe tree_row_quantize_f32(Int32(level), planeModel, rowModel, source, bytes)
            }
        } else {
            let source = unsafe columns.assumingMemoryBound(to: Double.self)
            if level == 0 {
                unsafe PortableRowKernels.quantize(
                    planeModel.pointee, thresholds: planeModel.pointee.thresholds_f64, values: source,
                    bytes: bytes)
            } else {
                unsafe tree_row_quantize_f64(Int32(level), planeModel, rowModel, source, bytes)
            }
        }
        guard let planes, !planes.categoryColumns.isEmpty else { return }
        for index in planes.categoryColumns.indices {
            let column = planes.categoryColumns[index]
            let x =
                isSingle
                ? unsafe Double(columns.assumingMemoryBound(to: Float.self)[column.column])
                : unsafe columns.assumingMemoryBound(to: Double.self)[column.column]
            unsafe categories[index] = column.place(of: x, sets)
        }
    }

    /// Finds the leaf of every tree.
    private func findPlaces(_ columns: Span<Double>) {
        if let row {
            if level == 0 {
                unsafe PortableRowKernels.exits(
                    rowModel.pointee, bytes: bytes, categories: categories, exits: exits)
            } else {
                unsafe tree_row_exits(Int32(level), rowModel, bytes, categories, exits)
            }
            for index in row.heldTrees.indices {
                unsafe places[Int(row.heldTrees[index])] = UInt32(
                    bitPattern: row.leafPlaces[Int(exits[index])])
            }
        }
        if !walkStretches.isEmpty { walkTrees() }
        for tree in referenceTrees {
            let leaf = reference.leaf(of: tree, row: columns)
            unsafe places[tree] = UInt32(bitPattern: payload[leaf])
        }
    }

    private func walkTrees() {
        guard let walk else { return }
        unsafe walk.fill(slots, from: columns, stride: 1, rows: 1)
        for stretch in walkStretches {
            unsafe walk.findPlaces(stretch, slots: slots, places: places + stretch.lowerBound)
        }
    }
}
