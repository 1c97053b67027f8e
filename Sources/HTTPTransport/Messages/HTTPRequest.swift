// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A request whose body is in memory.
public struct HTTPRequest: Hashable, Sendable {
    /// What it asks for.
    public var method: HTTPMethod
    /// Where it goes, over `http` or `https`; sent exactly as its text stands.
    public var url: URL
    /// The header fields.
    public var headers: HTTPHeaders
    /// The body; empty for none.
    public var body: [UInt8]
    /// How long the whole exchange may take, from the call to the last byte of the response.
    public var timeout: Duration
    /// The largest body of a response that is taken, in bytes.
    public var maximumResponseSize: Int
    /// Whether the request may be sent again where it is not known whether the first one arrived.
    public var isIdempotent: Bool

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - method: What it asks for.
    ///   - url: Where it goes.
    ///   - headers: The header fields.
    ///   - body: The body; empty for none.
    ///   - timeout: How long the whole exchange may take.
    ///   - maximumResponseSize: The largest body of a response that is taken, in bytes.
    ///   - isIdempotent: Whether it may be sent twice; by default as its method says.
    public init(
        _ method: HTTPMethod, _ url: URL, headers: HTTPHeaders = [:], body: [UInt8] = [],
        timeout: Duration = .seconds(60), maximumResponseSize: Int = 64 << 20, isIdempotent: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumResponseSize = maximumResponseSize
        self.isIdempotent = isIdempotent ?? method.isIdempotent
    }
}

extension HTTPRequest {
    /// The method and URL without user, password and query, for messages: those may hold secrets.
    package var location: String {
        let host = url.host() ?? "?"
        let port = url.port.map { ":\($0)" } ?? ""
        return "\(method.rawValue) \(url.scheme ?? "?")://\(host)\(port)\(url.path())"
    }
}
