// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Numbers from their decimal text, to the nearest double.
package enum NumberText {
    /// Reads an integer of 64 bits; anything else gives nil.
    ///
    /// - Parameter strict: Whether only the plain spelling counts: no `+`, no `-0`, and no zero before another digit,
    ///   because `00501` is a postcode.
    package static func integer(_ bytes: Span<UInt8>, _ range: Range<Int>, strict: Bool) -> Int64? {
        var at = range.lowerBound
        let end = range.upperBound
        guard at < end else { return nil }
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative || (!strict && bytes[at] == UInt8(ascii: "+")) { at += 1 }
        guard at < end else { return nil }
        if strict, bytes[at] == UInt8(ascii: "0"), end - at > 1 || isNegative { return nil }
        var value: UInt64 = 0
        if end - at <= 18 {
            while at < end {
                let digit = bytes[at] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                value = value &* 10 &+ UInt64(digit)
                at += 1
            }
            return isNegative ? -Int64(value) : Int64(value)
        }
        while at < end {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
            at += 1
        }
        if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
        return Int64(exactly: value)
    }

    /// Reads a number with an optional fraction and exponent, or `nan`, `inf`, `infinity` in any case; anything
    /// else gives nil.
    ///
    /// - Parameter strict: Whether a zero before another digit makes it no number, because `00501` is a postcode.
    package static func double(_ bytes: Span<UInt8>, _ range: Range<Int>, strict: Bool) -> Double? {
        var at = range.lowerBound
        let end = range.upperBound
        guard at < end else { return nil }
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative || bytes[at] == UInt8(ascii: "+") { at += 1 }
        guard at < end else { return nil }
        let first = bytes[at]
        if first | 0x20 == UInt8(ascii: "n") || first | 0x20 == UInt8(ascii: "i") {
            return special(bytes, at..<end).map { isNegative ? -$0 : $0 }
        }
        if strict, first == UInt8(ascii: "0"), at + 1 < end, bytes[at + 1] &- UInt8(ascii: "0") < 10 {
            return nil
        }
        var mantissa: UInt64 = 0
        var significant = 0
        var exponent = 0
        var digits = 0
        while at < end {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            if significant < 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
            if mantissa != 0 { significant += 1 }
            digits += 1
            at += 1
        }
        if at < end, bytes[at] == UInt8(ascii: ".") {
            at += 1
            while at < end {
                let digit = bytes[at] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                if significant < 19 {
                    mantissa = mantissa &* 10 &+ UInt64(digit)
                    exponent -= 1
                }
                if mantissa != 0 { significant += 1 }
                digits += 1
                at += 1
            }
        }
        guard digits > 0 else { return nil }
        if at < end {
            guard bytes[at] | 0x20 == UInt8(ascii: "e") else { return nil }
            at += 1
            guard at < end else { return nil }
            let isDown = bytes[at] == UInt8(ascii: "-")
            if isDown || bytes[at] == UInt8(ascii: "+") { at += 1 }
            guard at < end else { return nil }
            var power = 0
            while at < end {
                let digit = bytes[at] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                power = min(power * 10 + Int(digit), 100_000)
                at += 1
            }
            exponent += isDown ? -power : power
        }
        if significant <= 19, let value = exact(mantissa, exponent) { return isNegative ? -value : value }
        // More digits or a larger exponent than 128 bits hold: rare, so the standard library's reader will do.
        var text: [UInt8] = []
        for index in range { text.append(bytes[index]) }
        return Double(String(decoding: text, as: UTF8.self))
    }

    private static let powersOfFive: [UInt64] = (0...27).map { power in
        (0..<power).reduce(UInt64(1)) { value, _ in value * 5 }
    }
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18,
        1e19, 1e20, 1e21, 1e22,
    ]

    /// The double nearest to mantissa times ten to the exponent; nil where 128 bits do not hold the way there.
    private static func exact(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        if mantissa == 0 { return 0 }
        // Both operands are exact, so one operation rounds once (Clinger 1990).
        if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            return exponent < 0
                ? Double(mantissa) / powersOfTen[-exponent] : Double(mantissa) * powersOfTen[exponent]
        }
        guard exponent >= -27, exponent <= 27 else { return nil }
        let five = powersOfFive[abs(exponent)]
        if exponent >= 0 {
            let (high, low) = mantissa.multipliedFullWidth(by: five)
            if high == 0 { return rounded(low, sticky: false, exponent: exponent) }
            let shift = UInt64(high.leadingZeroBitCount)
            let top = shift == 0 ? high : high << shift | low >> (64 - shift)
            return rounded(top, sticky: low << shift != 0, exponent: exponent + 64 - Int(shift))
        }
        // The quotient of a 127-bit numerator and a divisor with its top bit set has at least 62 bits.
        let shift = UInt64(mantissa.leadingZeroBitCount)
        let numerator = mantissa << shift
        let divisorShift = UInt64(five.leadingZeroBitCount)
        let (quotient, remainder) = (five << divisorShift).dividingFullWidth(
            (numerator >> 1, numerator << 63))
        return rounded(
            quotient, sticky: remainder != 0,
            exponent: exponent - Int(shift) - 63 + Int(divisorShift))
    }

    /// Rounds a whole number and what follows it to 53 bits, ties to even, and scales by a power of two.
    private static func rounded(_ value: UInt64, sticky: Bool, exponent: Int) -> Double {
        let excess = 64 - value.leadingZeroBitCount - 53
        guard excess > 0 else { return Double(sign: .plus, exponent: exponent, significand: Double(value)) }
        var kept = value >> UInt64(excess)
        let half: UInt64 = 1 << UInt64(excess - 1)
        let rest = value & (half << 1 &- 1)
        if rest > half || (rest == half && (sticky || kept & 1 == 1)) { kept += 1 }
        return Double(sign: .plus, exponent: exponent + excess, significand: Double(kept))
    }

    private static func special(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
        if matches(bytes, range, "nan") { return .nan }
        return matches(bytes, range, "inf") || matches(bytes, range, "infinity") ? .infinity : nil
    }

    /// Whether the bytes spell a lower-case word in any case.
    package static func matches(_ bytes: Span<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for index in 0..<range.count {
                let letter = unsafe letters[index]
                if bytes[range.lowerBound + index] | 0x20 != letter { return false }
            }
            return true
        }
    }
}
