// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a request asks for (RFC 9110, section 9).
@nonexhaustive
public enum HTTPMethod: String, Hashable, Sendable {
    /// Reads.
    case get = "GET"
    /// Reads the headers alone.
    case head = "HEAD"
    /// Writes what stands at the URL.
    case put = "PUT"
    /// Does what the resource does with a message.
    case post = "POST"
    /// Changes a part of what stands at the URL.
    case patch = "PATCH"
    /// Removes what stands at the URL.
    case delete = "DELETE"

    /// Whether sending the request twice does the same as sending it once (RFC 9110, section 9.2.2).
    public var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete: true
        case .post, .patch: false
        }
    }
}
