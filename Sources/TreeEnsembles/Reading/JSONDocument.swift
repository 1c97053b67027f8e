// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Scans JSON text into a ``DocumentValue``.
///
/// NaN and Infinity are taken as numbers, as XGBoost writes them.
struct JSONDocumentScanner {
    private let bytes: [UInt8]
    private var position: Int
    private var document: DocumentBuilder
    private static let maximumDepth = 256

    /// Scans a whole text, which must hold one value.
    static func scan(_ bytes: [UInt8], from start: Int = 0) throws(TreeEnsembleError) -> DocumentValue {
        var scanner = JSONDocumentScanner(bytes: bytes, position: start)
        scanner.skipSpace()
        try scanner.value(depth: 0)
        scanner.skipSpace()
        guard scanner.position == bytes.count else {
            throw .malformed("the JSON text goes on after its value", at: scanner.position)
        }
        return scanner.document.finish().value(at: 0)
    }

    private init(bytes: [UInt8], position: Int) {
        self.bytes = bytes
        self.position = position
        document = DocumentBuilder(bytes: bytes)
    }

    private mutating func value(depth: Int) throws(TreeEnsembleError) {
        guard depth < Self.maximumDepth else {
            throw TreeEnsembleError(
                .limitExceeded, "values nest deeper than \(Self.maximumDepth) levels", byteOffset: position)
        }
        guard position < bytes.count else { throw .malformed("the JSON text ends too early", at: position) }
        switch bytes[position] {
        case UInt8(ascii: "{"): try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "\""): document.add(try string())
        case UInt8(ascii: "t") where matches("true"): take(4, .yes)
        case UInt8(ascii: "f") where matches("false"): take(5, .no)
        case UInt8(ascii: "n") where matches("null"): take(4, .null)
        default:
            let start = position
            skipNumber()
            guard position > start else { throw .malformed("expected a JSON value", at: start) }
            document.add(.number, start..<position)
        }
    }

    private mutating func object(depth: Int) throws(TreeEnsembleError) {
        position += 1
        var object = document.open(.object)
        skipSpace()
        if take(UInt8(ascii: "}")) { return document.close(object) }
        while true {
            skipSpace()
            let start = position
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw .malformed("expected a member name in double quotes", at: position)
            }
            let name = try string()
            guard document.startMember(name, of: &object) else {
                throw .malformed(
                    "the member '\(name.text(in: bytes))' appears twice in one object", at: start)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw .malformed("expected ':'", at: position) }
            skipSpace()
            try value(depth: depth + 1)
            skipSpace()
            if take(UInt8(ascii: "}")) { return document.close(object) }
            guard take(UInt8(ascii: ",")) else { throw .malformed("expected ',' or '}'", at: position) }
        }
    }

    private mutating func array(depth: Int) throws(TreeEnsembleError) {
        position += 1
        skipSpace()
        let start = position
        if position < bytes.count, Self.startsNumbers[Int(bytes[position])] {
            // Only the grammar of the whole is looked at; that of the numbers is checked when they are read.
            position = ByteSearch.firstBracketOrQuote(in: bytes, from: position)
            if take(UInt8(ascii: "]")) {
                return document.add(.numbers, start..<position - 1)
            }
        }
        position = start
        var array = document.open(.array)
        while true {
            skipSpace()
            document.startElement(of: &array)
            try value(depth: depth + 1)
            skipSpace()
            if take(UInt8(ascii: "]")) { return document.close(array) }
            guard take(UInt8(ascii: ",")) else { throw .malformed("expected ',' or ']'", at: position) }
        }
    }

    /// Goes past everything that a number is made of.
    ///
    /// Its grammar is checked when it is read.
    private mutating func skipNumber() {
        while position < bytes.count, Self.isNumber[Int(bytes[position])] { position += 1 }
    }

    /// For each byte whether a number or a word in place of one may hold it.
    private static let isNumber: [Bool] = (0..<256).map {
        "0123456789+-.eENaInfityrusl".utf8.contains(UInt8($0))
    }
    /// The same, or the end of an array: an array without strings, arrays and objects starts so.
    private static let startsNumbers: [Bool] = (0..<256).map {
        isNumber[$0] || UInt8($0) == UInt8(ascii: "]")
    }

    private mutating func string() throws(TreeEnsembleError) -> DocumentString {
        let start = position
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                defer { position += 1 }
                return .inFile(start + 1..<position)
            }
            if byte == UInt8(ascii: "\\") {
                var scalars = Array(bytes[start + 1..<position])
                return .text(try escapedString(from: start, into: &scalars))
            }
            guard byte >= 0x20 else { throw .malformed("a string holds a control character", at: position) }
            position += 1
        }
        throw .malformed("a string does not end", at: start)
    }

    private mutating func escapedString(
        from start: Int, into text: inout [UInt8]
    ) throws(TreeEnsembleError) -> String {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard position < bytes.count else { break }
            let escape = bytes[position]
            position += 1
            switch escape {
            case UInt8(ascii: "n"): text.append(10)
            case UInt8(ascii: "t"): text.append(9)
            case UInt8(ascii: "r"): text.append(13)
            case UInt8(ascii: "b"): text.append(8)
            case UInt8(ascii: "f"): text.append(12)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
            case UInt8(ascii: "u"):
                var units = [try hexadecimalUnit()]
                if units[0] & 0xfc00 == 0xd800, matches("\\u") {
                    position += 2
                    units.append(try hexadecimalUnit())
                }
                text.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
            default: throw .malformed("a string holds an unknown escape", at: position - 1)
            }
        }
        throw .malformed("a string does not end", at: start)
    }

    private mutating func hexadecimalUnit() throws(TreeEnsembleError) -> UInt16 {
        guard position + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw .malformed("a \\u escape has no four hexadecimal digits", at: position) }
        position += 4
        return unit
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(_ count: Int, _ word: Document.Entry.Kind) {
        position += count
        document.add(word)
    }

    private func matches(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        // The pointer is the literal's own, of the length that it says.
        return unsafe UnsafeBufferPointer(start: word.utf8Start, count: count)
            .elementsEqual(bytes[position..<position + count])
    }
}
