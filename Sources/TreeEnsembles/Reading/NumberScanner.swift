// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads decimal numbers, one after another, from a stretch of text.
package struct NumberScanner {
    let bytes: [UInt8]
    package var position: Int
    package let end: Int

    package init(bytes: [UInt8], position: Int, end: Int) {
        self.bytes = bytes
        self.end = min(end, bytes.count)
        self.position = max(position, 0)
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
            let word = takeWord()
            guard word == "true" || word == "false" else {
                throw .malformed("'\(word)' is not a number", at: start)
            }
            return word == "true" ? 1 : 0
        }
        let bytes = self.bytes
        let text = bytes.span
        var place = start
        // Bounds: each place that is read is below `end`, which is at most the number of bytes.
        let isNegative = unsafe place < end && text[unchecked: place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        var magnitude = 0
        let first = place
        if place + 8 <= end {
            // Bounds: the eight bytes end at or before `end`.
            let run = DigitRun(unsafe word(text, place))
            (magnitude, place) = (Int(run.value), place + run.count)
        }
        while place < end {
            let digit = unsafe text[unchecked: place] &- 48
            guard digit <= 9 else { break }
            guard magnitude < Int.max / 10 - 10 else {
                throw .malformed("a whole number needs more than 64 bits", at: start)
            }
            magnitude = magnitude &* 10 &+ Int(digit)
            place += 1
        }
        position = place
        guard place > first, current != UInt8(ascii: "."), current | 0x20 != UInt8(ascii: "e") else {
            throw .malformed("expected a whole number", at: start)
        }
        return isNegative ? -magnitude : magnitude
    }

    /// The digits of a number, or nil where a word stands.
    @inline(__always)
    private mutating func decimal() throws(TreeEnsembleError) -> DecimalNumber? {
        var number = DecimalNumber()
        let bytes = self.bytes
        let text = bytes.span
        let start = position
        var place = start
        // Bounds: each place that is read is below `end`, which is at most the number of bytes.
        if place < end {
            let sign = unsafe text[unchecked: place]
            number.isNegative = sign == UInt8(ascii: "-")
            if number.isNegative || sign == UInt8(ascii: "+") { place += 1 }
        }
        let first = place
        var digitCount = 0  // significant digits taken into number.digits
        while place < end {
            let digit = unsafe text[unchecked: place] &- 48
            guard digit <= 9 else { break }
            if digitCount < 19 {
                number.digits = number.digits &* 10 &+ UInt64(digit)
                if number.digits != 0 { digitCount += 1 }
            } else {
                if digit != 0 { number.isCut = true }
                number.exponent += 1
            }
            place += 1
        }
        var seen = place > first
        if place < end, unsafe text[unchecked: place] == UInt8(ascii: ".") {
            place += 1
            let first = place
            while digitCount <= 11, place + 8 <= end {
                // Bounds: the eight bytes end at or before `end`.
                let run = DigitRun(unsafe word(text, place))
                number.digits = number.digits &* run.scale &+ run.value
                number.exponent -= run.count
                // Zeros before the first other digit are counted too, which leads to the exact way a little earlier.
                digitCount += run.count
                place += run.count
                if run.count < 8 { break }
            }
            while place < end {
                let digit = unsafe text[unchecked: place] &- 48
                guard digit <= 9 else { break }
                if digitCount < 19 {
                    number.digits = number.digits &* 10 &+ UInt64(digit)
                    if number.digits != 0 { digitCount += 1 }
                    number.exponent -= 1
                } else if digit != 0 {
                    number.isCut = true
                }
                place += 1
            }
            seen = seen || place > first
        }
        guard seen else { return nil }
        if place < end, unsafe text[unchecked: place] | 0x20 == UInt8(ascii: "e") {
            place += 1
            var isNegative = false
            if place < end {
                let sign = unsafe text[unchecked: place]
                isNegative = sign == UInt8(ascii: "-")
                if isNegative || sign == UInt8(ascii: "+") { place += 1 }
            }
            var exponent = 0
            let first = place
            while place < end {
                let digit = unsafe text[unchecked: place] &- 48
                guard digit <= 9 else { break }
                exponent = min(exponent * 10 + Int(digit), 100_000)
                place += 1
            }
            guard place > first else { throw .malformed("a number has an empty exponent", at: start) }
            number.exponent += isNegative ? -exponent : exponent
        }
        position = place
        return number
    }

    /// Eight bytes, the first one lowest.
    @inline(__always) @unsafe
    private func word(_ text: Span<UInt8>, _ place: Int) -> UInt64 {
        UInt64(
            littleEndian: unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
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
