// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A parser for JSON (RFC 8259) that keeps places.
struct JSONReader {
    private let bytes: [UInt8]
    private let source: Int32
    private let limits: ParserLimits
    private let rejectsDuplicates: Bool
    private var position = 0

    /// Parses one JSON text.
    ///
    /// - Parameter rejectsDuplicates: Whether a name that an object has twice is a fault; else the last one counts.
    ///   RFC 8259 allows both.
    static func parse(
        _ bytes: [UInt8], source: Int32, limits: ParserLimits = .init(), rejectsDuplicates: Bool = true
    ) throws(SyntaxError) -> Node {
        if let offset = UTF8.firstInvalid(in: bytes) {
            throw SyntaxError("the text is not valid UTF-8", at: offset)
        }
        var reader = JSONReader(
            bytes: bytes, source: source, limits: limits, rejectsDuplicates: rejectsDuplicates)
        // A byte order mark may be ignored (section 8.1).
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { reader.position = 3 }
        let value = try reader.parseValue(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else {
            let isComment = [UInt8(ascii: "/"), UInt8(ascii: "#")].contains(bytes[reader.position])
            throw reader.fault("the text goes on after its value" + (isComment ? reader.remedy : ""))
        }
        return value
    }

    private init(bytes: [UInt8], source: Int32, limits: ParserLimits, rejectsDuplicates: Bool) {
        self.bytes = bytes
        self.source = source
        self.limits = limits
        self.rejectsDuplicates = rejectsDuplicates
    }

    private mutating func parseValue(depth: Int) throws(SyntaxError) -> Node {
        skipSpace()
        guard position < bytes.count else { throw fault("the text ends where a value should stand") }
        let origin = Origin(source, position)
        switch bytes[position] {
        case UInt8(ascii: "{"): return Node(.mapping(try parseObject(depth: depth)), at: origin)
        case UInt8(ascii: "["): return Node(.list(try parseArray(depth: depth)), at: origin)
        case UInt8(ascii: "\""): return Node(.string(try parseString()), at: origin)
        case UInt8(ascii: "t"): return Node(try parseLiteral("true", .bool(true)), at: origin)
        case UInt8(ascii: "f"): return Node(try parseLiteral("false", .bool(false)), at: origin)
        case UInt8(ascii: "n"): return Node(try parseLiteral("null", .null), at: origin)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return Node(try parseNumber(), at: origin)
        default: throw fault("expected a value" + remedy)
        }
    }

    /// What to do about something that people write and JSON does not know; empty for anything else.
    private var remedy: String {
        let word = String(decoding: bytes[position...].prefix { $0.isLetter }.prefix(9), as: UTF8.self)
        switch word {
        case "True", "False", "TRUE", "FALSE": return "; write \(word.lowercased())"
        case "None", "Null", "NULL": return "; write null"
        case "NaN", "Infinity": return "; JSON has no \(word)"
        default: break
        }
        switch byte(position) {
        case UInt8(ascii: "'"): return "; JSON has double quotes only"
        case UInt8(ascii: "/"), UInt8(ascii: "#"): return "; JSON has no comments"
        case UInt8(ascii: "."), UInt8(ascii: "+"): return "; a number begins with '-' or a digit"
        case UInt8(ascii: "]"), UInt8(ascii: "}"): return "; a comma cannot stand before a closing bracket"
        default: return ""
        }
    }

    private mutating func parseObject(depth: Int) throws(SyntaxError) -> Members {
        guard depth < limits.depth else { throw fault("values nest deeper than \(limits.depth) levels") }
        position += 1
        var members = Members()
        skipSpace()
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipSpace()
            let start = position
            guard byte(position) == UInt8(ascii: "\"") else {
                throw fault("expected a name in double quotes" + remedy)
            }
            let name = try parseString()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("expected ':' behind the name '\(name)'") }
            let member = Member(
                key: name, keyOrigin: Origin(source, start), value: try parseValue(depth: depth + 1))
            if !members.append(member) {
                if rejectsDuplicates {
                    throw fault("the name '\(name)' appears twice in one object", at: start)
                }
                members.set(member)
            }
            skipSpace()
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { throw fault("expected ',' or '}' behind a member") }
        }
    }

    private mutating func parseArray(depth: Int) throws(SyntaxError) -> [Node] {
        guard depth < limits.depth else { throw fault("values nest deeper than \(limits.depth) levels") }
        position += 1
        var elements: [Node] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try parseValue(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw fault("expected ',' or ']' behind an element") }
        }
    }

    private mutating func parseLiteral(_ text: String, _ content: Node.Content) throws(SyntaxError)
        -> Node.Content
    {
        guard bytes[position...].starts(with: text.utf8) else { throw fault("expected '\(text)'") }
        position += text.utf8.count
        return content
    }

    private mutating func parseNumber() throws(SyntaxError) -> Node.Content {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try skipDigits() }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try skipDigits()
        }
        if byte(position) | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        let isMinusZero =
            position - start == 2 && bytes[start] == UInt8(ascii: "-") && bytes[start + 1] == 0x30
        if isInteger, !isMinusZero, let value = DecimalNumber.integer(bytes, start, position) { return value }
        let value = DecimalNumber.double(bytes, start, position)
        guard value.isFinite else { throw fault("the number is larger than a double holds", at: start) }
        return .number(value)
    }

    private mutating func skipDigits() throws(SyntaxError) {
        let start = position
        while byte(position).isDigit { position += 1 }
        guard position > start else { throw fault("expected a digit") }
    }

    private mutating func parseString() throws(SyntaxError) -> String {
        let start = position
        position += 1
        var runStart = position
        var content: [UInt8] = []
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                if content.isEmpty { return String(decoding: bytes[runStart..<position], as: UTF8.self) }
                content.append(contentsOf: bytes[runStart..<position])
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                content.append(contentsOf: bytes[runStart..<position])
                try parseEscape(into: &content)
                runStart = position
            case 0..<0x20: throw fault("a control character in a string must be escaped")
            default: position += 1
            }
        }
        throw fault("the string that begins here is never closed", at: start)
    }

    private mutating func parseEscape(into content: inout [UInt8]) throws(SyntaxError) {
        let start = position
        let kind = byte(position + 1)
        position += 2
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(kind)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try parseFourDigits(from: start)
            if 0xd800..<0xdc00 ~= code {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                    throw fault("a high surrogate needs a low one behind it", at: start)
                }
                let low = try parseFourDigits(from: start)
                guard 0xdc00..<0xe000 ~= low else {
                    throw fault("a high surrogate needs a low one behind it", at: start)
                }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard content.append(scalar: code) else { throw fault("a low surrogate stands alone", at: start) }
        default: throw fault("unknown escape; write '\\\\' for a backslash", at: start)
        }
    }

    private mutating func parseFourDigits(from start: Int) throws(SyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard byte(position).isHexadecimalDigit else {
                throw fault("expected four hexadecimal digits", at: start)
            }
            code = code << 4 | bytes[position].hexadecimalValue
            position += 1
        }
        return code
    }

    @inline(__always)
    private func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.byte(position) == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position += 1
            default: return
            }
        }
    }

    private func fault(_ message: String, at offset: Int? = nil) -> SyntaxError {
        SyntaxError(message, at: offset ?? position)
    }
}
