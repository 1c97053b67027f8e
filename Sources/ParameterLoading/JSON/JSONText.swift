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
                let text = ECMAScriptNumber.text(of: value)
                // ECMAScript writes minus zero as 0; the sign is kept, because it is another value.
                bytes.append(contentsOf: (value == 0 && value.sign == .minus ? "-0" : text).utf8)
                // 1.0 must not read back as the integer 1.
                if !text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") }) {
                    bytes.append(contentsOf: ".0".utf8)
                }
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

    /// Writes a string in quotes with the escapes JSON demands, and with escapes for every character that some
    /// reader of lines takes for the end of one (U+0085, U+2028, U+2029).
    static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy({ $0 &- 0x20 < 0x5f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        {
            bytes.append(contentsOf: text.utf8)
            bytes.append(UInt8(ascii: "\""))
            return
        }
        // The last two bytes, to recognise those three in UTF-8.
        var last: (UInt8, UInt8) = (0, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0a: bytes.append(contentsOf: "\\n".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x0d: bytes.append(contentsOf: "\\r".utf8)
            case 0..<0x20, 0x7f: bytes.append(contentsOf: ("\\u00" + encodeHexadecimal([byte])).utf8)
            case 0x85 where last.1 == 0xc2:
                bytes.removeLast()
                bytes.append(contentsOf: "\\u0085".utf8)
            case 0xa8...0xa9 where last == (0xe2, 0x80):
                bytes.removeLast(2)
                bytes.append(contentsOf: (byte == 0xa8 ? "\\u2028" : "\\u2029").utf8)
            default: bytes.append(byte)
            }
            last = (last.1, byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
