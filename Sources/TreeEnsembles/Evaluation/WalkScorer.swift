// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Scores blocks of many rows with a ``WalkForm`` that holds all trees.
///
/// Large trees do not stay in the nearest cache, so many rows go through one before the next tree comes.
@safe
struct WalkScorer: ~Copyable {
    /// The rows of a block: as many as keep a block's rows within a megabyte.
    let blockRows: Int
    private let walk: WalkForm
    private let ensemble: Ensemble
    private var loader: RowLoader
    private let columns: UnsafeMutableRawPointer
    private let slots: UnsafeMutableRawPointer
    private let places: UnsafeMutablePointer<UInt32>
    /// Sums in the model's precision, row by row.
    private let sums: UnsafeMutableRawPointer

    /// Makes one for a model that has no other fast form, or gives nil.
    init?(_ model: TreeEnsemble) {
        guard let walk = model.batchWalk, model.planes == nil, walk.holdsAll,
            model.ensemble.linearLeaves == nil
        else {
            return nil
        }
        self.walk = walk
        ensemble = model.ensemble
        loader = RowLoader(model.reference)
        let rowSize = max(ensemble.columnCount * 8, walk.slotCount * walk.slotSize, 8)
        blockRows = min(max((1 << 20) / rowSize / 64 * 64, 64), 1024)
        func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes + 64, alignment: 64)
            unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes + 64)
            return unsafe memory
        }
        unsafe columns = allocate(ensemble.columnCount * blockRows * 8)
        unsafe slots = allocate(walk.slotCount * walk.slotSize * blockRows)
        unsafe places = allocate(blockRows * 4).assumingMemoryBound(to: UInt32.self)
        unsafe sums = allocate(ensemble.outputCount * blockRows * 8)
    }

    deinit {
        unsafe columns.deallocate()
        unsafe slots.deallocate()
        unsafe places.deallocate()
        unsafe sums.deallocate()
    }

    /// The sums of up to `blockRows` rows over some trees, row by row, before averages and scales.
    mutating func score(
        _ rows: BoundRows, _ range: Range<Int>, trees: Range<Int>, into target: inout MutableSpan<Double>
    ) {
        precondition(range.count <= blockRows)
        if walk.isSingle {
            let columns = unsafe columns.assumingMemoryBound(to: Float.self)
            unsafe loader.load(rows, range, stride: blockRows, into: columns)
        } else {
            let columns = unsafe columns.assumingMemoryBound(to: Double.self)
            unsafe loader.load(rows, range, stride: blockRows, into: columns)
        }
        unsafe walk.fill(slots, from: columns, stride: blockRows, rows: range.count)
        if ensemble.sumPrecision == .single {
            unsafe add(range.count, trees, sums.assumingMemoryBound(to: Float.self), &target)
        } else {
            unsafe add(range.count, trees, sums.assumingMemoryBound(to: Double.self), &target)
        }
    }

    private func add<Number: BinaryFloatingPoint>(
        _ rows: Int, _ trees: Range<Int>, _ sums: UnsafeMutablePointer<Number>,
        _ target: inout MutableSpan<Double>
    ) {
        let width = ensemble.outputCount
        for row in 0..<rows {
            for output in 0..<width {
                unsafe sums[row * width + output] = Number(ensemble.baseScores[output])
            }
        }
        let values = unsafe ensemble.leafValues.buffer
        for tree in trees {
            unsafe walk.findPlaces(tree, slots: slots, rows: rows, places: places)
            // A place is one of the tree's leaves, whose values the reader checked to be there.
            if let output = ensemble.trees[tree].output {
                for row in 0..<rows {
                    unsafe sums[row * width + output] += Number(values[Int(places[row])])
                }
            } else {
                for row in 0..<rows {
                    let value = unsafe values.baseAddress.unsafelyUnwrapped + Int(places[row])
                    for output in 0..<width {
                        unsafe sums[row * width + output] += Number(value[output])
                    }
                }
            }
        }
        for index in 0..<rows * width { target[index] = unsafe Double(sums[index]) }
    }
}
