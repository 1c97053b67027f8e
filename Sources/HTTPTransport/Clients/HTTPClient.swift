// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What sends requests: ``URLSessionTransport``, or a client that a service already has.
///
/// A conforming type
/// - returns every complete response, whatever its status, and follows no redirect, because a redirected request
///   would carry a signature made for another host;
/// - keeps to ``HTTPRequest/timeout`` and ``HTTPRequest/maximumResponseSize``;
/// - throws `CancellationError` soon after its task was cancelled, and ``HTTPError`` for all else;
/// - keeps no cookies, caches nothing, and sends nothing twice on its own, except an idempotent request over a kept
///   connection that the server turns out to have closed.
public protocol HTTPClient: Sendable {
    /// Sends a request and returns the response.
    ///
    /// - Throws: ``HTTPError`` where there is no response, `CancellationError`.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}
