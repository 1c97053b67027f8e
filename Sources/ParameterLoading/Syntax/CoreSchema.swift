// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a plain scalar without a tag is: the core schema of YAML 1.2.2, section 10.3.2.
enum CoreSchema {
    /// The value of the scalar in a range of bytes.
    static func resolve(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Node.Content {
        guard start < end else { return .null }
        switch bytes[start] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            if let number = number(bytes, start, end) { return number }
        case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"),
            UInt8(ascii: "F"), UInt8(ascii: "~"):
            if end - start <= 5, let literal = literal(bytes[start..<end]) { return literal }
        default: break
        }
        return .string(String(decoding: bytes[start..<end], as: UTF8.self))
    }

    /// The value of the scalar with the given text.
    static func resolve(_ text: String) -> Node.Content {
        let bytes = Array(text.utf8)
        return resolve(bytes, 0, bytes.count)
    }

    private static func literal(_ bytes: ArraySlice<UInt8>) -> Node.Content? {
        switch String(decoding: bytes, as: UTF8.self) {
        case "null", "Null", "NULL", "~": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        default: nil
        }
    }

    /// The integer or the number that a range of bytes spells; nil where it spells none.
    static func number(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Node.Content? {
        var index = start
        let first = bytes[start]
        if first == UInt8(ascii: "0"), end - start > 2 {
            if bytes[start + 1] == UInt8(ascii: "x") {
                guard (start + 2..<end).allSatisfy({ bytes[$0].isHexadecimalDigit }) else { return nil }
                return DecimalNumber.integer(bytes, start + 2, end, radix: 16)
                    ?? .number(wide(bytes, start + 2, end, 16))
            }
            if bytes[start + 1] == UInt8(ascii: "o") {
                guard (start + 2..<end).allSatisfy({ bytes[$0] &- 0x30 < 8 }) else { return nil }
                return DecimalNumber.integer(bytes, start + 2, end, radix: 8)
                    ?? .number(wide(bytes, start + 2, end, 8))
            }
        }
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { index += 1 }
        let digitsStart = index
        while index < end, bytes[index].isDigit { index += 1 }
        let whole = index - digitsStart
        if index == end {
            guard whole > 0 else { return nil }
            return DecimalNumber.integer(bytes, start, end)
                ?? .number(DecimalNumber.double(bytes, start, end))
        }
        var fraction = 0
        if bytes[index] == UInt8(ascii: ".") {
            if whole == 0, let special = special(bytes, start, index + 1, end) { return special }
            index += 1
            while index < end, bytes[index].isDigit {
                index += 1
                fraction += 1
            }
        }
        guard whole + fraction > 0 else { return nil }
        if index < end {
            guard bytes[index] | 0x20 == UInt8(ascii: "e") else { return nil }
            index += 1
            if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
                index += 1
            }
            let exponentStart = index
            while index < end, bytes[index].isDigit { index += 1 }
            guard index > exponentStart, index == end else { return nil }
        }
        return .number(DecimalNumber.double(bytes, start, end))
    }

    /// `.inf` with a sign and `.nan` without one.
    private static func special(_ bytes: [UInt8], _ start: Int, _ word: Int, _ end: Int) -> Node.Content? {
        guard end - word == 3 else { return nil }
        switch String(decoding: bytes[word..<end], as: UTF8.self) {
        case "inf", "Inf", "INF":
            return .number(bytes[start] == UInt8(ascii: "-") ? -Double.infinity : .infinity)
        case "nan", "NaN", "NAN":
            return bytes[start] == UInt8(ascii: ".") ? .number(.nan) : nil
        default: return nil
        }
    }

    /// An integer that 64 bits do not hold, rounded.
    private static func wide(_ bytes: [UInt8], _ start: Int, _ end: Int, _ radix: Double) -> Double {
        (start..<end).reduce(0) { $0 * radix + Double(bytes[$1].hexadecimalValue) }
    }
}
