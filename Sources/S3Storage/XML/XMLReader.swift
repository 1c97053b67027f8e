// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads the answers of S3: the part of XML 1.0 (Fifth Edition) without document type declarations.
///
/// Without those there are no entities of the document's own, so nothing expands and nothing is fetched. Elements, text,
/// CDATA, character references, the five predefined entities, comments and processing instructions are read; attributes
/// are checked and dropped. FoundationXML would bring libxml2 along for this.
struct XMLReader {
    /// How deep elements may nest.
    static let maximumDepth = 32
    /// How many elements a document may have.
    static let maximumCount = 200_000

    private let bytes: [UInt8]
    private var position = 0
    private var count = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a document and returns its root.
    static func read(_ bytes: [UInt8]) throws(XMLError) -> XMLElement {
        var reader = XMLReader(bytes)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { reader.position = 3 }
        try reader.skipBetweenElements()
        guard reader.take("<") else { throw reader.fault("expected an element") }
        let root = try reader.readElement(depth: 1)
        try reader.skipBetweenElements()
        guard reader.position == bytes.count else {
            throw reader.fault("the document goes on after its root")
        }
        return root
    }

    /// Reads an element whose opening bracket is taken.
    private mutating func readElement(depth: Int) throws(XMLError) -> XMLElement {
        count += 1
        guard depth <= XMLReader.maximumDepth, count <= XMLReader.maximumCount else {
            throw fault("more elements than an answer has, or deeper")
        }
        let qualified = try readName()
        var element = XMLElement(name: XMLReader.localName(qualified))
        guard try !skipAttributes() else { return element }
        var text: [UInt8] = []
        while true {
            guard position < bytes.count else { throw fault("the element '\(element.name)' is not closed") }
            if take("</") {
                guard try readName() == qualified else {
                    throw fault("another element is closed than opened")
                }
                skipSpace()
                guard take(">") else { throw fault("expected '>'") }
                guard let content = String(validating: text, as: UTF8.self) else {
                    throw fault("the text is not UTF-8")
                }
                element.text = content
                return element
            } else if take("<![CDATA[") {
                text += try readUntil("]]>")
            } else if try skipCommentOrInstruction() {
                continue
            } else if take("<") {
                element.children.append(try readElement(depth: depth + 1))
            } else if take("&") {
                text += try readReference()
            } else {
                let rest = bytes[position...]
                let end =
                    rest.firstIndex { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") } ?? rest.endIndex
                text += rest[..<end]
                position = end
            }
        }
    }

    private mutating func readName() throws(XMLError) -> [UInt8] {
        let start = position
        while position < bytes.count, XMLReader.isName(bytes[position]) { position += 1 }
        guard position > start, !(UInt8(ascii: "-")...UInt8(ascii: "9")).contains(bytes[start]) else {
            throw fault("expected a name")
        }
        return Array(bytes[start..<position])
    }

    /// Skips attributes and the end of an opening tag; true where the element has no content.
    private mutating func skipAttributes() throws(XMLError) -> Bool {
        while true {
            let hasSpace = skipSpace()
            if take("/>") { return true }
            if take(">") { return false }
            guard hasSpace else { throw fault("expected white space, '>' or '/>'") }
            _ = try readName()
            skipSpace()
            guard take("=") else { throw fault("expected '='") }
            skipSpace()
            guard position < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[position])
            else {
                throw fault("expected a value in quotes")
            }
            let quote = bytes[position]
            position += 1
            while position < bytes.count, bytes[position] != quote, bytes[position] != UInt8(ascii: "<") {
                position += 1
            }
            guard position < bytes.count, bytes[position] == quote else {
                throw fault("a value is not closed")
            }
            position += 1
        }
    }

    /// Reads a reference whose ampersand is taken, as UTF-8.
    private mutating func readReference() throws(XMLError) -> [UInt8] {
        let start = position
        let end = min(bytes.count, position + 12)
        guard let mark = bytes[position..<end].firstIndex(of: UInt8(ascii: ";")) else {
            throw fault("a reference is not closed")
        }
        let name = String(decoding: bytes[start..<mark], as: UTF8.self)
        position = mark + 1
        switch name {
        case "lt": return Array("<".utf8)
        case "gt": return Array(">".utf8)
        case "amp": return Array("&".utf8)
        case "quot": return Array("\"".utf8)
        case "apos": return Array("'".utf8)
        default:
            // Servers name control characters so, which XML 1.0 forbids; a key may hold them all the same.
            let number =
                name.hasPrefix("#x")
                ? UInt32(name.dropFirst(2), radix: 16)
                : name.hasPrefix("#") ? UInt32(name.dropFirst(1)) : nil
            guard let number, let scalar = Unicode.Scalar(number) else {
                throw fault("unknown reference '&\(name);'", at: start)
            }
            return Array(String(Character(scalar)).utf8)
        }
    }

    private mutating func skipCommentOrInstruction() throws(XMLError) -> Bool {
        if take("<!--") {
            _ = try readUntil("-->")
        } else if take("<?") {
            _ = try readUntil("?>")
        } else if take("<!") {
            throw fault("document type declarations are not taken")
        } else {
            return false
        }
        return true
    }

    private mutating func skipBetweenElements() throws(XMLError) {
        repeat { skipSpace() } while try skipCommentOrInstruction()
    }

    private mutating func readUntil(_ mark: String) throws(XMLError) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count {
            let end = position
            if take(mark) { return bytes[start..<end] }
            position += 1
        }
        throw fault("the document ends before '\(mark)'", at: start)
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = text.utf8
        guard bytes[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = position
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
        return position > start
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"), 0x80...0xff:
            true
        default: false
        }
    }

    private static func localName(_ name: [UInt8]) -> String {
        let start = name.lastIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? 0
        return String(decoding: name[start...], as: UTF8.self)
    }

    private func fault(_ message: String, at offset: Int? = nil) -> XMLError {
        XMLError(message: message, offset: offset ?? position)
    }
}
