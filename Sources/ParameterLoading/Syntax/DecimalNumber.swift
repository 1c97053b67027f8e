// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reading decimal numbers from bytes that a grammar has checked already.
enum DecimalNumber {
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18,
        1e19, 1e20, 1e21, 1e22,
    ]

    /// The double nearest to `[+-] digits [. digits] [e [+-] digits]`, infinite where it is too large.
    ///
    /// Underscores are skipped. Fifteen digits and a power of ten up to 22 are exact as doubles, so that one
    /// division or multiplication rounds correctly (Clinger's fast path); the rest goes through the C library.
    static func double(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Double {
        var index = start
        var isNegative = false
        if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var isPastPoint = false
        while index < end {
            let byte = bytes[index]
            if byte.isDigit {
                if mantissa != 0 || byte != 0x30 { digits += 1 }
                if digits <= 18 { mantissa = mantissa &* 10 &+ UInt64(byte - 0x30) }
                if isPastPoint { scale -= 1 }
            } else if byte == UInt8(ascii: ".") {
                isPastPoint = true
            } else if byte != UInt8(ascii: "_") {
                break
            }
            index += 1
        }
        var exponent = 0
        if index < end {
            index += 1
            var isExponentNegative = false
            if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
                isExponentNegative = bytes[index] == UInt8(ascii: "-")
                index += 1
            }
            while index < end {
                if bytes[index].isDigit, exponent < 100_000 {
                    exponent = exponent * 10 + Int(bytes[index] - 0x30)
                }
                index += 1
            }
            if isExponentNegative { exponent = -exponent }
        }
        let power = scale + exponent
        if digits <= 15, -22...22 ~= power {
            let value = Double(mantissa)
            let scaled = power < 0 ? value / powers[-power] : value * powers[power]
            return isNegative ? -scaled : scaled
        }
        let text = String(
            decoding: bytes[start..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        return Double(text) ?? (isNegative ? -Double.infinity : .infinity)
    }

    /// The integer of digits with an optional sign; underscores are skipped; nil beyond 64 bits.
    static func integer(_ bytes: [UInt8], _ start: Int, _ end: Int, radix: UInt64 = 10) -> Node.Content? {
        var index = start
        var isNegative = false
        if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        var magnitude: UInt64 = 0
        while index < end {
            defer { index += 1 }
            if bytes[index] == UInt8(ascii: "_") { continue }
            let (product, isOver) = magnitude.multipliedReportingOverflow(by: radix)
            let (sum, isOverToo) = product.addingReportingOverflow(UInt64(bytes[index].hexadecimalValue))
            if isOver || isOverToo { return nil }
            magnitude = sum
        }
        if isNegative {
            if magnitude == 1 << 63 { return .integer(.min) }
            return magnitude < 1 << 63 ? .integer(-Int64(magnitude)) : nil
        }
        return magnitude < 1 << 63 ? .integer(Int64(magnitude)) : .natural(magnitude)
    }
}
