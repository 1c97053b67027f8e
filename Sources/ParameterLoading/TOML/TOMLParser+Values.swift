// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Values of TOML 1.0.0: numbers, booleans, arrays and inline tables.
extension TOMLParser {
    mutating func parseValue(depth: Int) throws(SyntaxError) -> TOMLValue {
        guard depth < limits.depth else { throw fault("values nest deeper than \(limits.depth) levels") }
        let start = position
        let content: TOMLValue.Content
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            content = .string(isTripled(byte) ? try parseMultilineString(byte) : try parseString(byte))
        case UInt8(ascii: "["): content = .array(try parseArray(depth: depth))
        case UInt8(ascii: "{"): content = .table(try parseInlineTable(depth: depth))
        default: content = try parseScalar()
        }
        return TOMLValue(content: content, offset: start)
    }

    private func isTripled(_ quote: UInt8) -> Bool {
        position + 2 < bytes.count && bytes[position + 1] == quote && bytes[position + 2] == quote
    }

    // MARK: Collections

    private mutating func parseArray(depth: Int) throws(SyntaxError) -> [TOMLValue] {
        let start = position
        position += 1
        var elements: [TOMLValue] = []
        while true {
            try skipInArray(opened: start)
            if take(UInt8(ascii: "]")) { return elements }
            elements.append(try parseValue(depth: depth + 1))
            try skipInArray(opened: start)
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw fault("expected ',' or ']'") }
        }
    }

    private mutating func skipInArray(opened: Int) throws(SyntaxError) {
        repeat {
            skipBlanks()
            try skipComment()
        } while try takeLineBreak()
        guard position < bytes.count else {
            throw fault("the array that opens here is never closed", at: opened)
        }
    }

    private mutating func parseInlineTable(depth: Int) throws(SyntaxError) -> TOMLTable {
        let table = TOMLTable(.implied, at: position)
        position += 1
        skipBlanks()
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipBlanks()
                if byte == UInt8(ascii: "}") {
                    throw fault("a comma cannot stand before the '}' of an inline table")
                }
                // Dotted keys of one inline table may share prefixes; nobody else has this number.
                try parsePair(into: table, section: -1, depth: depth + 1)
                skipBlanks()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else {
                throw fault(
                    byte == 0x0a || byte == 0x0d || byte == UInt8(ascii: "#")
                        ? "an inline table must be on one line" : "expected ',' or '}'")
            }
        }
        close(table)
        return table
    }

    /// Forbids that anything is added to an inline table or to the tables its dotted keys made.
    private func close(_ table: TOMLTable) {
        table.maker = .inline
        for entry in table.entries {
            if case .table(let inner) = entry.value.content, inner.maker != .inline { close(inner) }
        }
    }

    // MARK: Scalars

    /// Parses a boolean, a number or a time, which all end at the same characters.
    private mutating func parseScalar() throws(SyntaxError) -> TOMLValue.Content {
        let start = position
        var end = start
        scan: while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"), 0x09, 0x0a, 0x0d:
                break scan
            case 0x20:
                // A date and a time may be separated by one space.
                guard end - start == 10, end + 2 < bytes.count, bytes[start + 4] == UInt8(ascii: "-"),
                    bytes[end + 1].isDigit, bytes[end + 2].isDigit
                else { break scan }
            default: break
            }
            end += 1
        }
        guard end > start else { throw fault("expected a value") }
        let word = bytes[start..<end]
        let content = literal(word) ?? number(start, end)
        guard let content = content ?? TOMLTime.parse(word) else {
            throw fault(
                "'\(String(decoding: word.prefix(40), as: UTF8.self))' is no value; \(remedy(for: word))")
        }
        position = end
        return content
    }

    /// What to do about a word that is no value.
    private func remedy(for word: ArraySlice<UInt8>) -> String {
        let text = String(decoding: word.prefix(40), as: UTF8.self)
        let digits = word.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        let small = text.lowercased()
        if ["true", "false", "inf", "nan"].contains(small) { return "write \(small)" }
        if digits.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: "_") }), digits.first?.isDigit == true {
            if digits.count > 18 { return "an integer has 64 bits at most" }
            if digits.first == UInt8(ascii: "0") { return "a number has no zeros in front" }
            return "an underscore stands between digits"
        }
        if digits.first?.isDigit == true {
            let hyphens = word.count(where: { $0 == UInt8(ascii: "-") })
            if word.contains(UInt8(ascii: ":")) || hyphens == 2 {
                return "a time that exists is written as 2013-07-01T05:15:00Z; put a text in quotes"
            }
        }
        return "put a text in quotes"
    }

    private func literal(_ word: ArraySlice<UInt8>) -> TOMLValue.Content? {
        guard word.count <= 5 else { return nil }
        switch String(decoding: word, as: UTF8.self) {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: return nil
        }
    }

    private func number(_ start: Int, _ end: Int) -> TOMLValue.Content? {
        if bytes[start] == UInt8(ascii: "0"), end - start > 2 {
            let radix: UInt64? =
                switch bytes[start + 1] {
                case UInt8(ascii: "x"): 16
                case UInt8(ascii: "o"): 8
                case UInt8(ascii: "b"): 2
                default: nil
                }
            if let radix {
                let digits = start + 2
                guard skipDigits(digits, end, radix: radix) == end,
                    case .integer(let value) = DecimalNumber.integer(bytes, digits, end, radix: radix)
                else { return nil }
                return .integer(value)
            }
        }
        var index = start
        if bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
        let whole = index
        guard let afterWhole = skipDigits(whole, end) else { return nil }
        // No zeros in front.
        if afterWhole - whole > 1, bytes[whole] == UInt8(ascii: "0") { return nil }
        index = afterWhole
        if index == end {
            guard case .integer(let value) = DecimalNumber.integer(bytes, start, end) else { return nil }
            return .integer(value)
        }
        if bytes[index] == UInt8(ascii: ".") {
            guard let afterFraction = skipDigits(index + 1, end) else { return nil }
            index = afterFraction
        }
        if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < end, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard let afterExponent = skipDigits(index, end) else { return nil }
            index = afterExponent
        }
        return index == end ? .float(DecimalNumber.double(bytes, start, end)) : nil
    }

    /// The end of digits with single underscores between them; nil where none begin or one stands elsewhere.
    private func skipDigits(_ start: Int, _ end: Int, radix: UInt64 = 10) -> Int? {
        func isDigit(_ index: Int) -> Bool {
            guard index < end, bytes[index].isHexadecimalDigit else { return false }
            return UInt64(bytes[index].hexadecimalValue) < radix
        }
        var index = start
        guard isDigit(index) else { return nil }
        while true {
            if isDigit(index) {
                index += 1
            } else if index < end, bytes[index] == UInt8(ascii: "_") {
                guard isDigit(index + 1) else { return nil }
                index += 1
            } else {
                return index
            }
        }
    }
}
