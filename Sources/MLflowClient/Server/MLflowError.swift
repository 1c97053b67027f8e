// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What went wrong between this process and an MLflow server: what, where, and how to mend it.
public struct MLflowError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// The server knows no such thing.
        case notFound
        /// A thing of this name exists, or a parameter has another value already.
        case alreadyExists
        /// What was asked for cannot be stored; the message says why.
        case invalidArgument
        /// The server wants other credentials, or refuses this host.
        case permissionDenied
        /// The server lacks an operation.
        case unsupported
        /// The server did not answer, or failed.
        case unavailable
        /// The answer is none of MLflow's.
        case malformedResponse
        /// The server says that it took everything, but does not hold all of it.
        case incomplete
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The endpoint, or the thing it is about.
    public let location: String?
    /// The failure underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, location: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.location = location
        self.cause = cause
    }

    /// The place and the message, as `place: message`.
    public var description: String {
        (location.map { $0 + ": " } ?? "") + message + (cause.map { " (\($0))" } ?? "")
    }
}
