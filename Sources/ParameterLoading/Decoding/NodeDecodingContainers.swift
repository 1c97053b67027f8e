// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The decoder of one scalar.
struct SingleNodeDecoder: SingleValueDecodingContainer {
    let decoder: NodeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool {
        guard case .null = decoder.node?.content else { return false }
        decoder.typed.content = .scalar(.null)
        return true
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard let node = decoder.node else { return false }
        let value: Bool?
        switch node.content {
        case .bool(let found): value = found
        case .text(let text):
            switch text.lowercased() {
            case "true", "yes", "on", "1": value = true
            case "false", "no", "off", "0": value = false
            default: value = nil
            }
        default: value = nil
        }
        guard let value else { throw decoder.mismatch("true or false", found: node.content) }
        decoder.typed.content = .scalar(.bool(value))
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard let node = decoder.node else { return "" }
        switch node.content {
        case .string(let text), .text(let text):
            decoder.typed.content = .scalar(.string(text))
            return text
        case .integer, .natural, .number, .bool:
            throw decoder.mismatch("a string (put it in quotes)", found: node.content)
        default: throw decoder.mismatch("a string", found: node.content)
        }
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard let node = decoder.node else { return 0 }
        let value: Double
        switch UntypedText.resolved(node).content {
        case .number(let number): value = number
        case .integer(let integer): value = Double(integer)
        case .natural(let integer): value = Double(integer)
        case .string(".inf"): value = .infinity
        case .string("-.inf"): value = -.infinity
        case .string(".nan"): value = .nan
        default: throw decoder.mismatch("a number", found: node.content)
        }
        decoder.typed.content = .scalar(.number(value))
        return value
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
    func decode(_ type: Int.Type) throws -> Int { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

    private func integer<Value: FixedWidthInteger>() throws -> Value {
        guard let node = decoder.node else { return 0 }
        let value: Value?
        switch UntypedText.resolved(node).content {
        case .integer(let integer): value = Value(exactly: integer)
        case .natural(let integer): value = Value(exactly: integer)
        // 1e6 is a number without a fraction: people write it for a count.
        case .number(let number): value = Value(exactly: number)
        default: throw decoder.mismatch("an integer", found: node.content)
        }
        guard let value else {
            throw decoder.mismatch("an integer from \(Value.min) to \(Value.max)", found: node.content)
        }
        decoder.typed.content = .scalar(
            Int64(exactly: value).map(Node.Content.integer) ?? .natural(UInt64(value)))
        return value
    }

    /// Decodes another type in this one's place.
    ///
    /// Types that have several forms try one after the other, so a failure is thrown; it is reported if it gets out.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let mark = decoder.state.mark
        let value = try decoder.decode(type)
        if let withheld = decoder.state.withhold(since: mark) { throw withheld }
        return value
    }
}

/// The decoder of a list.
struct UnkeyedNodeDecoder: UnkeyedDecodingContainer {
    let decoder: NodeDecoder
    let elements: [Node]
    var currentIndex = 0
    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    init(decoder: NodeDecoder, elements: [Node]) {
        self.decoder = decoder
        self.elements = elements
    }

    private mutating func next() -> NodeDecoder {
        let index = currentIndex
        currentIndex += 1
        let node: Node? = index < elements.count ? elements[index] : nil
        return decoder.child(
            .index(index), node, decoder.typed.appendElement(node), key: IndexKey(intValue: index))
    }

    mutating func decodeNil() throws -> Bool {
        guard currentIndex < elements.count, case .null = elements[currentIndex].content else { return false }
        _ = SingleNodeDecoder(decoder: next()).decodeNil()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard !isAtEnd || decoder.node == nil else {
            throw NodeDecoder.Mismatch(
                code: .invalidValue, message: "'\(decoder.path.text)' has too few elements: \(elements.count)"
            )
        }
        return try next().decode(type)
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

/// The key of an element in a coding path.
struct IndexKey: CodingKey {
    let intValue: Int?
    var stringValue: String { intValue.map(String.init) ?? "super" }

    init(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { intValue = Int(stringValue) }
}

/// The decoder of a mapping.
struct KeyedNodeDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: NodeDecoder
    /// The members; nil for a mapping that is missing.
    let members: Members?
    let takesAnyName: Bool
    let requests: DecodingState.Requests
    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] {
        requests.isOpen = true
        return (members?.entries ?? []).compactMap { Key(stringValue: $0.key) ?? Self.camelCase($0.key) }
    }

    /// The type's key for a name that a file spells with underscores.
    static func camelCase(_ name: String) -> Key? {
        let words = KeyNames.canonical(name).split(separator: "_")
        guard let first = words.first else { return nil }
        return Key(
            stringValue: words.dropFirst().reduce(String(first)) {
                $0 + $1.prefix(1).uppercased() + $1.dropFirst()
            })
    }

    private func find(_ key: Key) -> Member? {
        let name = key.stringValue
        let place = takesAnyName ? members?.place(of: name) : members?.placeSpelled(name)
        let member = place.flatMap { members?.entries[$0] }
        requests.note(name, found: member?.key)
        return member
    }

    private func child(_ key: Key, _ member: Member?) -> NodeDecoder {
        let name = takesAnyName ? key.stringValue : KeyNames.canonical(key.stringValue)
        return decoder.child(
            .key(member?.key ?? name), member?.value, decoder.typed.member(name, member?.value), key: key)
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool {
        guard let member = find(key) else { return true }
        return SingleNodeDecoder(decoder: child(key, member)).decodeNil()
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let member = find(key)
        if member == nil, decoder.node != nil {
            decoder.state.reportMissing(
                key.stringValue, in: decoder.node, path: decoder.path, expected: TypeNames.expected(type))
        }
        return try child(key, member).decode(type)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let member = find(key) else { return nil }
        let child = child(key, member)
        if case .null = member.value.content {
            return nil
        }
        return try? child.decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try child(key, find(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try child(key, find(key)).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { child(key, find(key)) }
}

/// Types in the words of a message.
enum TypeNames {
    static func expected(_ type: any Any.Type) -> String {
        switch type {
        case is Bool.Type: "true or false"
        case is String.Type: "a string"
        case is Double.Type, is Float.Type: "a number"
        case is any FixedWidthInteger.Type: "an integer"
        case is Duration.Type: "a duration"
        case is ByteCount.Type: "an amount of bytes"
        case is any AnySecret.Type: "a secret"
        case is any AnyList.Type: "a list"
        default:
            if let names = SpecialTypes.caseNames(of: type) {
                "one of " + names.map { "'\($0)'" }.joined(separator: ", ")
            } else {
                "a mapping"
            }
        }
    }
}

private protocol AnyList {}
extension Array: AnyList {}
extension Set: AnyList {}
