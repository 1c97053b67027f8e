// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One override in Hydra's grammar: `key=value`, `+key=value`, `++key=value`, `~key`, `~key=value`.
struct Override: Sendable {
    enum Kind: Sendable {
        /// Changes a key that exists.
        case change
        /// Adds a key that does not exist.
        case add
        /// Adds or changes.
        case force
        /// Removes a key.
        case delete
    }

    enum Value: Sendable {
        case single(Node)
        /// Several values, of which a sweep takes each.
        case sweep(SweepChoices)
    }

    var kind: Kind
    var key: KeyPathText
    /// Nil for a deletion without a value.
    var value: Value?
    /// Where the key and the value are in the text.
    var keyOffset: Int
    var valueOffset: Int
}

/// The parser of overrides: OverrideLexer.g4 and OverrideParser.g4 of Hydra 1.3.
struct OverrideParser {
    let bytes: [UInt8]
    let source: Int32
    /// Where the text begins in its source.
    let base: Int
    var position = 0

    init(_ text: String, source: Int32, base: Int) {
        bytes = Array(text.utf8)
        self.source = source
        self.base = base
    }

    /// Parses the whole text as one override.
    mutating func parse() throws(SyntaxError) -> Override {
        var kind = Override.Kind.change
        if take(UInt8(ascii: "~")) {
            kind = .delete
        } else if take(UInt8(ascii: "+")) {
            kind = take(UInt8(ascii: "+")) ? .force : .add
        }
        let keyOffset = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "=") { position += 1 }
        // A group's package, `group@package`, tells where it goes; the group itself is chosen by the part before.
        let text = String(decoding: bytes[keyOffset..<position], as: UTF8.self).trimmed
        guard let key = KeyPathText(parsing: text) else { throw fault("expected a key", at: keyOffset) }
        guard take(UInt8(ascii: "=")) else {
            guard kind == .delete else { throw fault("expected '=' and a value behind the key '\(text)'") }
            return Override(
                kind: kind, key: key, value: nil, keyOffset: base + keyOffset, valueOffset: base + position)
        }
        let valueOffset = position
        let value = try parseValueOrChoices()
        return Override(
            kind: kind, key: key, value: value, keyOffset: base + keyOffset, valueOffset: base + valueOffset)
    }

    /// Parses the text as a value alone.
    mutating func parseValueOnly() throws(SyntaxError) -> Override.Value { try parseValueOrChoices() }

    private mutating func parseValueOrChoices() throws(SyntaxError) -> Override.Value {
        skipBlanks()
        if position == bytes.count { return .single(node(.string(""), at: position)) }
        if let sweep = try parseSweepFunction() {
            try expectEnd()
            return .sweep(sweep)
        }
        if let addition = try parseExtension() {
            try expectEnd()
            return .single(addition)
        }
        let start = position
        let first = try parseElement(stop: [])
        skipBlanks()
        guard byte == UInt8(ascii: ",") else {
            try expectEnd()
            return .single(first)
        }
        // A bare list of values is a choice.
        var values = [first]
        while take(UInt8(ascii: ",")) {
            values.append(try parseElement(stop: []))
            skipBlanks()
        }
        try expectEnd()
        return .sweep(SweepChoices(.choice(values), at: Origin(source, base + start)))
    }

    // MARK: Elements

    /// Parses a primitive, a quoted string, a list, a mapping or a cast.
    mutating func parseElement(stop: [UInt8]) throws(SyntaxError) -> Node {
        skipBlanks()
        let start = position
        switch byte {
        case UInt8(ascii: "["):
            position += 1
            var elements: [Node] = []
            skipBlanks()
            if take(UInt8(ascii: "]")) { return node(.list([]), at: start) }
            repeat {
                elements.append(try parseElement(stop: [UInt8(ascii: "]")]))
                skipBlanks()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw fault("expected ',' or ']'") }
            return node(.list(elements), at: start)
        case UInt8(ascii: "{"): return try parseMapping()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return node(.string(try parseQuoted()), at: start)
        default:
            if let cast = try parseCast(stop: stop) { return cast }
            return try parsePrimitive(stop: stop)
        }
    }

    private mutating func parseMapping() throws(SyntaxError) -> Node {
        let start = position
        position += 1
        var members = Members()
        skipBlanks()
        if take(UInt8(ascii: "}")) { return node(.mapping(members), at: start) }
        repeat {
            skipBlanks()
            let keyStart = position
            let key: String
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                key = try parseQuoted()
            } else {
                while position < bytes.count, !":,{}[]".utf8.contains(bytes[position]) { position += 1 }
                key = String(decoding: bytes[keyStart..<position], as: UTF8.self).trimmed
            }
            skipBlanks()
            guard !key.isEmpty, take(UInt8(ascii: ":")) else { throw fault("expected a key and ':'") }
            let value = try parseElement(stop: [UInt8(ascii: "}")])
            let member = Member(key: key, keyOrigin: Origin(source, base + keyStart), value: value)
            guard members.append(member) else { throw fault("the key '\(key)' appears twice", at: keyStart) }
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw fault("expected ',' or '}'") }
        return node(.mapping(members), at: start)
    }

    /// Parses a string in quotes, where a backslash escapes the quote and itself.
    mutating func parseQuoted() throws(SyntaxError) -> String {
        let start = position
        let quote = bytes[position]
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            if bytes[position] == quote {
                position += 1
                return String(decoding: content, as: UTF8.self)
            }
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == quote || bytes[position + 1] == UInt8(ascii: "\\")
            {
                position += 1
            }
            content.append(bytes[position])
            position += 1
        }
        throw fault("the quotes that open here are never closed", at: start)
    }

    /// Parses a text without quotes up to a character that has a meaning; interpolations are taken whole.
    private mutating func parsePrimitive(stop: [UInt8]) throws(SyntaxError) -> Node {
        let start = position
        var content: [UInt8] = []
        var isEscaped = false
        var kept = 0
        var depth = 0
        scan: while position < bytes.count {
            let next = bytes[position]
            if next == UInt8(ascii: "$"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "{")
            {
                depth += 1
                content += [next, UInt8(ascii: "{")]
                position += 2
                kept = content.count
                continue
            }
            if depth > 0 {
                if next == UInt8(ascii: "}") { depth -= 1 }
            } else if next == UInt8(ascii: "\\"), position + 1 < bytes.count,
                "\\()[]{}:=, \t".utf8.contains(bytes[position + 1])
            {
                position += 1
                content.append(bytes[position])
                position += 1
                kept = content.count
                isEscaped = true
                continue
            } else if next == UInt8(ascii: ",") || stop.contains(next) {
                break scan
            } else if "[]{}()\"'".utf8.contains(next) {
                throw fault(
                    "'\(Character(Unicode.Scalar(next)))' must be escaped with '\\', or the text put in quotes"
                )
            }
            content.append(next)
            position += 1
            if !next.isBlank { kept = content.count }
        }
        guard depth == 0 else { throw fault("'${' is never closed", at: start) }
        guard kept > 0 else { throw fault("expected a value", at: start) }
        let text = String(decoding: content[..<kept], as: UTF8.self)
        if isEscaped { return node(.string(text), at: start) }
        return node(OverrideParser.resolve(text), at: start)
    }

    /// What a text without quotes is; numbers may have underscores, literals any case (Hydra's lexer).
    static func resolve(_ text: String) -> Node.Content {
        switch text.lowercased() {
        case "null": return .null
        case "true", "false", "inf", "+inf", "-inf", "nan":
            // The type that is wanted may be a string, so the text is kept.
            return .text(text.lowercased().replacing("inf", with: ".inf").replacing("nan", with: ".nan"))
        default: break
        }
        let bytes = Array(text.utf8)
        if bytes.contains(UInt8(ascii: "_")), bytes.first?.isDigit == true || bytes.first == UInt8(ascii: "-")
        {
            let plain = bytes.filter { $0 != UInt8(ascii: "_") }
            if CoreSchema.number(plain, 0, plain.count) != nil {
                return .text(String(decoding: plain, as: UTF8.self))
            }
        }
        return .text(text)
    }

    // MARK: Small things

    var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func take(_ wanted: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == wanted else { return false }
        position += 1
        return true
    }

    mutating func skipBlanks() { while byte.isBlank { position += 1 } }

    private mutating func expectEnd() throws(SyntaxError) {
        skipBlanks()
        guard position == bytes.count else { throw fault("the value ends here, but the text goes on") }
    }

    func node(_ content: Node.Content, at offset: Int) -> Node {
        Node(content, at: Origin(source, base + offset))
    }

    func fault(_ message: String, at offset: Int? = nil) -> SyntaxError {
        SyntaxError(message, at: base + (offset ?? position))
    }
}
