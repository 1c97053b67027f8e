// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads decimal numbers, one after another, from a stretch of text.
package struct NumberScanner {
    let bytes: [UInt8]
    package var position: Int
    package let end: Int

    package init(bytes: [UInt8], position: Int, end: Int) {
        self.bytes = bytes
        self.position = position
        self.end = min(end, bytes.count)
    }

    /// The byte at the position, or 0 at the end.
    @inline(__always)
    private var current: UInt8 { position < end ? bytes[position] : 0 }

    /// Goes past blanks, tabs and line ends.
    @inline(__always)
    package mutating func skipSpace() {
        while position < end, bytes[position] <= 0x20 { position += 1 }
    }

    /// Goes past the byte if it comes next.
    @inline(__always)
    package mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// A number in any spelling that the libraries write: JSON's, and NaN and infinity in words.
    package mutating func number<Result: BinaryFloatingPoint & LosslessStringConvertible>(
        as: Result.Type
    ) throws(TreeEnsembleError) -> Result {
        let start = position
        if let decimal = try decimal() {
            if let result = decimal.converted(to: Result.self) { return result }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            guard let result = Result(text) else { throw .malformed("'\(text)' is not a number", at: start) }
            return result
        }
        return try word(start, as: Result.self)
    }

    /// A whole number, or a truth value as 1 or 0.
    package mutating func integer() throws(TreeEnsembleError) -> Int {
        let start = position
        if current == UInt8(ascii: "t") || current == UInt8(ascii: "f") {
            let text = takeWord()
            guard text == "true" || text == "false" else {
                throw .malformed("'\(text)' is not a number", at: start)
            }
            return text == "true" ? 1 : 0
        }
        let isNegative = take(UInt8(ascii: "-"))
        var magnitude = 0
        let first = position
        while position < end {
            let digit = Int(bytes[position]) - 48
            guard digit >= 0, digit <= 9 else { break }
            guard magnitude < Int.max / 10 - 10 else {
                throw .malformed("a whole number needs more than 64 bits", at: start)
            }
            magnitude = magnitude &* 10 &+ digit
            position += 1
        }
        guard position > first, current != UInt8(ascii: "."), current | 0x20 != UInt8(ascii: "e") else {
            throw .malformed("expected a whole number", at: start)
        }
        return isNegative ? -magnitude : magnitude
    }

    /// The digits of a number, or nil where a word stands.
    @inline(__always)
    private mutating func decimal() throws(TreeEnsembleError) -> DecimalNumber? {
        var number = DecimalNumber()
        let start = position
        number.isNegative = take(UInt8(ascii: "-"))
        if !number.isNegative { _ = take(UInt8(ascii: "+")) }
        var digitCount = 0  // significant digits taken into number.digits
        var seen = false
        while position < end {
            let digit = bytes[position] &- 48
            guard digit <= 9 else { break }
            seen = true
            if digitCount < 19 {
                number.digits = number.digits &* 10 &+ UInt64(digit)
                if number.digits != 0 { digitCount += 1 }
            } else {
                if digit != 0 { number.isCut = true }
                number.exponent += 1
            }
            position += 1
        }
        if take(UInt8(ascii: ".")) {
            while position < end {
                let digit = bytes[position] &- 48
                guard digit <= 9 else { break }
                seen = true
                if digitCount < 19 {
                    number.digits = number.digits &* 10 &+ UInt64(digit)
                    if number.digits != 0 { digitCount += 1 }
                    number.exponent -= 1
                } else if digit != 0 {
                    number.isCut = true
                }
                position += 1
            }
        }
        guard seen else {
            position = start
            return nil
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            let isNegative = take(UInt8(ascii: "-"))
            if !isNegative { _ = take(UInt8(ascii: "+")) }
            var exponent = 0
            let first = position
            while position < end {
                let digit = Int(bytes[position]) - 48
                guard digit >= 0, digit <= 9 else { break }
                exponent = min(exponent * 10 + digit, 100_000)
                position += 1
            }
            guard position > first else { throw .malformed("a number has an empty exponent", at: start) }
            number.exponent += isNegative ? -exponent : exponent
        }
        return number
    }

    private mutating func takeWord() -> String {
        let start = position
        while position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] >= 0x41 {
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func word<Result: BinaryFloatingPoint>(
        _ start: Int, as: Result.Type
    ) throws(TreeEnsembleError) -> Result {
        let text = takeWord()
        switch text.lowercased() {
        case "nan", "-nan": return .nan
        case "inf", "infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "true": return 1
        case "false": return 0
        default: throw .malformed("expected a number", at: start)
        }
    }
}
