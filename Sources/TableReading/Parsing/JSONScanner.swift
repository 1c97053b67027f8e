// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Walks over the members of one JSON object.
struct JSONScanner {
    /// What breaks the grammar, and at which byte.
    struct Fault: Error {
        var message: String
        var at: Int
    }

    /// A member's value.
    enum Value {
        case null
        /// A number, a boolean, or the text of an array or object.
        case plain(Range<Int>)
        /// A string, without its marks.
        case string(Range<Int>)
        /// A string that held escapes.
        case escaped([UInt8])
    }

    let end: Int
    var at: Int
    private var isFirst = true

    init(end: Int, at: Int) {
        self.end = end
        self.at = at
    }

    mutating func begin(_ bytes: Span<UInt8>) throws(Fault) {
        skipSpace(bytes)
        guard take(bytes, UInt8(ascii: "{")) else {
            throw fault("a line holds one JSON object; expected '{'")
        }
    }

    mutating func end(_ bytes: Span<UInt8>) throws(Fault) {
        skipSpace(bytes)
        guard at == end else { throw fault("text follows the object") }
    }

    /// The next member's name; nil behind the last one.
    mutating func nextName(_ bytes: Span<UInt8>) throws(Fault) -> [UInt8]? {
        skipSpace(bytes)
        if take(bytes, UInt8(ascii: "}")) {
            return nil
        }
        if !isFirst {
            guard take(bytes, UInt8(ascii: ",")) else { throw fault("expected ',' or '}' after a member") }
            skipSpace(bytes)
        }
        isFirst = false
        guard at < end, bytes[at] == UInt8(ascii: "\"") else {
            throw fault("expected a member's name in double quotes")
        }
        var name: [UInt8]
        switch try string(bytes) {
        case .string(let range):
            name = []
            name.reserveCapacity(range.count)
            for index in range { name.append(bytes[index]) }
        case .escaped(let text): name = text
        default: name = []
        }
        skipSpace(bytes)
        guard take(bytes, UInt8(ascii: ":")) else { throw fault("expected ':' after a member's name") }
        skipSpace(bytes)
        return name
    }

    /// The value that begins here.
    mutating func value(_ bytes: Span<UInt8>) throws(Fault) -> Value {
        guard at < end else { throw fault("the line ends where a value should stand") }
        let start = at
        switch bytes[at] {
        case UInt8(ascii: "\""): return try string(bytes)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try skipNested(bytes)
            return .plain(start..<at)
        case UInt8(ascii: "n"):
            try literal(bytes, "null")
            return .null
        case UInt8(ascii: "t"):
            try literal(bytes, "true")
            return .plain(start..<at)
        case UInt8(ascii: "f"):
            try literal(bytes, "false")
            return .plain(start..<at)
        default:
            try number(bytes)
            return .plain(start..<at)
        }
    }

    private mutating func literal(_ bytes: Span<UInt8>, _ word: StaticString) throws(Fault) {
        let stop = at + word.utf8CodeUnitCount
        guard stop <= end, NumberText.matches(bytes, at..<stop, word) else {
            throw fault("expected '\(word)'")
        }
        at = stop
    }

    private mutating func number(_ bytes: Span<UInt8>) throws(Fault) {
        _ = take(bytes, UInt8(ascii: "-"))
        if !take(bytes, UInt8(ascii: "0")) { try digits(bytes) }
        if take(bytes, UInt8(ascii: ".")) { try digits(bytes) }
        if take(bytes, UInt8(ascii: "e")) || take(bytes, UInt8(ascii: "E")) {
            if !take(bytes, UInt8(ascii: "+")) { _ = take(bytes, UInt8(ascii: "-")) }
            try digits(bytes)
        }
    }

    private mutating func digits(_ bytes: Span<UInt8>) throws(Fault) {
        let start = at
        while at < end, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        guard at > start else { throw fault("expected a value") }
    }

    /// Passes over an array or an object, checking that its brackets and strings close.
    private mutating func skipNested(_ bytes: Span<UInt8>) throws(Fault) {
        let start = at
        var open: [UInt8] = []
        while at < end {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                _ = try string(bytes)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.count < 512 else { throw fault("values nest deeper than 512 levels") }
                open.append(bytes[at] + 2)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() == bytes[at] else { throw fault("the bracket does not match") }
                if open.isEmpty {
                    at += 1
                    return
                }
            default: break
            }
            at += 1
        }
        throw fault("the bracket is never closed", at: start)
    }

    private mutating func string(_ bytes: Span<UInt8>) throws(Fault) -> Value {
        let start = at + 1
        at = start
        while at < end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return .string(start..<at - 1)
            }
            guard byte >= 0x20 else { throw fault("a control character in a string must be escaped") }
            if byte == UInt8(ascii: "\\") { return try escapedString(bytes, from: start) }
            at += 1
        }
        throw fault("the string is never closed", at: start - 1)
    }

    private mutating func escapedString(_ bytes: Span<UInt8>, from start: Int) throws(Fault) -> Value {
        var text: [UInt8] = []
        for index in start..<at { text.append(bytes[index]) }
        while at < end {
            let byte = bytes[at]
            guard byte >= 0x20 else { throw fault("a control character in a string must be escaped") }
            at += 1
            if byte == UInt8(ascii: "\"") { return .escaped(text) }
            if byte == UInt8(ascii: "\\") {
                try escape(bytes, into: &text)
            } else {
                text.append(byte)
            }
        }
        throw fault("the string is never closed", at: start - 1)
    }

    private mutating func escape(_ bytes: Span<UInt8>, into text: inout [UInt8]) throws(Fault) {
        guard at < end else { throw fault("the line ends inside an escape") }
        let kind = bytes[at]
        at += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(kind)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourDigits(bytes)
            if (0xd800..<0xdc00).contains(code) {
                guard take(bytes, UInt8(ascii: "\\")), take(bytes, UInt8(ascii: "u")) else {
                    throw fault("a high surrogate must be followed by a low one")
                }
                let low = try fourDigits(bytes)
                guard (0xdc00..<0xe000).contains(low) else {
                    throw fault("a high surrogate must be followed by a low one")
                }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("a low surrogate stands alone") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw fault("unknown escape", at: at - 2)
        }
    }

    private mutating func fourDigits(_ bytes: Span<UInt8>) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard at < end, let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
                throw fault("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    private mutating func take(_ bytes: Span<UInt8>, _ byte: UInt8) -> Bool {
        guard at < end, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while at < end, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0d { at += 1 }
    }

    private func fault(_ message: String, at place: Int? = nil) -> Fault {
        Fault(message: message, at: place ?? at)
    }
}
