// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// Values as JSON text on one line, in the order they were written.
enum JSONText {
    /// The JSON of a value.
    ///
    /// Infinities and NaN, which JSON lacks, are written as YAML writes them, in quotes.
    static func text(of node: Node) -> String {
        var bytes: [UInt8] = []
        write(node, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ node: Node, to bytes: inout [UInt8]) {
        switch node.content {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .natural(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let value):
            if value.isFinite {
                bytes.append(contentsOf: ECMAScriptNumber.text(of: value).utf8)
            } else {
                write(value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf", to: &bytes)
            }
        case .string(let text), .text(let text): write(text, to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .mapping(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.entries.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                write(member.value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .directive(_, let inner): write(inner, to: &bytes)
        }
    }

    /// Writes a string in quotes with the escapes JSON demands.
    static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0a: bytes.append(contentsOf: "\\n".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x0d: bytes.append(contentsOf: "\\r".utf8)
            case 0..<0x20, 0x7f: bytes.append(contentsOf: ("\\u00" + encodeHexadecimal([byte])).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
