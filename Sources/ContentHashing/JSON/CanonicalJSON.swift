// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The one spelling of a JSON value that is hashed and stored: RFC 8785.
///
/// Members are sorted by their names' UTF-16 code units, nothing is indented, strings escape only what they must,
/// and numbers are written as ECMAScript writes them. Integers of 64 bits stay exact beyond 2^53, where RFC 8785
/// would round.
public enum CanonicalJSON {
    /// Encodes a value; equal values give equal bytes on every machine.
    ///
    /// Dates are written in ISO 8601 with whole seconds, data in Base64.
    ///
    /// - Throws: `EncodingError` for a NaN, an infinity, or what the value itself refuses to encode.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        return encode(try JSONValue(parsing: Array(encoder.encode(value)), maximumDepth: .max))
    }

    /// Encodes a JSON value.
    public static func encode(_ value: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        write(value, to: &bytes)
        return bytes
    }

    /// Decodes what ``encode(_:)-(Encodable)`` wrote.
    ///
    /// - Throws: `DecodingError` with the path of the member that is missing or of the wrong type.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(bytes))
    }

    private static func write(_ value: JSONValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let value): bytes.append(contentsOf: ECMAScriptNumber.text(of: value).utf8)
        case .string(let text): write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let names = members.keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
            for (index, name) in names.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                write(members[name] ?? .null, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Appends a text as a JSON string, for those who write the members of long lists themselves.
    package static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x08: bytes.append(contentsOf: "\\b".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x0a: bytes.append(contentsOf: "\\n".utf8)
            case 0x0c: bytes.append(contentsOf: "\\f".utf8)
            case 0x0d: bytes.append(contentsOf: "\\r".utf8)
            case 0..<0x20: bytes.append(contentsOf: ("\\u00" + encodeHexadecimal([byte])).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
