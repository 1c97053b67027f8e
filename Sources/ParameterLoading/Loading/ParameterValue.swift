// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// A parameter without a declared type.
///
/// Members are read like properties, in either spelling: `parameters.optimizer.learningRate.double`.
@dynamicMemberLookup
public enum ParameterValue: Hashable, Sendable {
    /// Nothing.
    case null
    /// A truth value.
    case bool(Bool)
    /// An integer.
    case integer(Int64)
    /// An integer above `Int64.max`.
    case largeInteger(UInt64)
    /// A number with a fraction or an exponent.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case list([ParameterValue])
    /// Values by key.
    case mapping([String: ParameterValue])

    init(_ node: Node) {
        switch UntypedText.resolved(node).content {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .natural(let value): self = .largeInteger(value)
        case .number(let value): self = .number(value)
        case .string(let text), .text(let text): self = .string(text)
        case .list(let elements): self = .list(elements.map(ParameterValue.init))
        case .mapping(let members):
            self = .mapping(
                Dictionary(
                    members.entries.map { ($0.key, ParameterValue($0.value)) },
                    uniquingKeysWith: { _, last in last }))
        case .directive(_, let inner): self = ParameterValue(inner)
        }
    }

    /// The member with a name, in its own spelling or with underscores for capitals; null where there is none.
    public subscript(dynamicMember name: String) -> ParameterValue { self[name] ?? .null }

    /// The member with a name, in its own spelling or with underscores for capitals; nil where there is none.
    public subscript(name: String) -> ParameterValue? {
        guard case .mapping(let members) = self else { return nil }
        return members[name] ?? members[KeyNames.canonical(name)]
            ?? members.first { KeyNames.canonical($0.key) == KeyNames.canonical(name) }?.value
    }

    /// The element at an index; nil where this is no list or is shorter.
    public subscript(index: Int) -> ParameterValue? {
        guard case .list(let elements) = self, elements.indices ~= index else { return nil }
        return elements[index]
    }

    /// The truth value; nil for any other kind.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The integer; nil for any other kind, and for one that `Int` does not hold.
    public var integer: Int? { if case .integer(let value) = self { Int(exactly: value) } else { nil } }

    /// The number, or the integer as a number; nil for any other kind.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .largeInteger(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The text; nil for any other kind.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The elements; nil for any other kind.
    public var list: [ParameterValue]? { if case .list(let elements) = self { elements } else { nil } }

    /// The members; nil for any other kind.
    public var mapping: [String: ParameterValue]? {
        if case .mapping(let members) = self { members } else { nil }
    }
}

extension ParameterValue: Decodable {
    /// Reads any value.
    ///
    /// Only a decoder that is not ours comes here.
    public init(from decoder: any Decoder) throws { self.init(try JSONValue(from: decoder)) }

    private init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .list(elements.map { ParameterValue($0) })
        case .object(let members): self = .mapping(members.mapValues { ParameterValue($0) })
        }
    }
}
