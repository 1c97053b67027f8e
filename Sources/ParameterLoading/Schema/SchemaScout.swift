// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Finds out what a type decodes by letting it decode stand-in values.
final class SchemaScout {
    /// Schemas of types that contain themselves.
    private(set) var definitions: [String: SchemaNode] = [:]
    private var pending: [ObjectIdentifier] = []
    private var recursive: Set<ObjectIdentifier> = []

    func schema<Value: Decodable>(of type: Value.Type) -> SchemaNode {
        explore(type).schema
    }

    /// The schema of a type, and a value to go on with if one can be made.
    func explore<Value: Decodable>(_ type: Value.Type) -> (schema: SchemaNode, value: Value?) {
        if let known = SchemaScout.special(type) { return (known, standIn(type)) }
        let identity = ObjectIdentifier(type)
        let name = "\(type)"
        if pending.contains(identity) {
            recursive.insert(identity)
            return (SchemaNode(keywords: [("$ref", .string("#/$defs/\(name)"))]), nil)
        }
        pending.append(identity)
        defer { pending.removeLast() }
        let box = SchemaBox()
        let value = try? Value(from: SchemaDecoder(scout: self, box: box))
        var schema = box.schema
        if type is any AnySecret.Type { schema.set("writeOnly", .raw("true")) }
        if let names = SpecialTypes.caseNames(of: type), !names.isEmpty {
            schema.set("enum", .array(names.map(SchemaJSON.string)))
        }
        if let ruled = type as? any ParameterRules.Type { SchemaScout.apply(ruled, to: &schema) }
        if recursive.contains(identity) {
            definitions[name] = schema
            return (SchemaNode(keywords: [("$ref", .string("#/$defs/\(name)"))]), value)
        }
        return (schema, value ?? standIn(type))
    }

    private func standIn<Value: Decodable>(_ type: Value.Type) -> Value? {
        if let cases = type as? any CaseIterable.Type, let first = cases.firstCase as? Value { return first }
        let state = DecodingState(sources: SourceList(), mask: SecretMask())
        let decoder = NodeDecoder(node: nil, state: state, path: KeyPathText(), typed: TypedValue(nil))
        return try? SpecialTypes.decode(type, from: decoder) ?? nil
    }

    private static func special(_ type: any Any.Type) -> SchemaNode? {
        switch type {
        case is Duration.Type:
            .type("string", [("description", .string("a duration with its unit, such as 90s or 1h 30m"))])
        case is ByteCount.Type:
            SchemaNode(keywords: [
                ("type", .array([.string("integer"), .string("string")])),
                ("description", .string("an amount of bytes, such as 4096 or 512 MiB")),
            ])
        case is URL.Type: .type("string", [("format", .string("uri"))])
        case is Date.Type: .type("string", [("format", .string("date-time"))])
        case is Data.Type: .type("string", [("contentEncoding", .string("base64"))])
        case is Decimal.Type:
            SchemaNode(keywords: [("type", .array([.string("number"), .string("string")]))])
        case is ParameterValue.Type: SchemaNode()
        default: nil
        }
    }

    private static func apply<Ruled: ParameterRules>(_ type: Ruled.Type, to schema: inout SchemaNode) {
        func number(_ value: Double) -> SchemaJSON {
            .raw(
                JSONText.text(
                    of: Int64(exactly: value).map { Node(.integer($0), at: Origin(0, 0)) }
                        ?? Node(.number(value), at: Origin(0, 0))))
        }
        for rule in Ruled.rules {
            guard let path = rule.keys.first.flatMap({ KeyPathText(parsing: $0) }) else { continue }
            var keywords: [(String, SchemaJSON)] = []
            switch rule.kind {
            case .range(let lower, let upper, let isUpperOpen):
                if let lower { keywords.append(("minimum", number(lower))) }
                if let upper {
                    keywords.append((isUpperOpen ? "exclusiveMaximum" : "maximum", number(upper)))
                }
            case .length(let range):
                keywords = [
                    ("minLength", .raw("\(range.lowerBound)")), ("maxLength", .raw("\(range.upperBound)")),
                ]
            case .oneOf(let values): keywords = [("enum", .array(values.map(SchemaJSON.string)))]
            case .pattern(let pattern): keywords = [("pattern", .string("^(?:\(pattern))$"))]
            case .require: continue
            }
            schema.apply(keywords, at: path.steps[...])
        }
    }
}

/// The place where a decoder notes the schema of one value.
final class SchemaBox {
    var schema = SchemaNode()
    /// Keys of which the type has asked whether they are null.
    var optionalKeys: Set<String> = []
}

/// A decoder that has no values.
struct SchemaDecoder: Decoder {
    let scout: SchemaScout
    let box: SchemaBox
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Thrown where a type needs a value that nobody can make up.
    struct NoValue: Error {}

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        box.schema.isObject = true
        return KeyedDecodingContainer(KeyedSchemaDecoder<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        box.schema.set("type", .string("array"))
        return UnkeyedSchemaDecoder(decoder: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleSchemaDecoder(decoder: self)
    }
}

private struct SingleSchemaDecoder: SingleValueDecodingContainer {
    let decoder: SchemaDecoder
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    private func note<Value>(_ type: String, _ value: Value, _ bounds: [(String, SchemaJSON)] = [])
        -> Value
    {
        // A type that tries several forms is described by the first.
        if decoder.box.schema.keywords.isEmpty { decoder.box.schema = .type(type, bounds) }
        return value
    }

    private func integer<Value: FixedWidthInteger>() -> Value {
        // Bounds of 64 bits say nothing that an editor could use.
        let lower: [(String, SchemaJSON)] = Value.isSigned ? [] : [("minimum", .raw("0"))]
        let small: [(String, SchemaJSON)] = [
            ("minimum", .raw("\(Value.min)")), ("maximum", .raw("\(Value.max)")),
        ]
        return note("integer", 0, Value.bitWidth < 64 ? small : lower)
    }

    func decode(_ type: Bool.Type) throws -> Bool { note("boolean", false) }
    func decode(_ type: String.Type) throws -> String { note("string", "") }
    func decode(_ type: Double.Type) throws -> Double { note("number", 0) }
    func decode(_ type: Float.Type) throws -> Float { note("number", 0) }
    func decode(_ type: Int.Type) throws -> Int { integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { integer() }
    func decode(_ type: UInt.Type) throws -> UInt { integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { integer() }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let found = decoder.scout.explore(type)
        if decoder.box.schema.keywords.isEmpty { decoder.box.schema = found.schema }
        guard let value = found.value else { throw SchemaDecoder.NoValue() }
        return value
    }
}

private struct UnkeyedSchemaDecoder: UnkeyedDecodingContainer {
    let decoder: SchemaDecoder
    var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var isAtEnd: Bool { currentIndex > 0 }

    init(decoder: SchemaDecoder) { self.decoder = decoder }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        currentIndex += 1
        let found = decoder.scout.explore(type)
        if decoder.box.schema.items.isEmpty { decoder.box.schema.items = [found.schema] }
        guard let value = found.value else { throw SchemaDecoder.NoValue() }
        return value
    }

    private mutating func next() -> SchemaDecoder {
        currentIndex += 1
        return SchemaDecoder(scout: decoder.scout, box: SchemaBox())
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<
        Key
    > {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }
    mutating func superDecoder() throws -> any Decoder { next() }
}

private struct KeyedSchemaDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: SchemaDecoder
    var codingPath: [any CodingKey] { [] }

    /// One made-up key, so that dictionaries ask for a value.
    var allKeys: [Key] { Key(stringValue: "any name, even this one").map { [$0] } ?? [] }

    private func isMadeUp(_ key: Key) -> Bool { key.stringValue == "any name, even this one" }

    private func add(_ key: Key, _ schema: SchemaNode, isRequired: Bool) {
        if isMadeUp(key) {
            decoder.box.schema.additional = [schema]
            return
        }
        let name = KeyNames.canonical(key.stringValue)
        guard !decoder.box.schema.properties.contains(where: { $0.key == name }) else { return }
        decoder.box.schema.properties.append((name, schema))
        if isRequired, !decoder.box.optionalKeys.contains(key.stringValue) {
            decoder.box.schema.required.append(name)
        }
    }

    func contains(_ key: Key) -> Bool { true }

    /// Asked before an optional number or string is decoded, and before nothing that must be there.
    func decodeNil(forKey key: Key) throws -> Bool {
        decoder.box.optionalKeys.insert(key.stringValue)
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let found = decoder.scout.explore(type)
        add(key, found.schema, isRequired: true)
        guard let value = found.value else { throw SchemaDecoder.NoValue() }
        return value
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        add(key, decoder.scout.explore(type).schema, isRequired: false)
        return nil
    }

    private func nested(_ key: Key) -> SchemaDecoder {
        add(key, SchemaNode(), isRequired: true)
        return SchemaDecoder(scout: decoder.scout, box: SchemaBox())
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { nested(key) }
}
