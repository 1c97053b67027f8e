// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
public import HTTPTransport

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// An MLflow tracking server, spoken to by its REST interface (MLflow 2 and 3, `/api/2.0/mlflow`).
///
/// A server that cannot parse a message may answer 200 and drop the rest of it, and it cuts long values without a
/// word. So everything is checked against the server's limits before it is sent, and who must know that all has
/// arrived reads it back.
public struct MLflowServer: Sendable {
    /// The address of the server, without user and password.
    public let url: URL
    private let base: String
    private let authorization: MLflowAuthorization
    private let http: RetryingClient

    /// Describes a server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - url: Such as `http://mlflow.example:5000`, or with a path where the server stands behind one.
    ///   - authorization: How requests prove who sends them.
    ///   - retries: How often and how soon a failed request is sent again.
    ///   - http: What sends requests.
    /// - Throws: ``MLflowError`` with the code `invalidArgument`.
    public init(
        _ url: URL, authorization: MLflowAuthorization = .environment, retries: RetryPolicy = RetryPolicy(),
        http: any HTTPClient = URLSessionTransport()
    ) throws(MLflowError) {
        guard ["http", "https"].contains(url.scheme?.lowercased() ?? ""), url.host()?.isEmpty == false,
            url.user() == nil, url.query() == nil
        else {
            throw MLflowError(
                .invalidArgument,
                "the server's address must be a URL such as http://host:5000; a user goes into MLFLOW_TRACKING_USERNAME"
            )
        }
        self.url = url
        let text = url.absoluteString
        base = text.hasSuffix("/") ? String(text.dropLast()) : text
        self.authorization = authorization
        self.http = RetryingClient(http, policy: retries)
    }

    /// The version of the server, such as `3.17.2`.
    ///
    /// - Throws: ``MLflowError``
    public func version() async throws -> String {
        let response = try await send(.get, "/version")
        return String(decoding: response.body, as: UTF8.self)
    }

    /// Calls an endpoint of the REST interface and returns its answer.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - endpoint: What follows `/api/2.0/mlflow/`.
    ///   - query: Parameters in the URL.
    ///   - body: The message.
    ///   - isIdempotent: Whether the message may arrive twice; by default as the method says.
    func call(
        _ method: HTTPMethod, _ endpoint: String, query: [(String, String)] = [],
        body: [String: JSONValue]? = nil,
        isIdempotent: Bool? = nil
    ) async throws -> JSONValue {
        let response = try await send(
            method, "/api/2.0/mlflow/" + endpoint, query: query,
            body: body.map { CanonicalJSON.encode(JSONValue.object($0)) } ?? [], type: "application/json",
            isIdempotent: isIdempotent)
        do {
            return try JSONValue(parsing: response.body)
        } catch {
            throw MLflowError(
                .malformedResponse, "the answer is not JSON; is this an MLflow server?", location: endpoint,
                cause: error)
        }
    }

    /// Sends a request to a path of the server and returns its answer if that is one of success.
    func send(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], body: [UInt8] = [],
        type: String = "application/octet-stream", isIdempotent: Bool? = nil
    ) async throws -> HTTPResponse {
        var text = base + path
        let parameters = query.map { "\(MLflowServer.encode($0))=\(MLflowServer.encode($1))" }
        if !parameters.isEmpty { text += "?" + parameters.joined(separator: "&") }
        guard let url = URL(string: text) else {
            throw MLflowError(.invalidArgument, "this gives no URL", location: text)
        }
        var request = HTTPRequest(
            method, url, headers: ["Content-Type": type, "User-Agent": "swift-mlops"], body: body,
            timeout: .seconds(120 + body.count / (256 << 10)), maximumResponseSize: 2 << 30,
            isIdempotent: isIdempotent)
        if let header = authorization.header() { request.headers["Authorization"] = header }
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch let error as HTTPError {
            throw MLflowError(.unavailable, "the server gave no answer", location: path, cause: error)
        }
        guard response.isSuccess else { throw MLflowServer.error(response, path) }
        return response
    }

    /// Reads a refusal: `{"error_code": ..., "message": ...}`, or a page of HTML from the server in front.
    private static func error(_ response: HTTPResponse, _ path: String) -> MLflowError {
        let answer = try? JSONValue(parsing: response.body)
        let name = answer?["error_code"]?.string ?? ""
        let said = answer?["message"]?.string ?? response.excerpt
        let (code, advice): (MLflowError.Code, String) =
            switch (name, response.status) {
            case ("RESOURCE_DOES_NOT_EXIST", _): (.notFound, "the server knows no such thing")
            case ("RESOURCE_ALREADY_EXISTS", _): (.alreadyExists, "this exists already")
            case ("INVALID_PARAMETER_VALUE", _), ("BAD_REQUEST", _):
                (.invalidArgument, "the server refuses this")
            case ("PERMISSION_DENIED", _), (_, 401):
                (.permissionDenied, "access is denied; set MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN")
            case (_, 403):
                (
                    .permissionDenied,
                    "access is denied; the server may need --allowed-hosts with the host used here"
                )
            case ("ENDPOINT_NOT_FOUND", _), (_, 404), (_, 405), (_, 501):
                (
                    .unsupported,
                    "the server has no such endpoint; is this an MLflow server, and its version 2 or later?"
                )
            case (_, 300..<400): (.invalidArgument, "the server sends to another address; use that one")
            case (_, 400..<500): (.invalidArgument, "the server refuses this")
            default: (.unavailable, "the server failed")
            }
        let text = [name, said].filter { !$0.isEmpty }.joined(separator: ": ")
        return MLflowError(code, advice + " (it says: \(response.status) \(text))", location: path)
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986.
    static func encode(_ text: String, keepingSlashes: Bool = false) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            case UInt8(ascii: "/") where keepingSlashes: "/"
            default: "%" + encodeHexadecimal([byte]).uppercased()
            }
        }.joined()
    }
}
