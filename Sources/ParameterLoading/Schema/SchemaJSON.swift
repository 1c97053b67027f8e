// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// JSON whose members keep their order.
enum SchemaJSON {
    case string(String)
    case raw(String)
    case array([SchemaJSON])
    case members([Member])

    /// A member of an object.
    struct Member {
        let key: String
        let value: SchemaJSON
    }

    static func object(_ pairs: [(String, SchemaJSON)]) -> SchemaJSON {
        .members(pairs.map { Member(key: $0.0, value: $0.1) })
    }

    func text(indent: Int) -> String {
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        switch self {
        case .string(let text):
            var bytes: [UInt8] = []
            JSONText.write(text, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        case .raw(let text): return text
        case .array(let elements):
            return "[" + elements.map { $0.text(indent: indent) }.joined(separator: ", ") + "]"
        case .members(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map {
                "\(inner)\(SchemaJSON.string($0.key).text(indent: 0)): \($0.value.text(indent: indent + 2))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }
}
