// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The four kinds of string of TOML 1.0.0.
extension TOMLParser {
    /// Parses a string of one line, `"…"` or `'…'`; only the first knows escapes.
    mutating func parseString(_ quote: UInt8) throws(SyntaxError) -> String {
        let start = position
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            switch bytes[position] {
            case quote:
                position += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""): try parseEscape(into: &content)
            case 0x0a, 0x0d: throw fault("the quotes that open here are not closed on their line", at: start)
            default: try takeCharacter(into: &content)
            }
        }
        throw fault("the quotes that open here are never closed", at: start)
    }

    /// Parses a string of many lines, `"""…"""` or `'''…'''`; only the first knows escapes.
    mutating func parseMultilineString(_ quote: UInt8) throws(SyntaxError) -> String {
        let start = position
        position += 3
        var content: [UInt8] = []
        _ = try takeLineBreak()
        while position < bytes.count {
            switch bytes[position] {
            case quote: if try closes(quote, &content) { return String(decoding: content, as: UTF8.self) }
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                if try !skipLineEnd() { try parseEscape(into: &content) }
            case 0x0a, 0x0d: if try takeLineBreak() { content.append(0x0a) }
            default: try takeCharacter(into: &content)
            }
        }
        throw fault("the quotes that open here are never closed", at: start)
    }

    /// Takes a run of quotes; of three to five, the last three close the string.
    private mutating func closes(_ quote: UInt8, _ content: inout [UInt8]) throws(SyntaxError) -> Bool {
        let start = position
        while byte == quote, position - start < 5 { position += 1 }
        let count = position - start
        content.append(contentsOf: repeatElement(quote, count: count < 3 ? count : count - 3))
        return count >= 3
    }

    /// Skips a backslash at the end of a line with all blanks and line breaks behind it; false where it is none.
    private mutating func skipLineEnd() throws(SyntaxError) -> Bool {
        let start = position
        position += 1
        skipBlanks()
        guard try takeLineBreak() else {
            position = start
            return false
        }
        repeat { skipBlanks() } while try takeLineBreak()
        return true
    }

    private mutating func takeCharacter(into content: inout [UInt8]) throws(SyntaxError) {
        let next = bytes[position]
        if next < 0x20 && next != 0x09 || next == 0x7f {
            throw fault("a control character must be escaped in double quotes")
        }
        content.append(next)
        position += 1
    }

    private mutating func parseEscape(into content: inout [UInt8]) throws(SyntaxError) {
        let start = position
        position += 1
        let kind = byte
        position += 1
        switch kind {
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): content.append(kind)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = kind == UInt8(ascii: "u") ? 4 : 8
            var code: UInt32 = 0
            for _ in 0..<digits {
                guard byte.isHexadecimalDigit else {
                    throw fault("the escape needs \(digits) hexadecimal digits", at: start)
                }
                code = code << 4 | byte.hexadecimalValue
                position += 1
            }
            guard content.append(scalar: code) else {
                throw fault("the escape names no Unicode character", at: start)
            }
        default: throw fault("unknown escape; write '\\\\' for a backslash", at: start)
        }
    }
}
