// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Quoted scalars: YAML 1.2.2, sections 5.7, 7.3.1 and 7.3.2.
extension YAMLParser {
    /// Parses a scalar in single or double quotes; lines after the first must be indented by the minimum.
    mutating func parseQuoted(minimumIndent: Int) throws(SyntaxError) -> String {
        let start = position
        let quote = bytes[start]
        let isDouble = quote == UInt8(ascii: "\"")
        position += 1
        var content: [UInt8] = []
        // Blanks that were escaped are not trimmed at the end of a line.
        var kept = 0
        var runStart = position
        while true {
            guard position < bytes.count else {
                throw fault("the quotes that open here are never closed", at: start)
            }
            let byte = bytes[position]
            if byte == quote {
                if !isDouble, self.byte(position + 1) == quote {
                    content.append(contentsOf: bytes[runStart...position])
                    position += 2
                    runStart = position
                    continue
                }
                break
            }
            if byte == 0x0a {
                content.append(contentsOf: bytes[runStart..<position])
                while content.count > kept, content[content.count - 1].isBlank { content.removeLast() }
                let breaks = try skipQuotedBreaks(minimumIndent, opened: start)
                if breaks == 1 { content.append(0x20) }
                for _ in 1..<breaks { content.append(0x0a) }
                kept = content.count
                runStart = position
            } else if byte == UInt8(ascii: "\\"), isDouble {
                content.append(contentsOf: bytes[runStart..<position])
                position += 1
                if self.byte(position) == 0x0a {
                    let breaks = try skipQuotedBreaks(minimumIndent, opened: start)
                    for _ in 1..<breaks { content.append(0x0a) }
                } else {
                    try parseEscape(into: &content)
                }
                kept = content.count
                runStart = position
            } else {
                position += 1
            }
        }
        if !quotedOnly.isEmpty { quotedOnly.removeAll { start..<position ~= $0 } }
        defer { position += 1 }
        if content.isEmpty { return text(runStart, position) }
        content.append(contentsOf: bytes[runStart..<position])
        return String(decoding: content, as: UTF8.self)
    }

    /// Skips a line break, the empty lines after it, and the next line's indentation; gives the count of breaks.
    private mutating func skipQuotedBreaks(_ minimumIndent: Int, opened: Int) throws(SyntaxError) -> Int {
        var breaks = 0
        while byte(position) == 0x0a {
            breaks += 1
            position += 1
            lineStart = position
            while byte(position) == 0x20 { position += 1 }
            let spaces = position - lineStart
            skipBlanks()
            if byte(position) == 0x0a || position >= bytes.count { continue }
            if isMarker(at: lineStart) {
                throw fault("a document marker stands before the closing quotes", at: lineStart)
            }
            guard spaces >= minimumIndent else {
                throw fault(
                    "the quotes of line \(lineNumber(opened)) are still open, and their lines must be indented deeper than the block around them",
                    at: lineStart)
            }
        }
        return breaks
    }

    /// Parses what follows a backslash.
    private mutating func parseEscape(into content: inout [UInt8]) throws(SyntaxError) {
        let start = position - 1
        let kind = byte(position)
        position += 1
        switch kind {
        case UInt8(ascii: "0"): content.append(0)
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "t"), 0x09: content.append(0x09)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "v"): content.append(0x0b)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "e"): content.append(0x1b)
        case 0x20, UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "\\"): content.append(kind)
        case UInt8(ascii: "N"): content.append(contentsOf: [0xc2, 0x85])
        case UInt8(ascii: "_"): content.append(contentsOf: [0xc2, 0xa0])
        case UInt8(ascii: "L"): content.append(contentsOf: [0xe2, 0x80, 0xa8])
        case UInt8(ascii: "P"): content.append(contentsOf: [0xe2, 0x80, 0xa9])
        case UInt8(ascii: "x"): try append(parseCode(2, from: start), from: start, to: &content)
        case UInt8(ascii: "u"):
            var code = try parseCode(4, from: start)
            // JSON writes characters beyond FFFF as two escapes.
            if 0xd800..<0xdc00 ~= code, byte(position) == UInt8(ascii: "\\"),
                byte(position + 1) == UInt8(ascii: "u")
            {
                position += 2
                let low = try parseCode(4, from: start)
                guard 0xdc00..<0xe000 ~= low else {
                    throw fault("a high surrogate needs a low one behind it", at: start)
                }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            try append(code, from: start, to: &content)
        case UInt8(ascii: "U"): try append(parseCode(8, from: start), from: start, to: &content)
        default:
            throw fault("unknown escape; write '\\\\' for a backslash, or use single quotes", at: start)
        }
    }

    private mutating func parseCode(_ digits: Int, from start: Int) throws(SyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<digits {
            guard byte(position).isHexadecimalDigit else {
                throw fault("the escape needs \(digits) hexadecimal digits", at: start)
            }
            code = code << 4 | bytes[position].hexadecimalValue
            position += 1
        }
        return code
    }

    private func append(_ code: UInt32, from start: Int, to content: inout [UInt8]) throws(SyntaxError) {
        guard content.append(scalar: code) else {
            throw fault("the escape names no Unicode character", at: start)
        }
    }
}
