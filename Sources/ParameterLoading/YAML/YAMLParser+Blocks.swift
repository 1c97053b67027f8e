// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Block nodes, sequences and mappings: YAML 1.2.2, chapter 8.
extension YAMLParser {
    /// A mapping's key, reduced to its text.
    struct Key {
        var text: String
        var offset: Int
        var isCollection = false
        /// Whether nothing was written for it.
        var isEmpty = false
    }

    /// Parses the node behind an indicator, on its line or on the lines below.
    ///
    /// - Parameters:
    ///   - parent: The indentation of the block that owns the node; the node's lines are deeper.
    ///   - allowsSequenceAtParent: Whether a sequence may be as deep as the parent, as below a mapping's key.
    ///   - isCompact: Whether a block collection may begin on the indicator's line, as behind `- `.
    ///   - isFresh: Whether the position is at the first token of a line, with no indicator before it.
    mutating func parseBlockNode(
        parent: Int, allowsSequenceAtParent: Bool, isCompact: Bool, isFresh: Bool = false, depth: Int
    ) throws(SyntaxError) -> Node {
        guard depth < limits.depth else { throw fault("collections nest deeper than \(limits.depth) levels") }
        let startLine = lineStart
        let start = position
        skipBlanks()
        let hasTab = isCompact && position > start && bytes[start..<position].contains(0x09)
        try skipToToken()
        var properties = Properties()
        while true {
            let mayBeBlock: Bool
            if isFresh || lineStart != startLine {
                guard position < bytes.count, !isAtMarker else {
                    return try finishEmpty(properties, at: start)
                }
                if indent <= parent {
                    guard allowsSequenceAtParent, indent == parent, isFirstOnLine, leading == indent,
                        byte(position) == UInt8(ascii: "-"), isSeparator(position + 1)
                    else { return try finishEmpty(properties, at: start) }
                    return try parseBlockSequence(at: parent, properties, depth: depth)
                }
                mayBeBlock = leading == indent
            } else {
                guard position < bytes.count else { return try finishEmpty(properties, at: start) }
                mayBeBlock = isCompact && !hasTab && properties.isEmpty
            }
            let token = position
            guard bytes[token] == UInt8(ascii: "&") || bytes[token] == UInt8(ascii: "!") else {
                return try parseBlockContent(
                    from: token, own: Properties(), outer: properties, parent: parent, mayBeBlock: mayBeBlock,
                    depth: depth)
            }
            let own = try parseProperties(isInFlow: false)
            skipBlanks()
            if position >= bytes.count || byte(position) == 0x0a || byte(position) == UInt8(ascii: "#") {
                try properties.merge(own)
                try skipToToken()
                continue
            }
            return try parseBlockContent(
                from: token, own: own, outer: properties, parent: parent, mayBeBlock: mayBeBlock, depth: depth
            )
        }
    }

    /// Parses what stands behind a node's properties.
    ///
    /// - Parameters:
    ///   - start: Where the first of the properties of this line, or the content itself, begins.
    ///   - own: The properties on the content's line; they are the key's if the content turns out to be one.
    ///   - outer: The properties on lines before.
    private mutating func parseBlockContent(
        from start: Int, own: Properties, outer: Properties, parent: Int, mayBeBlock: Bool, depth: Int
    ) throws(SyntaxError) -> Node {
        let column = start - lineStart
        switch bytes[position] {
        case UInt8(ascii: "-") where isSeparator(position + 1):
            guard mayBeBlock, own.isEmpty else {
                throw fault("a block sequence must begin on a line of its own")
            }
            return try parseBlockSequence(at: column, outer, depth: depth)
        case UInt8(ascii: "?") where isSeparator(position + 1):
            guard mayBeBlock, own.isEmpty else {
                throw fault("a block mapping must begin on a line of its own")
            }
            return try parseBlockMapping(at: column, outer, firstKey: nil, depth: depth)
        case UInt8(ascii: ":") where isSeparator(position + 1):
            guard mayBeBlock else { throw unexpected() }
            let key = try emptyKey(own, at: start)
            return try parseBlockMapping(at: column, outer, firstKey: key, depth: depth)
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            let properties = try outer.merging(own)
            let place = position
            let text = try parseBlockScalar(parent: parent)
            return try finish(text: text, properties, at: place)
        default:
            return try parseFlowOrKey(
                from: start, own: own, outer: outer, parent: parent, mayBeBlock: mayBeBlock, depth: depth)
        }
    }

    /// Parses a flow node in a block; if a colon follows on its line, it is the first key of a block mapping.
    private mutating func parseFlowOrKey(
        from start: Int, own: Properties, outer: Properties, parent: Int, mayBeBlock: Bool, depth: Int
    ) throws(SyntaxError) -> Node {
        let line = lineStart
        let column = start - lineStart
        let place = position
        switch bytes[place] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let text = try parseQuoted(minimumIndent: parent + 1)
            guard isAtKeyColon() else { return try finish(text: text, outer.merging(own), at: place) }
            try checkKey(from: start, line: line, mayBeBlock: mayBeBlock)
            _ = try finish(text: text, own, at: place)
            return try parseBlockMapping(
                at: column, outer, firstKey: Key(text: text, offset: start), depth: depth)
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "*"):
            let isAlias = bytes[place] == UInt8(ascii: "*")
            if isAlias, !own.isEmpty { throw fault("an alias has no anchor and no tag of its own") }
            let count = nodeCount
            var node =
                isAlias ? try parseAlias() : try parseFlowCollection(minimumIndent: parent + 1, depth: depth)
            guard isAtKeyColon() else {
                if isAlias {
                    guard outer.isEmpty else {
                        throw fault("an alias has no anchor and no tag of its own", at: place)
                    }
                    return node
                }
                return try close(node, outer.merging(own), since: count)
            }
            try checkKey(from: start, line: line, mayBeBlock: mayBeBlock)
            if !isAlias { node = try close(node, own, since: count) }
            return try parseBlockMapping(at: column, outer, firstKey: key(of: node, at: start), depth: depth)
        default:
            try checkPlainStart(isInFlow: false)
            let end = scanPlainLine(isInFlow: false)
            if byte(position) == UInt8(ascii: ":") {
                try checkKey(from: start, line: line, mayBeBlock: mayBeBlock)
                if !own.isEmpty { _ = try finishPlain(place, end, own) }
                let key = Key(text: text(place, end), offset: start)
                return try parseBlockMapping(at: column, outer, firstKey: key, depth: depth)
            }
            let properties = try outer.merging(own)
            if byte(position) == 0x0a,
                let text = continuePlain(place, end, minimumIndent: parent + 1, isInFlow: false)
            {
                return try finishPlain(text, properties, at: place)
            }
            return try finishPlain(place, end, properties)
        }
    }

    /// Whether a colon that ends an implicit key follows; then the position moves to it.
    private mutating func isAtKeyColon() -> Bool {
        var next = position
        while byte(next).isBlank { next += 1 }
        guard byte(next) == UInt8(ascii: ":"), isSeparator(next + 1) else { return false }
        position = next
        return true
    }

    private func checkKey(from start: Int, line: Int, mayBeBlock: Bool) throws(SyntaxError) {
        guard line == lineStart else {
            throw fault("a key must be on one line; use '? ' for a longer one", at: start)
        }
        guard mayBeBlock else { throw unexpected() }
        try checkKeyLength(from: start)
    }

    /// Implicit keys have at most 1024 characters (section 7.4.3), so that a reader need not look far.
    func checkKeyLength(from start: Int) throws(SyntaxError) {
        guard position - start > 1024 else { return }
        guard bytes[start..<position].count(where: { $0 & 0xc0 != 0x80 }) <= 1024 else {
            throw fault("a key without '? ' may have at most 1024 characters", at: start)
        }
    }

    // MARK: Sequences

    private mutating func parseBlockSequence(
        at column: Int, _ properties: Properties, depth: Int
    ) throws(SyntaxError) -> Node {
        let place = position
        let count = try open(properties)
        var elements: [Node] = []
        repeat {
            position += 1
            elements.append(
                try parseBlockNode(
                    parent: column, allowsSequenceAtParent: false, isCompact: true, depth: depth + 1))
        } while try continues(at: column) && byte(position) == UInt8(ascii: "-") && isSeparator(position + 1)
        return try close(Node(.list(elements), at: origin(place)), properties, since: count)
    }

    /// Whether another line of the block at a column follows; then the position is at its first token.
    private mutating func continues(at column: Int) throws(SyntaxError) -> Bool {
        try skipToToken()
        guard position < bytes.count, !isAtMarker else { return false }
        guard isFirstOnLine, leading == indent, indent <= column else { throw unexpected() }
        return indent == column
    }

    // MARK: Mappings

    private mutating func parseBlockMapping(
        at column: Int, _ properties: Properties, firstKey: Key?, depth: Int
    ) throws(SyntaxError) -> Node {
        let place = firstKey?.offset ?? position
        let count = try open(properties)
        var members = Members()
        var pending = firstKey
        repeat {
            let key: Key
            var value: Node
            if pending == nil, byte(position) == UInt8(ascii: "?"), isSeparator(position + 1) {
                let start = position
                position += 1
                let node = try parseBlockNode(
                    parent: column, allowsSequenceAtParent: true, isCompact: true, depth: depth + 1)
                key = explicitKey(of: node, at: start)
                if try continues(at: column), byte(position) == UInt8(ascii: ":"), isSeparator(position + 1) {
                    position += 1
                    value = try parseBlockNode(
                        parent: column, allowsSequenceAtParent: true, isCompact: true, depth: depth + 1)
                } else {
                    value = Node(.null, at: origin(start))
                }
            } else {
                if let known = pending { key = known } else { key = try parseImplicitKey(depth: depth) }
                pending = nil
                position += 1
                value = try parseBlockNode(
                    parent: column, allowsSequenceAtParent: true, isCompact: false, depth: depth + 1)
            }
            try append(key, value, to: &members)
        } while try continues(at: column)
        return try close(Node(.mapping(members), at: origin(place)), properties, since: count)
    }

    func append(_ key: Key, _ value: Node, to members: inout Members) throws(SyntaxError) {
        let member = Member(
            key: key.text, keyOrigin: origin(key.offset), value: value,
            isKeyText: !key.isCollection && !key.isEmpty)
        if members.append(member) { return }
        // Keys that are not plain texts are compared by no application of ours; only texts must be unique.
        guard !member.isKeyText || members.place(of: key.text).map({ members.entries[$0].isKeyText }) == false
        else {
            let first = members.place(of: key.text).map { members.entries[$0].keyOrigin.offset } ?? 0
            throw fault(
                "the key '\(key.text)' appears twice in one mapping; first on line \(lineNumber(Int(first)))",
                at: key.offset)
        }
        members.set(member)
    }

    /// Parses a key and moves to the colon behind it.
    private mutating func parseImplicitKey(depth: Int) throws(SyntaxError) -> Key {
        let start = position
        let line = lineStart
        var own = Properties()
        if bytes[position] == UInt8(ascii: "&") || bytes[position] == UInt8(ascii: "!") {
            own = try parseProperties(isInFlow: false)
            skipBlanks()
        }
        let place = position
        let key: Key
        switch byte(position) {
        case UInt8(ascii: ":") where isSeparator(position + 1): return try emptyKey(own, at: start)
        case UInt8(ascii: "-") where isSeparator(position + 1):
            throw fault("a sequence's '-' cannot stand among the keys of a mapping")
        case 0, 0x0a, UInt8(ascii: "#"): throw fault("expected a key", at: start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let text = try parseQuoted(minimumIndent: 0)
            if !own.isEmpty { _ = try finish(text: text, own, at: place) }
            key = Key(text: text, offset: start)
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            let count = nodeCount
            let node = try parseFlowCollection(minimumIndent: 0, depth: depth)
            key = self.key(of: try close(node, own, since: count), at: start)
        case UInt8(ascii: "*"):
            if !own.isEmpty { throw fault("an alias has no anchor and no tag of its own", at: start) }
            key = self.key(of: try parseAlias(), at: start)
        default:
            try checkPlainStart(isInFlow: false)
            let end = scanPlainLine(isInFlow: false)
            if !own.isEmpty { _ = try finishPlain(place, end, own) }
            key = Key(text: text(place, end), offset: start)
        }
        let end = position
        guard isAtKeyColon() else {
            throw fault(
                "expected ':' and a value behind the key '\(shortened(key.text))'",
                at: lineStart == line ? end : start)
        }
        guard lineStart == line else {
            throw fault("a key must be on one line; use '? ' for a longer one", at: start)
        }
        try checkKeyLength(from: start)
        return key
    }

    private func shortened(_ text: String) -> String { text.count > 40 ? text.prefix(40) + "…" : text }

    private mutating func emptyKey(_ properties: Properties, at start: Int) throws(SyntaxError) -> Key {
        var key = self.key(of: try finishEmpty(properties, at: start), at: start)
        key.isEmpty = true
        return key
    }

    /// The key behind `? `; a plain scalar stays the text it was written as, like a key without `? `.
    private func explicitKey(of node: Node, at offset: Int) -> Key {
        switch node.content {
        case .null, .bool, .integer, .natural, .number:
            var scanner = self
            scanner.position = Int(node.origin.offset)
            guard scanner.position < bytes.count, (try? scanner.checkPlainStart(isInFlow: false)) != nil
            else { break }
            let start = scanner.position
            let end = scanner.scanPlainLine(isInFlow: false)
            let written = CoreSchema.resolve(bytes, start, end)
            if case .string = written { break }
            if start < end { return Key(text: text(start, end), offset: offset) }
        default: break
        }
        return key(of: node, at: offset)
    }

    /// The text that stands for a node as a key.
    func key(of node: Node, at offset: Int) -> Key {
        switch node.content {
        case .null: Key(text: "", offset: offset, isEmpty: true)
        case .string(let text), .text(let text): Key(text: text, offset: offset)
        case .list, .mapping, .directive:
            Key(text: JSONText.text(of: node), offset: offset, isCollection: true)
        case .bool, .integer, .natural, .number: Key(text: JSONText.text(of: node), offset: offset)
        }
    }
}
