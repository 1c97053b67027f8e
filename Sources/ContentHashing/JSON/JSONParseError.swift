// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What is wrong with a JSON text, and where.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in words that say how to mend it.
    public let message: String
    /// The line, counted from 1.
    public let line: Int
    /// The column in bytes, counted from 1.
    public let column: Int
    /// The offset in bytes, counted from 0.
    public let offset: Int

    /// The place and the message, as `line:column: message`.
    public var description: String { "\(line):\(column): \(message)" }
}
