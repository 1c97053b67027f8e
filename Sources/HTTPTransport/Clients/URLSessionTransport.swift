// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationNetworking)
    import Foundation
    import FoundationNetworking
#else
    import Foundation
#endif

/// A client on the system's `URLSession`; on Linux, on sockets of its own.
///
/// FoundationNetworking, which is `URLSession` on Linux, ends the whole process when a server closes in the middle of
/// a head ("Transfer completed, but there's no response"), and never returns when one drops a connection that was kept
/// open. So on Linux HTTP is spoken here, under TLS over connections of libcurl, which FoundationNetworking loads. Only in a
/// process in which libcurl is not to be found does TLS go through the session, each exchange over a fresh connection.
///
/// On Linux the authorities that are trusted are the system's, or those in the file that the environment variable
/// `SSL_CERT_FILE` names.
///
/// One session serves all requests of a transport and keeps its connections open. The session ends with the
/// transport, because a session that is never invalidated keeps its threads for ever.
public final class URLSessionTransport: HTTPClient {
    private let session: URLSession
    private let exchanges: Exchanges
    #if os(Linux)
        private let sockets = SocketTransport()
    #endif

    /// Opens a session.
    ///
    /// - Parameter maximumConnectionsPerHost: How many requests to one host run at once; others wait.
    public init(maximumConnectionsPerHost: Int = 16) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = maximumConnectionsPerHost
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        // The deadline is kept by this type: a day here means that the session has none of its own.
        configuration.timeoutIntervalForRequest = 86_400
        configuration.timeoutIntervalForResource = 86_400
        exchanges = Exchanges()
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    /// Sends a request and returns the response.
    ///
    /// - Throws: ``HTTPError`` where there is no response, `CancellationError`.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let systemRequest = try URLSessionTransport.systemRequest(for: request)
        #if os(Linux)
            if request.url.scheme?.lowercased() == "http" || SecureSocket.isAvailable {
                return try await sockets.send(request)
            }
        #endif
        let task = session.dataTask(with: systemRequest)
        return try await withThrowingTaskGroup(of: HTTPResponse?.self) { group in
            group.addTask { [exchanges] in try await exchanges.run(task, for: request) }
            group.addTask {
                try await Task.sleep(for: request.timeout)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let response = first else {
                throw HTTPError(
                    .timedOut, "no complete answer within \(request.timeout)", location: request.location)
            }
            return response
        }
    }

    private static func systemRequest(for request: HTTPRequest) throws(HTTPError) -> URLRequest {
        guard ["http", "https"].contains(request.url.scheme?.lowercased() ?? ""),
            request.url.host()?.isEmpty == false
        else {
            throw HTTPError(
                .invalidRequest, "the URL must start with http:// or https:// and name a host",
                location: request.location)
        }
        if let field = request.headers.firstUnsound {
            throw HTTPError(
                .invalidRequest, "the header '\(field.name)' holds characters that HTTP does not allow",
                location: request.location)
        }
        var result = URLRequest(url: request.url)
        result.httpMethod = request.method.rawValue
        result.httpShouldHandleCookies = false
        result.timeoutInterval = 86_400
        for field in request.headers.fields { result.addValue(field.value, forHTTPHeaderField: field.name) }
        if request.headers["Accept-Encoding"] == nil {
            // Sizes and checksums are those of the bytes on the wire.
            result.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        }
        #if os(Linux)
            result.setValue("close", forHTTPHeaderField: "Connection")
        #endif
        if !request.body.isEmpty || [.put, .post, .patch].contains(request.method) {
            result.httpBody = Data(request.body)
        }
        return result
    }
}
