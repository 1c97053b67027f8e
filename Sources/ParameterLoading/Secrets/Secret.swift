// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A value that is never shown: descriptions, dumps, mirrors, errors and encodings give `***`.
///
/// Declare a parameter as `var token: Secret<String>`, and it is masked wherever parameters are printed and enters
/// their digest only keyed.
public struct Secret<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let value: Value

    /// Hides a value.
    public init(_ value: Value) { self.value = value }

    /// The hidden value; the long name makes each use easy to find.
    public func reveal() -> Value { value }

    /// Always `***`.
    public var description: String { secretMask }
    /// Always `***`.
    public var debugDescription: String { secretMask }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What is shown in place of a secret.
let secretMask = "***"

/// Lets the decoder recognise secrets of any type.
protocol AnySecret {}

extension Secret: AnySecret {}

/// Lets the loader, which reads defaults in code through an encoder, and no other encoder, see the value.
protocol RevealableSecret {
    func encodeRevealed(to encoder: any Encoder) throws
}

extension Secret: RevealableSecret where Value: Encodable {
    func encodeRevealed(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}

extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}

extension Secret: Decodable where Value: Decodable {
    /// Reads the hidden value.
    public init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
}

extension Secret: Encodable where Value: Encodable {
    /// Writes `***`, so that no encoder carries the value away.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(secretMask)
    }
}
