// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// An exchange that gave no response: what happened, with whom, and how to mend it.
///
/// A response with a status of failure is no error of this kind: it is returned.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// The request cannot be sent as it is: its URL, a header or its size.
        case invalidRequest
        /// No connection came about, so the server has not seen the request.
        case cannotConnect
        /// The server's certificate is not trusted, or there is no common version of TLS.
        case notTrusted
        /// The connection broke; the server may or may not have done what was asked.
        case connectionLost
        /// The time for the exchange is over; the server may or may not have done what was asked.
        case timedOut
        /// The answer is not HTTP, or breaks off.
        case malformedResponse
        /// The body of the response is larger than the request allows.
        case responseTooLarge
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The method and URL, without user, password and query.
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

    /// The place and the message, as `GET http://host/path: message`.
    public var description: String {
        (location.map { $0 + ": " } ?? "") + message + (cause.map { " (\($0))" } ?? "")
    }

    /// Whether the same request may go better later, whatever it asks for.
    package var isTransient: Bool {
        switch code {
        case .cannotConnect, .connectionLost, .timedOut, .malformedResponse: true
        case .invalidRequest, .notTrusted, .responseTooLarge: false
        }
    }
}
