// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Turns the four orders into the one that nodes ask: left if and only if `!(x >= threshold)`.
struct ThresholdOrder {
    private let isSingle: Bool

    init(_ precision: Precision) { isSingle = precision == .single }

    /// The threshold of `x <= limit`: the first number above the limit.
    func firstAbove(_ limit: Double) -> Double {
        // x <= NaN never holds, x <= infinity always.
        if limit.isNaN { return -.infinity }
        if limit == .infinity { return .nan }
        guard isSingle else { return limit.nextUp }
        let rounded = Float(limit)
        return Double(Double(rounded) > limit ? rounded : rounded.nextUp)
    }

    /// The threshold of `x < limit`: the first number that is the limit or above.
    func firstFrom(_ limit: Double) -> Double {
        if limit.isNaN { return -.infinity }
        guard isSingle else { return limit }
        let rounded = Float(limit)
        return Double(Double(rounded) < limit ? rounded.nextUp : rounded)
    }
}
