// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What went wrong in a store: what, where, and how to mend it.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// Nothing stands at the key.
        case notFound
        /// The key is taken.
        case alreadyExists
        /// The object is not the one whose tag was given.
        case changed
        /// The key or the name breaks the rules for keys.
        case invalidKey
        /// The argument cannot be used; the message says why.
        case invalidArgument
        /// The operating system or the server refuses access.
        case permissionDenied
        /// The disk or the quota is full.
        case outOfSpace
        /// What was read is not what was written.
        case corrupted
        /// The store was written in a format that this version does not know.
        case unsupportedFormat
        /// The store lacks an operation.
        case unsupported
        /// The store did not answer, or answered with a failure of its own.
        case unavailable
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The key, name or path it is about.
    public let key: String?
    /// Where the store is.
    public let location: String?
    /// The failure underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(
        _ code: Code, _ message: String, key: String? = nil, location: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.key = key
        self.location = location
        self.cause = cause
    }

    /// The place and the message, as `location: key: message`.
    public var description: String {
        [location, key, message].compactMap { $0 }.joined(separator: ": ") + (cause.map { " (\($0))" } ?? "")
    }
}
