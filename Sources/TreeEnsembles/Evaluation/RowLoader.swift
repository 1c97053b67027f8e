// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Brings rows into columns of the model's precision.
struct RowLoader {
    private let reference: ReferenceEvaluator
    private var raw: [Double]
    private var derived: [Double]

    init(_ reference: ReferenceEvaluator) {
        self.reference = reference
        raw = [Double](repeating: 0, count: reference.ensemble.features.count)
        derived = [Double](repeating: 0, count: reference.ensemble.columnCount)
    }

    /// Writes rows column by column, `stride` numbers a column; rows beyond the range keep what they held.
    @unsafe
    mutating func load<Number: BinaryFloatingPoint>(
        _ rows: BoundRows, _ range: Range<Int>, stride: Int, into target: UnsafeMutablePointer<Number>
    ) {
        if reference.ensemble.derivation == nil, rows.missing == nil {
            switch rows.storage {
            case .floats(let values):
                unsafe Self.transpose(values, rows, range, stride, into: target)
                return
            case .doubles(let values):
                unsafe Self.transpose(values, rows, range, stride, into: target)
                return
            default: break
            }
        }
        for row in range {
            Self.prepare(rows, row, reference, &raw, &derived)
            for column in derived.indices {
                unsafe target[column * stride + row - range.lowerBound] = Number(derived[column])
            }
        }
    }

    private static func prepare(
        _ rows: BoundRows, _ row: Int, _ reference: ReferenceEvaluator, _ raw: inout [Double],
        _ derived: inout [Double]
    ) {
        var span = raw.mutableSpan
        rows.load(row: row, into: &span)
        var derivedSpan = derived.mutableSpan
        reference.prepare(raw.span, into: &derivedSpan)
    }

    @inline(__always)
    private static func transpose<Source: BinaryFloatingPoint, Number: BinaryFloatingPoint>(
        _ values: [Source], _ rows: BoundRows, _ range: Range<Int>, _ stride: Int,
        into target: UnsafeMutablePointer<Number>
    ) {
        let width = rows.columnCount
        unsafe values.withUnsafeBufferPointer { source in
            for (feature, column) in rows.order.enumerated() {
                // row < rowCount and column < width, so the place is below rowCount * width = source.count.
                let start = unsafe source.baseAddress.unsafelyUnwrapped + range.lowerBound * width + column
                let place = unsafe target + feature * stride
                for row in 0..<range.count { unsafe place[row] = Number(start[row * width]) }
            }
        }
    }
}
