// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A decimal number as it stands in a text, converted to Float or Double with one rounding.
///
/// A number of at most 19 digits and a power of ten within ``exactPowers`` is multiplied by the power's first 64 bits.
/// What those leave out matters to the rounding only next to the middle between two results; there a 128-bit product
/// or quotient decides, which is exact with its remainder. All others go to the standard library's conversion, which
/// is correctly rounded too.
package struct DecimalNumber {
    package var isNegative = false
    /// The first 19 digits as a whole number.
    package var digits: UInt64 = 0
    /// The power of ten that `digits` is multiplied by.
    package var exponent = 0
    /// Whether there are more digits than `digits` holds.
    package var isCut = false

    /// Powers of five that fit in 64 bits.
    private static let powersOfFive: [UInt64] = (0...largestPower).map { power in
        (0..<power).reduce(1) { product, _ in product * 5 }
    }

    /// The largest power of ten, either way, that this converts without the standard library.
    private static let largestPower = 27

    /// The first 64 bits of 5^n for n from -27 to 27, the top one set, and the power of two of the lowest one.
    private static let leadingPowers: [(bits: UInt64, power: Int)] =
        (1...largestPower).reversed().map { power in
            let five = powersOfFive[power]
            let shift = five.leadingZeroBitCount
            let divisor = five << UInt64(shift)
            // 2^127 / divisor lies between 2^63 and 2^64, for no power of five is a power of two.
            return (divisor.dividingFullWidth((1 << 63, 0)).quotient, shift - 127)
        }
        + powersOfFive.map { five in
            let shift = five.leadingZeroBitCount
            return (five << UInt64(shift), -shift)
        }

    package init() {}

    /// The number in the given binary format, or nil where the fast way does not reach.
    @inline(__always)
    func converted<Result: BinaryFloatingPoint>(to: Result.Type) -> Result? {
        if isCut { return nil }
        if digits == 0 { return isNegative ? -0.0 : 0.0 }
        guard exponent >= -Self.largestPower, exponent <= Self.largestPower else { return nil }
        let (five, fivePower) = Self.leadingPowers[exponent + Self.largestPower]
        let shift = UInt64(digits.leadingZeroBitCount)
        let product = five.multipliedFullWidth(by: digits << shift)
        let short = product.high.leadingZeroBitCount  // 0 or 1
        let significand = short == 0 ? product.high : product.high << 1 | product.low >> 63
        // The true number lies between the significand and 2 above it.
        let dropped = UInt64(63 - Result.significandBitCount)
        let half = UInt64(1) << (dropped - 1)
        let tail = significand & (half << 1 - 1)
        if tail &+ 2 >= half && tail <= half { return exactlyConverted(to: Result.self) }
        let power = exponent + fivePower - Int(shift) + 64 - short
        return rounded(significand, up: tail > half, power: power)
    }

    /// The number `significand * 2^power` with the bits that the format does not hold dropped or rounded up.
    @inline(__always)
    private func rounded<Result: BinaryFloatingPoint>(
        _ significand: UInt64, up: Bool, power: Int
    ) -> Result? {
        let kept = Result.significandBitCount + 1
        let rounded = significand >> UInt64(64 - kept) + (up ? 1 : 0)
        let top = power + 63
        guard top >= Result.leastNormalExponent, top < Result.greatestFiniteExponent else { return nil }
        // As a Double, which holds all numbers of the narrower formats; a carry out of the significand is right too.
        let bits = UInt64(top + 1022) << 52 + rounded << UInt64(53 - kept)
        return Result(Double(bitPattern: isNegative ? bits | 1 << 63 : bits))
    }

    /// The same with a product or quotient of all bits.
    private func exactlyConverted<Result: BinaryFloatingPoint>(to: Result.Type) -> Result? {
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
        let dropped = UInt64(63 - Result.significandBitCount)
        let half = UInt64(1) << (dropped - 1)
        let tail = significand & (half << 1 - 1)
        let isOdd = significand >> dropped & 1 == 1
        return rounded(significand, up: tail > half || tail == half && (rest || isOdd), power: power)
    }
}

extension BinaryFloatingPoint {
    /// The exponents of the smallest normal and of the largest finite number.
    fileprivate static var leastNormalExponent: Int { Int(leastNormalMagnitude.exponent) }
    fileprivate static var greatestFiniteExponent: Int { Int(greatestFiniteMagnitude.exponent) }
}
