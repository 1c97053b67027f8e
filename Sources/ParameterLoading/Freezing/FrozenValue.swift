// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A value of the frozen form, in which 1, 1.0 and "1" differ.
enum FrozenValue: Hashable, Sendable {
    /// A member of a mapping.
    struct Member: Hashable, Sendable {
        let key: String
        let value: FrozenValue
    }

    case null
    case bool(Bool)
    case integer(Int64)
    case natural(UInt64)
    case number(Double)
    case string(String)
    /// A secret, reduced to a keyed digest, or to nothing where no key was given.
    case secret(String)
    case list([FrozenValue])
    /// Members sorted by the bytes of their keys.
    case mapping([Member])

    /// The canonical text: JSON on one line, members sorted by the bytes of their names, numbers that are no
    /// integers always with a point or an exponent.
    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .natural(let value): bytes += String(value).utf8
        case .number(let value):
            if value.isFinite {
                JSONText.write(Node(.number(value), at: Origin(0, 0)), to: &bytes)
            } else {
                bytes += #"{"$number":"\#(value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf")"}"#.utf8
            }
        case .string(let text): JSONText.write(text, to: &bytes)
        case .secret(let digest):
            bytes += #"{"$secret":"#.utf8
            JSONText.write(digest, to: &bytes)
            bytes += "}".utf8
        case .list(let elements):
            bytes += "[".utf8
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes += ",".utf8 }
                element.write(to: &bytes)
            }
            bytes += "]".utf8
        case .mapping(let members):
            bytes += "{".utf8
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.write(FrozenValue.escaped(member.key), to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes += "}".utf8
        }
    }

    /// The canonical text of this value.
    var text: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The order of keys: that of their bytes.
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// A dollar sign at the start of a key is doubled, so that no key looks like one of ours.
    static func escaped(_ key: String) -> String { key.utf8.first == UInt8(ascii: "$") ? "$" + key : key }

    /// Reads what ``write(to:)`` wrote.
    init?(_ node: Node) {
        switch node.content {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .natural(let value): self = .natural(value)
        case .number(let value): self = .number(value)
        case .string(let text), .text(let text): self = .string(text)
        case .directive: return nil
        case .list(let nodes):
            var elements: [FrozenValue] = []
            for node in nodes {
                guard let element = FrozenValue(node) else { return nil }
                elements.append(element)
            }
            self = .list(elements)
        case .mapping(let entries):
            if entries.count == 1, let only = entries.entries.first,
                case .string(let text) = only.value.content
            {
                if only.key == "$secret" {
                    self = .secret(text)
                    return
                }
                if only.key == "$number", case .number(let value) = CoreSchema.resolve(text) {
                    self = .number(value)
                    return
                }
            }
            var members: [Member] = []
            for entry in entries.entries {
                var key = entry.key
                if key.hasPrefix("$") {
                    guard key.hasPrefix("$$") else { return nil }
                    key.removeFirst()
                }
                guard let value = FrozenValue(entry.value) else { return nil }
                members.append(Member(key: key, value: value))
            }
            self = .mapping(members.sorted { FrozenValue.precedes($0.key, $1.key) })
        }
    }

    /// The values that are no collections, by path; an empty collection counts as a value.
    func leaves(_ path: KeyPathText = KeyPathText()) -> [(path: KeyPathText, value: FrozenValue)] {
        switch self {
        case .list(let elements) where !elements.isEmpty:
            elements.enumerated().flatMap { $1.leaves(path.appending($0)) }
        case .mapping(let members) where !members.isEmpty:
            members.flatMap { $0.value.leaves(path.appending($0.key)) }
        default: [(path, self)]
        }
    }

    /// The value for people: canonical JSON, `***` for a secret.
    var shown: String { if case .secret = self { secretMask } else { text } }
}
