// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A parser for TOML 1.0.0.
struct TOMLParser {
    let bytes: [UInt8]
    let limits: ParserLimits
    var position = 0

    private let root = TOMLTable(.header, at: 0)
    /// The table that key-value lines go to, and the number of its header.
    private var current: TOMLTable
    private var section = 0

    /// A parsed document.
    struct Document {
        let root: TOMLTable
        let source: Int32
        var node: Node { root.node(source) }
    }

    static func parse(
        _ bytes: [UInt8], source: Int32, limits: ParserLimits = .init()
    ) throws(SyntaxError) -> Document {
        if let offset = UTF8.firstInvalid(in: bytes) {
            throw SyntaxError("the text is not valid UTF-8", at: offset)
        }
        var parser = TOMLParser(bytes: bytes, limits: limits)
        try parser.parseDocument()
        return Document(root: parser.root, source: source)
    }

    private init(bytes: [UInt8], limits: ParserLimits) {
        self.bytes = bytes
        self.limits = limits
        current = root
    }

    private mutating func parseDocument() throws(SyntaxError) {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
        while position < bytes.count {
            skipBlanks()
            switch byte {
            case UInt8(ascii: "["): try parseHeader()
            case UInt8(ascii: "#"), 0x0a, 0x0d: break
            default: if position < bytes.count { try parsePair(into: current, section: section, depth: 0) }
            }
            try endLine()
        }
    }

    // MARK: Lines

    var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipBlanks() { while byte.isBlank { position += 1 } }

    mutating func take(_ wanted: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == wanted else { return false }
        position += 1
        return true
    }

    /// Skips a line feed, or a carriage return and a line feed.
    mutating func takeLineBreak() throws(SyntaxError) -> Bool {
        if take(0x0a) { return true }
        guard byte == 0x0d else { return false }
        guard position + 1 < bytes.count, bytes[position + 1] == 0x0a else {
            throw fault("a carriage return needs a line feed behind it")
        }
        position += 2
        return true
    }

    /// Skips a comment, in which no control characters may stand.
    mutating func skipComment() throws(SyntaxError) {
        guard byte == UInt8(ascii: "#") else { return }
        while position < bytes.count, bytes[position] != 0x0a {
            let next = bytes[position]
            if next == 0x0d, position + 1 < bytes.count, bytes[position + 1] == 0x0a { return }
            if next < 0x20 && next != 0x09 || next == 0x7f {
                throw fault("a control character cannot stand in a comment")
            }
            position += 1
        }
    }

    private mutating func endLine() throws(SyntaxError) {
        skipBlanks()
        try skipComment()
        guard try takeLineBreak() || position == bytes.count else {
            throw fault("expected the end of the line")
        }
    }

    func fault(_ message: String, at offset: Int? = nil) -> SyntaxError {
        SyntaxError(message, at: offset ?? position)
    }

    // MARK: Headers

    private mutating func parseHeader() throws(SyntaxError) {
        let start = position
        position += 1
        let isArray = take(UInt8(ascii: "["))
        let keys = try parseKey()
        guard take(UInt8(ascii: "]")), !isArray || take(UInt8(ascii: "]")) else {
            throw fault(
                isArray
                    ? "expected ']]' behind the name of the array"
                    : "expected ']' behind the name of the table")
        }
        section += 1
        var table = root
        for key in keys.dropLast() { table = try descend(table, key, making: .implied) }
        guard let last = keys.last else { return }
        let created = TOMLTable(.header, at: start)
        switch (table[last.text]?.content, isArray) {
        case (nil, false):
            table.set(last.text, last.offset, TOMLValue(content: .table(created), offset: start))
        case (nil, true):
            table.set(last.text, last.offset, TOMLValue(content: .tables([created]), offset: start))
        case (.tables(let tables), true):
            table.set(last.text, last.offset, TOMLValue(content: .tables(tables + [created]), offset: start))
        case (.table(let found), false) where found.maker == .implied:
            found.maker = .header
            current = found
            return
        case (.table, false): throw fault("the table '\(last.text)' is defined already", at: last.offset)
        default:
            throw fault(
                "'\(last.text)' is a value already, and no \(isArray ? "array of tables" : "table")",
                at: last.offset)
        }
        current = created
    }

    /// The table below another one with a name, made where it is missing.
    private func descend(
        _ table: TOMLTable, _ key: Key, making maker: TOMLTable.Maker
    ) throws(SyntaxError) -> TOMLTable {
        switch table[key.text]?.content {
        case nil:
            let created = TOMLTable(maker, at: key.offset)
            table.set(key.text, key.offset, TOMLValue(content: .table(created), offset: key.offset))
            return created
        case .table(let found):
            if found.maker == .inline {
                throw fault("the inline table '\(key.text)' cannot be added to", at: key.offset)
            }
            if case .dottedKeys = maker, found.maker != maker {
                guard found.maker == .implied else {
                    throw fault(
                        "the table '\(key.text)' is defined elsewhere; dotted keys cannot add to it",
                        at: key.offset)
                }
                found.maker = maker
            }
            return found
        case .tables(let tables):
            guard maker == .implied, let last = tables.last else {
                throw fault("dotted keys cannot add to the array of tables '\(key.text)'", at: key.offset)
            }
            return last
        default: throw fault("'\(key.text)' is a value already, and no table", at: key.offset)
        }
    }

    // MARK: Pairs

    struct Key {
        var text: String
        var offset: Int
    }

    /// Parses `key = value` into a table.
    mutating func parsePair(into table: TOMLTable, section: Int, depth: Int) throws(SyntaxError) {
        let keys = try parseKey()
        guard take(UInt8(ascii: "=")) else {
            throw fault(
                byte == UInt8(ascii: ":")
                    ? "TOML has '=' between a key and its value, not ':'" : "expected '=' behind the key")
        }
        skipBlanks()
        var target = table
        for key in keys.dropLast() { target = try descend(target, key, making: .dottedKeys(section)) }
        guard let last = keys.last else { return }
        guard target[last.text] == nil else {
            throw fault("the key '\(last.text)' is defined already", at: last.offset)
        }
        let value = try parseValue(depth: depth)
        target.set(last.text, last.offset, value)
    }

    /// Parses a key with its dots, and the blanks behind it.
    private mutating func parseKey() throws(SyntaxError) -> [Key] {
        var keys: [Key] = []
        repeat {
            skipBlanks()
            let start = position
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                keys.append(Key(text: try parseString(byte), offset: start))
            default:
                while isBareKey(byte) { position += 1 }
                guard position > start else {
                    throw fault(
                        "expected a key; put it in quotes if it has other characters than letters, digits, '-' and '_'"
                    )
                }
                keys.append(
                    Key(text: String(decoding: bytes[start..<position], as: UTF8.self), offset: start))
            }
            guard keys.count <= limits.depth else {
                throw fault("keys nest deeper than \(limits.depth) levels", at: start)
            }
            skipBlanks()
        } while take(UInt8(ascii: "."))
        return keys
    }

    private func isBareKey(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
