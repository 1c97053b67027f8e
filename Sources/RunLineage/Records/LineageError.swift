// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What is wrong with a lineage record.
public struct LineageError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// The text is no lineage record.
        case malformed
        /// The record has a format that this version does not know.
        case unsupportedFormat
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The failure underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message and its cause.
    public var description: String { message + (cause.map { " (\($0))" } ?? "") }
}
