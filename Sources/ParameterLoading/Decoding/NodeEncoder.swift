// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns an `Encodable` value into nodes, for defaults that are written in code.
enum NodeEncoder {
    static func encode(_ value: some Encodable, source: Int32) throws -> Node {
        let box = Box()
        try BoxEncoder(box: box, codingPath: []).encodeValue(value)
        return box.node(source)
    }

    /// A place that an encoder fills.
    fileprivate final class Box {
        enum Content {
            case scalar(Node.Content)
            case list([Box])
            case mapping([(String, Box)])
        }

        var content: Content = .mapping([])

        func node(_ source: Int32) -> Node {
            let origin = Origin(source, 0)
            switch content {
            case .scalar(let content): return Node(content, at: origin)
            case .list(let elements): return Node(.list(elements.map { $0.node(source) }), at: origin)
            case .mapping(let entries):
                var members = Members()
                for (key, box) in entries {
                    members.set(Member(key: key, keyOrigin: origin, value: box.node(source)))
                }
                return Node(.mapping(members), at: origin)
            }
        }
    }

    fileprivate struct BoxEncoder: Encoder {
        let box: Box
        let codingPath: [any CodingKey]
        var userInfo: [CodingUserInfoKey: Any] { [:] }

        func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
            if case .mapping = box.content {} else { box.content = .mapping([]) }
            return KeyedEncodingContainer(KeyedBox<Key>(box: box, codingPath: codingPath))
        }

        func unkeyedContainer() -> any UnkeyedEncodingContainer {
            box.content = .list([])
            return UnkeyedBox(box: box, codingPath: codingPath)
        }

        func singleValueContainer() -> any SingleValueEncodingContainer {
            SingleBox(box: box, codingPath: codingPath)
        }

        /// Encodes with the types whose own encoding is not what people write.
        func encodeValue(_ value: some Encodable) throws {
            switch value {
            case let secret as any RevealableSecret: try secret.encodeRevealed(to: self)
            case let value as Duration: box.content = .scalar(.string(DurationText.text(of: value)))
            case let value as ByteCount: box.content = .scalar(.integer(value.bytes))
            case let value as URL: box.content = .scalar(.string(value.absoluteString))
            case let value as Date: box.content = .scalar(.string(value.formatted(.iso8601)))
            case let value as Data: box.content = .scalar(.string(value.base64EncodedString()))
            case let value as Decimal: box.content = .scalar(CoreSchema.resolve("\(value)"))
            default: try value.encode(to: self)
            }
        }
    }

    fileprivate struct SingleBox: SingleValueEncodingContainer {
        let box: Box
        let codingPath: [any CodingKey]

        func encodeNil() { box.content = .scalar(.null) }
        func encode(_ value: Bool) { box.content = .scalar(.bool(value)) }
        func encode(_ value: String) { box.content = .scalar(.string(value)) }
        func encode(_ value: Double) { box.content = .scalar(.number(value)) }
        func encode(_ value: Float) { box.content = .scalar(.number(Double(value))) }
        func encode(_ value: Int) throws { try integer(value) }
        func encode(_ value: Int8) throws { try integer(value) }
        func encode(_ value: Int16) throws { try integer(value) }
        func encode(_ value: Int32) throws { try integer(value) }
        func encode(_ value: Int64) throws { try integer(value) }
        func encode(_ value: UInt) throws { try integer(value) }
        func encode(_ value: UInt8) throws { try integer(value) }
        func encode(_ value: UInt16) throws { try integer(value) }
        func encode(_ value: UInt32) throws { try integer(value) }
        func encode(_ value: UInt64) throws { try integer(value) }

        func encode<Value: Encodable>(_ value: Value) throws {
            try BoxEncoder(box: box, codingPath: codingPath).encodeValue(value)
        }

        private func integer(_ value: some BinaryInteger) throws {
            if let small = Int64(exactly: value) {
                box.content = .scalar(.integer(small))
            } else if let large = UInt64(exactly: value) {
                box.content = .scalar(.natural(large))
            } else {
                throw EncodingError.invalidValue(
                    value, .init(codingPath: codingPath, debugDescription: "an integer of more than 64 bits"))
            }
        }
    }

    fileprivate struct KeyedBox<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let box: Box
        let codingPath: [any CodingKey]

        private func add(_ key: any CodingKey) -> SingleBox {
            let child = Box()
            if case .mapping(var entries) = box.content {
                box.content = .mapping([])
                entries.append((key.stringValue, child))
                box.content = .mapping(entries)
            }
            return SingleBox(box: child, codingPath: codingPath + [key])
        }

        func encodeNil(forKey key: Key) { add(key).encodeNil() }
        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try add(key).encode(value) }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            let child = add(key)
            return BoxEncoder(box: child.box, codingPath: child.codingPath).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            let child = add(key)
            return BoxEncoder(box: child.box, codingPath: child.codingPath).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { BoxEncoder(box: box, codingPath: codingPath) }
        func superEncoder(forKey key: Key) -> any Encoder {
            let child = add(key)
            return BoxEncoder(box: child.box, codingPath: child.codingPath)
        }
    }

    fileprivate struct UnkeyedBox: UnkeyedEncodingContainer {
        let box: Box
        let codingPath: [any CodingKey]
        var count: Int { if case .list(let elements) = box.content { elements.count } else { 0 } }

        private func add() -> SingleBox {
            let child = Box()
            if case .list(var elements) = box.content {
                box.content = .list([])
                elements.append(child)
                box.content = .list(elements)
            }
            return SingleBox(box: child, codingPath: codingPath)
        }

        func encodeNil() { add().encodeNil() }
        func encode<Value: Encodable>(_ value: Value) throws { try add().encode(value) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            BoxEncoder(box: add().box, codingPath: codingPath).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            BoxEncoder(box: add().box, codingPath: codingPath).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { BoxEncoder(box: add().box, codingPath: codingPath) }
    }
}
