// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A decimal number as it stands in a text, converted to Float or Double with one rounding.
///
/// A number of at most 19 digits and a power of ten within ``exactPowers`` is converted with one 128-bit product
/// or quotient, which is exact with its remainder. All others go to the standard library's conversion, which is
/// correctly rounded too.
package struct DecimalNumber {
    package var isNegative = false
    /// The first 19 digits as a whole number.
    package var digits: UInt64 = 0
    /// The power of ten that `digits` is multiplied by.
    package var exponent = 0
    /// Whether there are more digits than `digits` holds.
    package var isCut = false

    /// Powers of five that fit in 64 bits.
    private static let powersOfFive: [UInt64] = (0...27).map { power in
        (0..<power).reduce(1) { product, _ in product * 5 }
    }

    package init() {}

    /// The number in the given binary format, or nil where the fast way does not reach.
    @inline(__always)
    func converted<Result: BinaryFloatingPoint>(to: Result.Type) -> Result? {
        if isCut { return nil }
        if digits == 0 { return isNegative ? -0.0 : 0.0 }
        guard exponent >= -27, exponent <= 27 else { return nil }
        var significand: UInt64  // 64 bits, the top one set
        var rest: Bool  // whether bits were cut off below
        var power: Int  // of two, of the lowest bit of significand
        if exponent >= 0 {
            let product = Self.powersOfFive[exponent].multipliedFullWidth(by: digits)
            power = exponent
            if product.high == 0 {
                let shift = product.low.leadingZeroBitCount
                significand = product.low << UInt64(shift)
                power -= shift
                rest = false
            } else {
                let shift = product.high.leadingZeroBitCount
                significand =
                    shift == 0
                    ? product.high : product.high << UInt64(shift) | product.low >> UInt64(64 - shift)
                rest = product.low << UInt64(shift) != 0
                power += 64 - shift
            }
        } else {
            let five = Self.powersOfFive[-exponent]
            let fiveShift = five.leadingZeroBitCount
            let divisor = five << UInt64(fiveShift)
            let digitShift = digits.leadingZeroBitCount
            var high = digits << UInt64(digitShift)
            var low: UInt64 = 0
            power = exponent - digitShift + fiveShift - 64
            if high >= divisor {
                low = high << 63
                high >>= 1
                power += 1
            }
            let (quotient, remainder) = divisor.dividingFullWidth((high, low))
            rest = remainder != 0
            let shift = quotient.leadingZeroBitCount  // 0 or 1
            if shift != 0 {
                // One more bit of the quotient, so that 64 are significant.
                let doubled = remainder.addingReportingOverflow(remainder)
                let bit = doubled.overflow || doubled.partialValue >= divisor
                significand = quotient << 1 | (bit ? 1 : 0)
                rest = bit ? doubled.partialValue &- divisor != 0 : doubled.partialValue != 0
                power -= 1
            } else {
                significand = quotient
            }
        }
        // Round to the format's significand, ties to even.
        let kept = Result.significandBitCount + 1
        let dropped = UInt64(64 - kept)
        let half = UInt64(1) << (dropped - 1)
        let tail = significand & (half << 1 - 1)
        var rounded = significand >> dropped
        if tail > half || tail == half && (rest || rounded & 1 == 1) { rounded += 1 }
        let scale = power + Int(dropped)
        let top = scale + kept - 1
        guard top >= Result.leastNormalExponent, top < Result.greatestFiniteExponent else { return nil }
        let magnitude = Result(sign: .plus, exponent: Result.Exponent(scale), significand: Result(rounded))
        return isNegative ? -magnitude : magnitude
    }
}

extension BinaryFloatingPoint {
    /// The exponents of the smallest normal and of the largest finite number.
    fileprivate static var leastNormalExponent: Int { Int(leastNormalMagnitude.exponent) }
    fileprivate static var greatestFiniteExponent: Int { Int(greatestFiniteMagnitude.exponent) }
}
