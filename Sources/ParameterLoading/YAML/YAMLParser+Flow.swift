// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Flow sequences and mappings: YAML 1.2.2, section 7.4.
extension YAMLParser {
    /// Parses `[…]` or `{…}`; each of its lines must be indented by the minimum.
    mutating func parseFlowCollection(minimumIndent: Int, depth: Int) throws(SyntaxError) -> Node {
        guard depth < limits.depth else { throw fault("collections nest deeper than \(limits.depth) levels") }
        nodeCount += 1
        return bytes[position] == UInt8(ascii: "[")
            ? try parseFlowSequence(minimumIndent, depth + 1) : try parseFlowMapping(minimumIndent, depth + 1)
    }

    private mutating func parseFlowSequence(_ minimumIndent: Int, _ depth: Int) throws(SyntaxError) -> Node {
        let start = position
        position += 1
        var elements: [Node] = []
        while true {
            try skipInFlow(minimumIndent, opened: start)
            if bytes[position] == UInt8(ascii: "]") { break }
            elements.append(try parseFlowElement(minimumIndent, depth, opened: start))
            try skipInFlow(minimumIndent, opened: start)
            if bytes[position] == UInt8(ascii: "]") { break }
            guard bytes[position] == UInt8(ascii: ",") else { throw expectedInFlow("',' or ']'") }
            position += 1
        }
        position += 1
        return Node(.list(elements), at: origin(start))
    }

    /// Parses an element of a flow sequence, which may be a single pair.
    private mutating func parseFlowElement(
        _ minimumIndent: Int, _ depth: Int, opened: Int
    ) throws(SyntaxError) -> Node {
        let start = position
        let line = lineStart
        let key: Key
        if bytes[start] == UInt8(ascii: "?"), isSeparator(start + 1) {
            position += 1
            try skipInFlow(minimumIndent, opened: opened)
            key = try parseFlowKey(minimumIndent, depth, isExplicit: true).key
            try skipInFlow(minimumIndent, opened: opened)
            guard bytes[position] == UInt8(ascii: ":") else {
                return try pair(key, Node(.null, at: origin(start)), start)
            }
        } else if isFlowColon(start) {
            key = Key(text: "", offset: start, isEmpty: true)
        } else {
            let isJSONLike = isJSONLikeStart()
            let (node, text) = try parseFlowNode(minimumIndent, depth, keepsText: false)
            var next = position
            while byte(next).isBlank { next += 1 }
            guard byte(next) == UInt8(ascii: ":"), isJSONLike || isFlowColon(next) else { return node }
            guard line == lineStart else { throw fault("a pair's key must be on one line", at: start) }
            position = next
            try checkKeyLength(from: start)
            key = text.map { Key(text: $0, offset: start) } ?? self.key(of: node, at: start)
        }
        position += 1
        let value = try parseFlowValue(minimumIndent, depth, opened: opened)
        return try pair(key, value, start)
    }

    private mutating func pair(_ key: Key, _ value: Node, _ start: Int) throws(SyntaxError) -> Node {
        var members = Members()
        try append(key, value, to: &members)
        nodeCount += 1
        return Node(.mapping(members), at: origin(start))
    }

    private mutating func parseFlowMapping(_ minimumIndent: Int, _ depth: Int) throws(SyntaxError) -> Node {
        let start = position
        position += 1
        var members = Members()
        while true {
            try skipInFlow(minimumIndent, opened: start)
            if bytes[position] == UInt8(ascii: "}") { break }
            let isExplicit = bytes[position] == UInt8(ascii: "?") && isSeparator(position + 1)
            if isExplicit {
                position += 1
                try skipInFlow(minimumIndent, opened: start)
            }
            let (key, isJSONLike) = try parseFlowKey(minimumIndent, depth, isExplicit: isExplicit)
            try skipInFlow(minimumIndent, opened: start)
            var value = Node(.null, at: origin(key.offset))
            if bytes[position] == UInt8(ascii: ":"), isJSONLike || isFlowColon(position) {
                position += 1
                value = try parseFlowValue(minimumIndent, depth, opened: start, isAdjacent: isJSONLike)
                try skipInFlow(minimumIndent, opened: start)
            }
            try append(key, value, to: &members)
            if bytes[position] == UInt8(ascii: "}") { break }
            guard bytes[position] == UInt8(ascii: ",") else { throw expectedInFlow("',' or '}'") }
            position += 1
        }
        position += 1
        return Node(.mapping(members), at: origin(start))
    }

    /// Parses a key, which may be empty, and tells whether a value may stand close to its colon.
    ///
    /// - Parameter isExplicit: Whether `?` stands before it; only then may both the key and its colon be missing.
    private mutating func parseFlowKey(
        _ minimumIndent: Int, _ depth: Int, isExplicit: Bool
    ) throws(SyntaxError) -> (key: Key, isJSONLike: Bool) {
        let start = position
        let next = bytes[start]
        let isEnd = next == UInt8(ascii: ",") || next == UInt8(ascii: "}") || next == UInt8(ascii: "]")
        if isFlowColon(start) || isExplicit && isEnd {
            return (Key(text: "", offset: start, isEmpty: true), false)
        }
        let isJSONLike = isJSONLikeStart()
        let (node, text) = try parseFlowNode(minimumIndent, depth, keepsText: true)
        return (text.map { Key(text: $0, offset: start) } ?? key(of: node, at: start), isJSONLike)
    }

    /// Parses what stands behind a pair's colon, which may be nothing.
    private mutating func parseFlowValue(
        _ minimumIndent: Int, _ depth: Int, opened: Int, isAdjacent: Bool = true
    ) throws(SyntaxError) -> Node {
        let start = position
        try skipInFlow(minimumIndent, opened: opened)
        switch bytes[position] {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
            nodeCount += 1
            return Node(.null, at: origin(start))
        default:
            guard isAdjacent || position > start else { throw fault("a space is missing behind the ':'") }
            return try parseFlowNode(minimumIndent, depth, keepsText: false).node
        }
    }

    /// Parses a node inside brackets.
    ///
    /// - Parameter keepsText: Whether a plain scalar shall stay the text it was written as, as for keys.
    /// - Returns: The node, and the text of a scalar that was not quoted.
    private mutating func parseFlowNode(
        _ minimumIndent: Int, _ depth: Int, keepsText: Bool
    ) throws(SyntaxError) -> (node: Node, text: String?) {
        var properties = Properties()
        let start = position
        if bytes[start] == UInt8(ascii: "&") || bytes[start] == UInt8(ascii: "!") {
            while bytes[position] == UInt8(ascii: "&") || bytes[position] == UInt8(ascii: "!") {
                try properties.merge(parseProperties(isInFlow: true))
                try skipInFlow(minimumIndent, opened: start)
            }
            switch bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
                return (try finishEmpty(properties, at: start), nil)
            default:
                if isFlowColon(position) { return (try finishEmpty(properties, at: start), nil) }
            }
        }
        let place = position
        switch bytes[place] {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            let count = try open(properties)
            let node = try parseFlowCollection(minimumIndent: minimumIndent, depth: depth)
            return (try close(node, properties, since: count), nil)
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return (try finish(text: parseQuoted(minimumIndent: minimumIndent), properties, at: place), nil)
        case UInt8(ascii: "*"):
            guard properties.isEmpty else { throw fault("an alias has no anchor and no tag of its own") }
            return (try parseAlias(), nil)
        default:
            try checkPlainStart(isInFlow: true)
            let end = scanPlainLine(isInFlow: true)
            if byte(position) == 0x0a,
                let text = continuePlain(place, end, minimumIndent: minimumIndent, isInFlow: true)
            {
                return (try finishPlain(text, properties, at: place), text)
            }
            // The text of an element is wanted only if it becomes a key, which the next byte nearly always denies.
            let next = byte(position)
            let mayBeKey = keepsText || next == UInt8(ascii: ":")
            return (try finishPlain(place, end, properties), mayBeKey ? text(place, end) : nil)
        }
    }

    /// Whether the token is one that JSON has too, whose colon may be followed closely by the value.
    ///
    /// Anchors and tags before it are skipped over.
    private func isJSONLikeStart() -> Bool {
        var index = position
        while byte(index) == UInt8(ascii: "&") || byte(index) == UInt8(ascii: "!") {
            while !isSeparator(index) { index += 1 }
            while isSeparator(index), index < bytes.count { index += 1 }
        }
        switch byte(index) {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "["), UInt8(ascii: "{"): return true
        default: return false
        }
    }

    /// Whether a colon that cannot belong to a plain scalar is at an offset.
    private func isFlowColon(_ offset: Int) -> Bool {
        byte(offset) == UInt8(ascii: ":") && (isSeparator(offset + 1) || isFlowIndicator(byte(offset + 1)))
    }

    @inline(__always)
    func isFlowIndicator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    /// Skips blanks, comments and line breaks between brackets; the end of the text is a fault.
    private mutating func skipInFlow(_ minimumIndent: Int, opened: Int) throws(SyntaxError) {
        guard position >= bytes.count || isSeparator(position) || bytes[position] == UInt8(ascii: "#") else {
            return
        }
        let line = lineStart
        try skipToToken()
        guard position < bytes.count else {
            throw fault("this '\(Character(Unicode.Scalar(bytes[opened])))' is never closed", at: opened)
        }
        guard line != lineStart else { return }
        if isAtMarker { throw fault("a document marker cannot stand between brackets") }
        guard indent >= minimumIndent else {
            throw fault(
                "the '\(Character(Unicode.Scalar(bytes[opened])))' of line \(lineNumber(opened)) is still open, and its lines must be indented deeper than the block around it"
            )
        }
    }

    private func expectedInFlow(_ what: String) -> SyntaxError {
        fault(position < bytes.count ? "expected \(what)" : "the text ends inside brackets")
    }
}
