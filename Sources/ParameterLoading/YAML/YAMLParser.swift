// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A parser for YAML 1.2.2 that builds values with the core schema.
///
/// It reads the bytes once, from front to back, with one function for each family of productions. A line's
/// indentation decides who owns the line, so there is no token stream in between and no backtracking: an implicit
/// key is parsed as the node it is, and the colon behind it tells that it was a key.
struct YAMLParser {
    let bytes: [UInt8]
    let source: Int32
    let limits: ParserLimits

    var position = 0
    /// Where the current line begins.
    var lineStart = 0
    /// The spaces that the line at ``measuredLine`` begins with.
    var indent = 0
    /// The spaces and tabs that the line at ``measuredLine`` begins with.
    var leading = 0
    var measuredLine = 0

    /// Anchored nodes of the document, with the count of nodes that each stands for and the place of the anchor.
    var anchors: [String: (node: Node, weight: Int, place: Int)] = [:]
    /// Anchors whose node is not complete yet, with their places.
    var openAnchors: [String: Int] = [:]
    /// The prefixes of `%TAG` directives.
    var tagHandles: [String: String] = [:]
    /// Nodes built so far, those that aliases stand for included.
    var nodeCount = 0
    var aliasedCount = 0
    /// Characters that only quoted scalars may hold; each scalar removes its own.
    var quotedOnly: [Int] = []

    /// Parses a stream into the root nodes of its documents.
    ///
    /// - Parameter text: From ``YAMLEncoding``: UTF-8, checked, with line feeds as only line breaks.
    static func parse(
        _ text: YAMLEncoding.Text, source: Int32, limits: ParserLimits = .init()
    ) throws(SyntaxError) -> [Node] {
        var parser = YAMLParser(bytes: text.bytes, source: source, limits: limits)
        parser.quotedOnly = text.quotedOnly
        return try parser.parseStream()
    }

    private init(bytes: [UInt8], source: Int32, limits: ParserLimits) {
        self.bytes = bytes
        self.source = source
        self.limits = limits
    }

    // MARK: The stream

    private mutating func parseStream() throws(SyntaxError) -> [Node] {
        var documents: [Node] = []
        measureLine()
        while true {
            try skipDocumentPrefix()
            guard position < bytes.count else { break }
            if isAtMarker(UInt8(ascii: ".")) {
                try skipEndMarker()
                continue
            }
            tagHandles = [:]
            anchors.removeAll(keepingCapacity: true)
            openAnchors = [:]
            if byte(position) == UInt8(ascii: "%"), position == lineStart { try parseDirectives() }
            let root: Node
            if isAtMarker(UInt8(ascii: "-")) {
                position += 3
                root = try parseBlockNode(
                    parent: -1, allowsSequenceAtParent: false, isCompact: false, depth: 0)
            } else {
                root = try parseBlockNode(
                    parent: -1, allowsSequenceAtParent: false, isCompact: false, isFresh: true, depth: 0)
            }
            documents.append(root)
            try skipToToken()
            if position < bytes.count, !isAtMarker { throw unexpected() }
        }
        if let offset = quotedOnly.first {
            throw fault("this character may stand in a quoted scalar only", at: offset)
        }
        return documents
    }

    /// Skips byte order marks, comments and empty lines before a document.
    private mutating func skipDocumentPrefix() throws(SyntaxError) {
        while true {
            if position == lineStart, byte(position) == 0xef, byte(position + 1) == 0xbb,
                byte(position + 2) == 0xbf
            {
                quotedOnly.removeAll { $0 == position }
                position += 3
                measureLine()
                continue
            }
            let before = position
            try skipToToken()
            if position == before || byte(position) != 0xef || position != lineStart { return }
        }
    }

    private mutating func skipEndMarker() throws(SyntaxError) {
        position += 3
        let line = lineStart
        try skipToToken()
        guard lineStart != line || position >= bytes.count else {
            throw fault("only a comment may follow '...' on its line")
        }
    }

    // MARK: Lines

    /// The byte at an offset; zero, which no text holds, at the end.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    /// Whether a blank, a line break or the end is at an offset.
    @inline(__always)
    func isSeparator(_ offset: Int) -> Bool {
        let byte = byte(offset)
        return byte == 0x20 || byte == 0x0a || byte == 0x09 || byte == 0
    }

    /// Takes the current position as the start of a line and measures its indentation.
    mutating func measureLine() {
        lineStart = position
        measuredLine = position
        var end = position
        while byte(end) == 0x20 { end += 1 }
        indent = end - position
        while byte(end).isBlank { end += 1 }
        leading = end - position
    }

    /// Whether the position is at the first token of its line.
    var isFirstOnLine: Bool { measuredLine == lineStart && position == lineStart + leading }

    @inline(__always)
    mutating func skipBlanks() {
        while byte(position).isBlank { position += 1 }
    }

    /// Skips blanks, comments and line breaks.
    mutating func skipToToken() throws(SyntaxError) {
        var isSeparated = position == lineStart || bytes[position - 1].isBlank
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09:
                position += 1
                isSeparated = true
            case 0x0a:
                position += 1
                measureLine()
                position += leading
                isSeparated = true
            case UInt8(ascii: "#"):
                guard isSeparated else { throw fault("a comment needs a space before its '#'") }
                while position < bytes.count, bytes[position] != 0x0a { position += 1 }
            default: return
            }
        }
    }

    /// Whether the position is at `---` or `...` at the start of a line.
    var isAtMarker: Bool { position == lineStart && isMarker(at: lineStart) }

    func isAtMarker(_ character: UInt8) -> Bool { isAtMarker && bytes[position] == character }

    func isMarker(at offset: Int) -> Bool {
        let first = byte(offset)
        guard first == UInt8(ascii: "-") || first == UInt8(ascii: ".") else { return false }
        return byte(offset + 1) == first && byte(offset + 2) == first && isSeparator(offset + 3)
    }

    // MARK: Faults

    func fault(_ message: String, at offset: Int? = nil) -> SyntaxError {
        SyntaxError(message, at: offset ?? position)
    }

    /// What to say about a token that cannot stand where it stands.
    func unexpected() -> SyntaxError {
        guard position < bytes.count else { return fault("the text ends too early") }
        if measuredLine == lineStart, leading != indent, position == lineStart + leading {
            return fault("tabs cannot indent a block; use spaces", at: lineStart + indent)
        }
        switch bytes[position] {
        case UInt8(ascii: ":"):
            if measuredLine != lineStart {
                return fault(
                    "this line continues the text above, so no key can be here; check its indentation and the line above"
                )
            }
            return fault(
                "a mapping cannot begin here; put the text in quotes if this ':' belongs to it")
        case UInt8(ascii: "]"), UInt8(ascii: "}"): return fault("nothing is open that this bracket closes")
        default:
            if isFirstOnLine { return fault("this line's indentation fits none of the open blocks") }
            if position > 0, bytes[position - 1] == UInt8(ascii: "'") {
                return fault("the text ends at the quote before this; a quote inside is written ''")
            }
            return fault("expected the end of the line after the value")
        }
    }

    /// The line of an offset, for messages.
    func lineNumber(_ offset: Int) -> Int { bytes[..<min(offset, bytes.count)].count { $0 == 0x0a } + 1 }

    func origin(_ offset: Int) -> Origin { Origin(source, offset) }
}
