// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Anchors, tags and aliases: YAML 1.2.2, sections 6.9 and 7.1.
extension YAMLParser {
    /// What a tag asks for; tags that are not of the core schema do not change a value.
    enum Tag {
        /// The tag `!`: no resolution by content.
        case nonSpecific
        case null, bool, integer, number, string, sequence, mapping
        case directive(MergeDirective)
        case other
    }

    /// A node's anchor and tag.
    struct Properties {
        var anchor: String?
        var tag: Tag?
        /// Where they begin.
        var offset = 0

        var isEmpty: Bool { anchor == nil && tag == nil }

        mutating func merge(_ other: Properties) throws(SyntaxError) {
            if other.isEmpty { return }
            if anchor != nil, other.anchor != nil {
                throw SyntaxError("a node has one anchor at most", at: other.offset)
            }
            if tag != nil, other.tag != nil {
                throw SyntaxError("a node has one tag at most", at: other.offset)
            }
            if isEmpty { offset = other.offset }
            anchor = anchor ?? other.anchor
            tag = tag ?? other.tag
        }

        func merging(_ other: Properties) throws(SyntaxError) -> Properties {
            var merged = self
            try merged.merge(other)
            return merged
        }
    }

    /// Parses the anchor and the tag that stand on one line.
    mutating func parseProperties(isInFlow: Bool) throws(SyntaxError) -> Properties {
        var properties = Properties()
        while true {
            var next = Properties()
            next.offset = position
            if bytes[position] == UInt8(ascii: "&") {
                next.anchor = try parseAnchorName()
            } else {
                next.tag = try parseTag(isInFlow: isInFlow)
            }
            try properties.merge(next)
            guard isSeparator(position) || isInFlow && isFlowIndicator(byte(position)) else {
                throw fault("a space must follow an anchor or a tag")
            }
            var token = position
            while byte(token).isBlank { token += 1 }
            guard byte(token) == UInt8(ascii: "&") || byte(token) == UInt8(ascii: "!") else {
                return properties
            }
            position = token
        }
    }

    private mutating func parseAnchorName() throws(SyntaxError) -> String {
        position += 1
        let start = position
        while !isSeparator(position), !isFlowIndicator(bytes[position]) { position += 1 }
        guard position > start else {
            throw fault("a name is missing behind the '\(Character(Unicode.Scalar(bytes[start - 1])))'")
        }
        return text(start, position)
    }

    /// Parses `*name` into the node it stands for.
    mutating func parseAlias() throws(SyntaxError) -> Node {
        let start = position
        let name = try parseAnchorName()
        guard isSeparator(position) || isFlowIndicator(bytes[position]) else {
            throw fault("a space must follow an alias")
        }
        // The latest anchor of a name counts, be its node complete or not.
        if let open = openAnchors[name], anchors[name].map({ $0.place < open }) ?? true {
            throw fault("the alias '*\(name)' stands inside the node it refers to", at: start)
        }
        guard let (node, weight, _) = anchors[name] else {
            throw fault("no node before this place has the anchor '&\(name)'", at: start)
        }
        nodeCount += weight
        aliasedCount += weight
        guard aliasedCount <= limits.aliasedNodes else {
            throw fault("aliases expand to more than \(limits.aliasedNodes) nodes", at: start)
        }
        return node
    }

    private mutating func parseTag(isInFlow: Bool) throws(SyntaxError) -> Tag {
        let start = position
        position += 1
        if byte(position) == UInt8(ascii: "<") {
            position += 1
            let nameStart = position
            while isURICharacter(position) { position += 1 }
            let name = text(nameStart, position)
            guard position > nameStart, byte(position) == UInt8(ascii: ">"), name != "!" else {
                throw fault("expected a tag's URI between '!<' and '>'")
            }
            position += 1
            return name.hasPrefix("!") ? localTag(String(name.dropFirst())) : globalTag(name)
        }
        let nameStart = position
        while isTagCharacter(position) { position += 1 }
        guard byte(position) == UInt8(ascii: "!") else {
            if position == nameStart { return .nonSpecific }
            let suffix = text(nameStart, position)
            if let prefix = tagHandles["!"] { return globalTag(prefix + suffix) }
            return localTag(suffix)
        }
        guard (nameStart..<position).allSatisfy({ isWordCharacter(bytes[$0]) }) else {
            throw fault("a tag's handle has letters, digits and '-' only", at: start)
        }
        position += 1
        let handle = text(start, position)
        let suffixStart = position
        while isTagCharacter(position) { position += 1 }
        guard position > suffixStart else { throw fault("a tag's name is missing behind '\(handle)'") }
        guard let prefix = tagHandles[handle] ?? (handle == "!!" ? "tag:yaml.org,2002:" : nil) else {
            throw fault("no %TAG directive of this document declares the handle '\(handle)'", at: start)
        }
        return globalTag(prefix + text(suffixStart, position))
    }

    private func localTag(_ name: String) -> Tag {
        MergeDirective(rawValue: name).map(Tag.directive) ?? .other
    }

    private func globalTag(_ name: String) -> Tag {
        switch name {
        case "tag:yaml.org,2002:null": .null
        case "tag:yaml.org,2002:bool": .bool
        case "tag:yaml.org,2002:int": .integer
        case "tag:yaml.org,2002:float": .number
        case "tag:yaml.org,2002:str": .string
        case "tag:yaml.org,2002:seq": .sequence
        case "tag:yaml.org,2002:map": .mapping
        default: name.hasPrefix("!") ? localTag(String(name.dropFirst())) : .other
        }
    }

    func isWordCharacter(_ byte: UInt8) -> Bool { byte.isDigit || byte.isLetter || byte == UInt8(ascii: "-") }

    func isURICharacter(_ offset: Int) -> Bool {
        let byte = byte(offset)
        if isWordCharacter(byte) { return true }
        switch byte {
        case UInt8(ascii: "%"):
            return self.byte(offset + 1).isHexadecimalDigit && self.byte(offset + 2).isHexadecimalDigit
        case UInt8(ascii: "#"), UInt8(ascii: ";"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: ":"),
            UInt8(ascii: "@"), UInt8(ascii: "&"), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "$"),
            UInt8(ascii: ","), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "~"),
            UInt8(ascii: "*"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["),
            UInt8(ascii: "]"):
            return true
        default: return false
        }
    }

    private func isTagCharacter(_ offset: Int) -> Bool {
        isURICharacter(offset) && byte(offset) != UInt8(ascii: "!") && !isFlowIndicator(byte(offset))
    }

    // MARK: Finishing nodes

    /// Notes that a collection begins whose anchor cannot be used before it ends.
    mutating func open(_ properties: Properties) throws(SyntaxError) -> Int {
        if let anchor = properties.anchor { openAnchors[anchor] = properties.offset }
        nodeCount += 1
        return nodeCount - 1
    }

    /// Applies the properties of a collection that is complete.
    mutating func close(_ node: Node, _ properties: Properties, since count: Int) throws(SyntaxError) -> Node
    {
        guard !properties.isEmpty else { return node }
        if let anchor = properties.anchor {
            openAnchors[anchor] = nil
            let isLatest = anchors[anchor].map { $0.place < properties.offset } ?? true
            if isLatest { anchors[anchor] = (node, nodeCount - count, properties.offset) }
        }
        switch (properties.tag, node.content) {
        case (nil, _), (.nonSpecific, _), (.other, _), (.sequence, .list), (.mapping, .mapping): return node
        case (.directive(let directive), _): return Node(.directive(directive, node), at: node.origin)
        default: throw fault("the tag does not fit \(node.content.kind)", at: properties.offset)
        }
    }

    /// Makes the node of a quoted or a block scalar.
    mutating func finish(text: String, _ properties: Properties, at offset: Int) throws(SyntaxError) -> Node {
        let content: Node.Content =
            switch properties.tag {
            case .null, .bool, .integer, .number: CoreSchema.resolve(text)
            default: .string(text)
            }
        return try finishScalar(content, properties, at: offset)
    }

    /// Makes the node of a plain scalar on one line.
    mutating func finishPlain(_ start: Int, _ end: Int, _ properties: Properties) throws(SyntaxError) -> Node
    {
        switch properties.tag {
        case .string, .nonSpecific: try finishScalar(.string(text(start, end)), properties, at: start)
        default: try finishScalar(CoreSchema.resolve(bytes, start, end), properties, at: start)
        }
    }

    /// Makes the node of a plain scalar on several lines, which is always a text.
    mutating func finishPlain(
        _ text: String, _ properties: Properties, at offset: Int
    ) throws(SyntaxError) -> Node {
        try finishScalar(.string(text), properties, at: offset)
    }

    /// Makes the node that nothing was written for.
    mutating func finishEmpty(_ properties: Properties, at offset: Int) throws(SyntaxError) -> Node {
        switch properties.tag {
        case .string, .nonSpecific: return try finishScalar(.string(""), properties, at: properties.offset)
        case .sequence, .mapping: throw fault("the tag asks for a collection", at: properties.offset)
        default:
            return try finishScalar(.null, properties, at: properties.isEmpty ? offset : properties.offset)
        }
    }

    private mutating func finishScalar(
        _ content: Node.Content, _ properties: Properties, at offset: Int
    ) throws(SyntaxError) -> Node {
        nodeCount += 1
        var node = Node(content, at: origin(offset))
        guard !properties.isEmpty else { return node }
        switch (properties.tag, content) {
        case (nil, _), (.nonSpecific, _), (.other, _), (.string, .string), (.null, .null), (.bool, .bool),
            (.integer, .integer), (.integer, .natural), (.number, .number):
            break
        case (.number, .integer(let value)): node.content = .number(Double(value))
        case (.number, .natural(let value)): node.content = .number(Double(value))
        case (.directive(let directive), _): node = Node(.directive(directive, node), at: node.origin)
        default: throw fault("the value does not fit its tag", at: properties.offset)
        }
        if let anchor = properties.anchor { anchors[anchor] = (node, 1, properties.offset) }
        return node
    }

    func text(_ start: Int, _ end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }
}
