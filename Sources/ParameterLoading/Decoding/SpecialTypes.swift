// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Types whose own decoding is not what people write in a file.
enum SpecialTypes {
    /// Decodes a special type; nil for every other one.
    static func decode<Value: Decodable>(_ type: Value.Type, from decoder: NodeDecoder) throws -> Value? {
        if type == Duration.self { return try duration(decoder) as? Value }
        if type == ByteCount.self { return try byteCount(decoder) as? Value }
        if type == URL.self {
            return try parsed(decoder, "a URL", stand: URL(filePath: "/")) { URL(string: $0) } as? Value
        }
        if type == Date.self {
            return try parsed(
                decoder, "a date such as '2013-07-01T00:00:00Z'", stand: Date(timeIntervalSince1970: 0)
            ) {
                try? Date($0, strategy: .iso8601)
            } as? Value
        }
        if type == Data.self {
            return try parsed(decoder, "Base64 text", stand: Data()) { Data(base64Encoded: $0) } as? Value
        }
        if type == Decimal.self { return try decimal(decoder) as? Value }
        if type == ParameterValue.self { return untyped(decoder) as? Value }
        return nil
    }

    /// The texts that an enumeration of texts allows; nil for other types.
    static func caseNames(of type: any Any.Type) -> [String]? {
        (type as? any CaseIterable.Type)?.allNames
    }

    private static func text(_ node: Node) -> String? {
        switch node.content {
        case .string(let text), .text(let text): text
        default: nil
        }
    }

    private static func parsed<Value>(
        _ decoder: NodeDecoder, _ expected: String, stand: Value, _ parse: (String) -> Value?
    ) throws -> Value {
        guard let node = decoder.node else { return stand }
        guard let text = text(node), let value = parse(text) else {
            throw decoder.mismatch(expected, found: node.content)
        }
        decoder.typed.content = .scalar(.string(text))
        return value
    }

    private static func duration(_ decoder: NodeDecoder) throws -> Duration {
        guard let node = decoder.node else { return .zero }
        if case .integer(0) = node.content {
            decoder.typed.content = .scalar(.string("0s"))
            return .zero
        }
        guard let text = text(node), let value = DurationText.parse(text) else {
            throw decoder.mismatch("a duration with its unit, such as '90s' or '1h 30m'", found: node.content)
        }
        decoder.typed.content = .scalar(.string(DurationText.text(of: value)))
        return value
    }

    private static func byteCount(_ decoder: NodeDecoder) throws -> ByteCount {
        guard let node = decoder.node else { return 0 }
        var value: ByteCount?
        if case .integer(let bytes) = node.content { value = ByteCount(bytes: bytes) }
        if let text = text(node) { value = ByteCount(text) }
        guard let value else {
            throw decoder.mismatch("an amount of bytes, such as 4096 or '512 MiB'", found: node.content)
        }
        decoder.typed.content = .scalar(.integer(value.bytes))
        return value
    }

    private static func decimal(_ decoder: NodeDecoder) throws -> Decimal {
        guard let node = decoder.node else { return 0 }
        let text = text(node) ?? JSONText.text(of: node)
        guard let value = Decimal(string: text) else {
            throw decoder.mismatch("a decimal number", found: node.content)
        }
        decoder.typed.content = .scalar(.string("\(value)"))
        return value
    }

    private static func untyped(_ decoder: NodeDecoder) -> ParameterValue {
        guard let node = decoder.node else { return .null }
        decoder.state.open(decoder.path)
        decoder.typed.content = .untyped(node)
        return ParameterValue(node)
    }
}

/// Texts of sources without types, read the way YAML reads a plain scalar or a flow collection.
enum UntypedText {
    static func collection(_ text: String, at origin: Origin) -> Node? {
        let first = text.utf8.first
        guard first == UInt8(ascii: "[") || first == UInt8(ascii: "{") else { return nil }
        guard let checked = try? YAMLEncoding.decode(Array(text.utf8)),
            let nodes = try? YAMLParser.parse(checked, source: origin.source), let node = nodes.first,
            nodes.count == 1
        else { return nil }
        return moved(node, to: origin)
    }

    /// The value with what an untyped text seems to be in its place.
    static func resolved(_ node: Node) -> Node {
        guard case .text(let text) = node.content else { return node }
        var result = collection(text, at: node.origin) ?? Node(CoreSchema.resolve(text), at: node.origin)
        result.shadowed = node.shadowed
        return result
    }

    private static func moved(_ node: Node, to origin: Origin) -> Node {
        switch node.content {
        case .list(let elements): return Node(.list(elements.map { moved($0, to: origin) }), at: origin)
        case .mapping(let members):
            var result = Members()
            for var member in members.entries {
                member.keyOrigin = origin
                member.value = moved(member.value, to: origin)
                _ = result.append(member)
            }
            return Node(.mapping(result), at: origin)
        default: return Node(node.content, at: origin)
        }
    }
}
