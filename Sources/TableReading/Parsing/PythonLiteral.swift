// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The part of Python's literals that the header of a NumPy file is written in.
struct PythonLiteral {
    struct Fault: Error {
        var message: String
    }

    indirect enum Value {
        case text(String)
        case number(Int)
        case truth(Bool)
        case tuple([Value])
        case list([Value])
        case dictionary([String: Value])
    }

    private let text: [UInt8]
    private var at = 0

    init(_ text: [UInt8]) { self.text = text }

    mutating func parse() throws(Fault) -> Value { try value(depth: 0) }

    private mutating func value(depth: Int) throws(Fault) -> Value {
        guard depth < 16 else { throw Fault(message: "the header nests too deep") }
        skipSpace()
        guard at < text.count else { throw Fault(message: "the header ends early") }
        switch text[at] {
        case UInt8(ascii: "{"):
            at += 1
            var members: [String: Value] = [:]
            while !take("}") {
                guard case .text(let name) = try value(depth: depth + 1), take(":") else {
                    throw Fault(message: "the header is no dictionary of names")
                }
                members[name] = try value(depth: depth + 1)
                if !take(",") {
                    guard take("}") else { throw Fault(message: "expected ',' or '}' in the header") }
                    break
                }
            }
            return .dictionary(members)
        case UInt8(ascii: "("):
            return .tuple(try elements(closing: ")", depth: depth))
        case UInt8(ascii: "["):
            return .list(try elements(closing: "]", depth: depth))
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            let mark = text[at]
            at += 1
            guard let end = text[at...].firstIndex(of: mark), !text[at..<end].contains(UInt8(ascii: "\\"))
            else {
                throw Fault(message: "a text of the header is not closed")
            }
            defer { at = end + 1 }
            return .text(String(decoding: text[at..<end], as: UTF8.self))
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            let end = text[at...].firstIndex { $0 &- UInt8(ascii: "0") > 9 } ?? text.count
            guard let number = Int(String(decoding: text[at..<end], as: UTF8.self)) else {
                throw Fault(message: "a number of the header is too large")
            }
            at = end
            _ = take("L")
            return .number(number)
        default:
            if text[at...].starts(with: "True".utf8) {
                at += 4
                return .truth(true)
            }
            if text[at...].starts(with: "False".utf8) {
                at += 5
                return .truth(false)
            }
            throw Fault(message: "the header holds what is no literal")
        }
    }

    private mutating func elements(closing: Character, depth: Int) throws(Fault) -> [Value] {
        at += 1
        var elements: [Value] = []
        while !take(closing) {
            elements.append(try value(depth: depth + 1))
            if !take(",") {
                guard take(closing) else {
                    throw Fault(message: "expected ',' or '\(closing)' in the header")
                }
                break
            }
        }
        return elements
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard at < text.count, Character(Unicode.Scalar(text[at])) == character else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < text.count, text[at] <= 0x20 { at += 1 }
    }
}
