// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(FoundationNetworking)
    import Foundation
    import FoundationNetworking
#else
    import Foundation
#endif

/// The running exchanges of one session: collects each response and resumes who waits for it.
///
/// A delegate, because `URLSession.bytes` is missing on Linux and the methods that return whole bodies know no
/// limit of size.
final class Exchanges: NSObject, URLSessionDataDelegate {
    private struct Exchange {
        let request: HTTPRequest
        let continuation: CheckedContinuation<HTTPResponse, any Error>
        var response: HTTPResponse?
        var body = Data()
        var failure: HTTPError?
    }

    private let exchanges = Mutex<[Int: Exchange]>([:])

    /// Runs a task to its end.
    func run(_ task: URLSessionDataTask, for request: HTTPRequest) async throws -> HTTPResponse {
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    exchanges.withLock {
                        $0[task.taskIdentifier] = Exchange(request: request, continuation: continuation)
                    }
                    task.resume()
                }
            } onCancel: {
                task.cancel()
            }
        } catch {
            // A cancelled task may report any failure; what its caller must learn is that it was cancelled.
            try Task.checkCancellation()
            throw error
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let head = (response as? HTTPURLResponse).map(Exchanges.head)
        let isAllowed = exchanges.withLock { exchanges in
            exchanges[dataTask.taskIdentifier]?.response = head
            let length = head?.headers["Content-Length"].flatMap { Int($0) } ?? 0
            return admit(length, to: &exchanges[dataTask.taskIdentifier])
        }
        completionHandler(isAllowed ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isAllowed = exchanges.withLock { exchanges in
            let size = data.count + (exchanges[dataTask.taskIdentifier]?.body.count ?? 0)
            guard admit(size, to: &exchanges[dataTask.taskIdentifier]) else { return false }
            exchanges[dataTask.taskIdentifier]?.body.append(data)
            return true
        }
        if !isAllowed { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = exchanges.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else {
            return
        }
        exchange.continuation.resume(
            with: Result { () throws(HTTPError) in
                try Exchanges.finish(exchange, error: error, response: task.response)
            }.mapError { $0 })
    }

    /// Whether a body of this size may come; notes the failure where not.
    private func admit(_ size: Int, to exchange: inout Exchange?) -> Bool {
        guard let request = exchange?.request else { return false }
        guard size > request.maximumResponseSize, request.method != .head else { return true }
        exchange?.failure = HTTPError(
            .responseTooLarge, "the body of the answer exceeds \(request.maximumResponseSize) bytes",
            location: request.location)
        return false
    }

    private static func finish(
        _ exchange: Exchange, error: (any Error)?, response: URLResponse?
    ) throws(HTTPError) -> HTTPResponse {
        if let failure = exchange.failure { throw failure }
        let location = exchange.request.location
        if let error { throw failure(of: error, location: location) }
        guard var result = exchange.response ?? (response as? HTTPURLResponse).map(head) else {
            throw HTTPError(.malformedResponse, "the answer is not HTTP", location: location)
        }
        result.body = Array(exchange.body)
        let expected = result.headers["Content-Length"].flatMap { Int($0) }
        let hasBody = exchange.request.method != .head && ![204, 304].contains(result.status)
        if hasBody, result.headers["Content-Encoding"] == nil, let expected, expected != result.body.count {
            throw HTTPError(
                .malformedResponse, "the answer has \(result.body.count) bytes of \(expected)",
                location: location)
        }
        return result
    }

    private static func head(of response: HTTPURLResponse) -> HTTPResponse {
        let fields = response.allHeaderFields.compactMap { name, value in
            (name as? String).map { HTTPHeaders.Field(name: $0, value: "\(value)") }
        }
        return HTTPResponse(
            status: response.statusCode, headers: HTTPHeaders(fields.sorted { $0.name < $1.name }))
    }

    private static func failure(of error: any Error, location: String) -> HTTPError {
        let (code, message): (HTTPError.Code, String) =
            switch (error as? URLError)?.code {
            case .cannotFindHost?, .dnsLookupFailed?:
                (.cannotConnect, "the host has no address; check its name")
            case .cannotConnectToHost?, .notConnectedToInternet?:
                (.cannotConnect, "nothing answers there; check host and port, and that the server runs")
            case .secureConnectionFailed?, .serverCertificateUntrusted?, .serverCertificateHasBadDate?,
                .serverCertificateHasUnknownRoot?, .serverCertificateNotYetValid?,
                .clientCertificateRejected?, .clientCertificateRequired?:
                (.notTrusted, "the server's certificate is not trusted; add its authority to the system's")
            case .badServerResponse?, .cannotParseResponse?, .cannotDecodeContentData?,
                .cannotDecodeRawData?, .zeroByteResource?:
                (.malformedResponse, "the answer is not HTTP, or breaks off")
            case .timedOut?: (.timedOut, "no answer in time")
            // The URL was checked before: a scheme that is not supported is an answer in something like HTTP/0.9.
            case .unsupportedURL?: (.malformedResponse, "the answer is not HTTP")
            case .badURL?: (.invalidRequest, "the URL cannot be used")
            default: (.connectionLost, "the connection broke")
            }
        return HTTPError(code, message, location: location, cause: error)
    }
}
