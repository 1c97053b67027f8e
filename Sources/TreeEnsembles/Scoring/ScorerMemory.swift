// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The fast form that suits single rows of a model, and the memory that its kernel works in.
@safe
final class ScorerMemory: @unchecked Sendable {
    // Sendable: one scorer owns it, and the scorer cannot be copied.

    private enum Kind { case rows, walk, none }

    private let kind: Kind
    private let planes: PlaneForm?
    private let row: RowForm?
    private let walk: WalkForm?
    private let isSingle: Bool
    private let sumsAreSingle: Bool
    private let baseScores: [Double]
    private let outputs: [Int32]
    private let leafValues: [Double]
    private let columnCount: Int
    /// The row in the model's precision.
    private let columns: UnsafeMutableRawPointer
    private let bytes: UnsafeMutablePointer<UInt8>
    private let bins: UnsafeMutablePointer<UInt16>
    private let places: UnsafeMutablePointer<UInt32>
    private let sums: UnsafeMutableRawPointer

    /// Whether there is a fast form.
    let isFast: Bool
    /// Whether the caller's row can be taken as it is.
    let takesPlainRows: Bool
    let changesSums: Bool
    let transforms: Bool
    let iterationCount: Int

    init(_ model: TreeEnsemble) {
        let ensemble = model.ensemble
        planes = model.planes
        row = model.rowForm
        walk = model.walk
        let areScalar = ensemble.trees.allSatisfy { $0.output != nil }
        if model.rowForm != nil {
            kind = .rows
        } else if let walk = model.walk, walk.holdsAll, areScalar, ensemble.linearLeaves == nil,
            ensemble.aggregation == .sum
        {
            kind = .walk
        } else {
            kind = .none
        }
        isFast = kind != .none
        isSingle = ensemble.precision == .single
        sumsAreSingle = ensemble.sumPrecision == .single
        baseScores = ensemble.baseScores
        outputs = kind == .walk ? ensemble.trees.map { Int32($0.output ?? 0) } : []
        leafValues = kind == .walk ? ensemble.leafValues : []
        takesPlainRows = ensemble.derivation == nil
        changesSums = model.reference.changesSums
        transforms = ensemble.transform != .identity || ensemble.averaging == .valuesOnly
        iterationCount = ensemble.iterationCount
        columnCount = ensemble.columnCount
        func allocate(_ size: Int) -> UnsafeMutableRawPointer {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: 64)
            unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size + 64)
            return unsafe memory
        }
        unsafe columns = allocate(columnCount * 8)
        unsafe bytes = allocate(256).assumingMemoryBound(to: UInt8.self)
        unsafe bins = allocate((model.walk?.slotCount ?? 0) * 2).assumingMemoryBound(to: UInt16.self)
        unsafe places = allocate((ensemble.trees.count + 8) * 4).assumingMemoryBound(to: UInt32.self)
        unsafe sums = allocate(ensemble.outputCount * 8)
    }

    deinit {
        unsafe columns.deallocate()
        unsafe bytes.deallocate()
        unsafe bins.deallocate()
        unsafe places.deallocate()
        unsafe sums.deallocate()
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
    func score(into result: inout [Double]) {
        findLeaves()
        if sumsAreSingle {
            let target = unsafe sums.assumingMemoryBound(to: Float.self)
            for output in baseScores.indices { unsafe target[output] = Float(baseScores[output]) }
            if let row {
                unsafe withUnsafePointer(to: row.model) { unsafe tree_row_sum_f32($0, places, target) }
            } else {
                for (tree, output) in outputs.enumerated() {
                    unsafe target[Int(output)] += Float(leafValues[Int(places[tree])])
                }
            }
            for output in result.indices { result[output] = unsafe Double(target[output]) }
        } else {
            let target = unsafe sums.assumingMemoryBound(to: Double.self)
            for output in baseScores.indices { unsafe target[output] = baseScores[output] }
            if let row {
                unsafe withUnsafePointer(to: row.model) { unsafe tree_row_sum_f64($0, places, target) }
            } else {
                for (tree, output) in outputs.enumerated() {
                    unsafe target[Int(output)] += leafValues[Int(places[tree])]
                }
            }
            for output in result.indices { result[output] = unsafe target[output] }
        }
    }

    private func findLeaves() {
        if let row, let planes {
            unsafe withUnsafePointer(to: planes.model) { planeModel in
                unsafe withUnsafePointer(to: row.model) { rowModel in
                    if isSingle {
                        unsafe tree_row_leaves_f32(
                            planeModel, rowModel, columns.assumingMemoryBound(to: Float.self), bytes, places)
                    } else {
                        unsafe tree_row_leaves_f64(
                            planeModel, rowModel, columns.assumingMemoryBound(to: Double.self), bytes, places)
                    }
                }
            }
        } else if let walk {
            unsafe withUnsafePointer(to: walk.model) { model in
                if isSingle {
                    unsafe tree_walk_quantize_f32(
                        model, columns.assumingMemoryBound(to: Float.self), 1, 1, bins)
                } else {
                    unsafe tree_walk_quantize_f64(
                        model, columns.assumingMemoryBound(to: Double.self), 1, 1, bins)
                }
                unsafe tree_walk_trees(model, 0, outputs.count, bins, places)
            }
        }
    }
}
