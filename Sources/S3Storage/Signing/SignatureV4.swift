// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import HTTPTransport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Signs requests as "AWS Signature Version 4" says, the signature in the header `Authorization`.
struct SignatureV4: Sendable {
    var credentials: S3Credentials
    var region: String
    /// The name of the service; `s3` signs the path as it is sent, other services encode it once more.
    var service = "s3"

    /// Adds the headers `X-Amz-Date`, `X-Amz-Security-Token` and `Authorization`.
    ///
    /// Every header that the request carries so far is signed, conditions included: a proxy that drops one of them
    /// makes the request invalid, not unconditional.
    ///
    /// - Parameters:
    ///   - request: The request; where it lacks `X-Amz-Content-Sha256`, the hash of its body is signed.
    ///   - seconds: The time of signing in seconds since 1970.
    func sign(_ request: HTTPRequest, at seconds: Double) -> HTTPRequest {
        var request = request
        let time = AmazonDate.text(of: seconds)
        request.headers["X-Amz-Date"] = time
        if let token = credentials.sessionToken { request.headers["X-Amz-Security-Token"] = token }
        let canonical = canonicalRequest(request)
        let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Digest(of: canonical.text).hexadecimal)"
        let signature = encodeHexadecimal(
            HMACSHA256.code(for: Array(text.utf8), key: key(day: time.prefix(8))))
        request.headers["Authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        return request
    }

    /// The text whose hash is signed, and the names of the headers in it.
    func canonicalRequest(_ request: HTTPRequest) -> (text: String, signedHeaders: String) {
        let target = RequestTarget(request.url.absoluteString)
        var values: [String: [String]] = ["host": [target.authority]]
        for field in request.headers.fields {
            let words = field.value.split(separator: " ").joined(separator: " ")
            values[field.name.lowercased(), default: []].append(words)
        }
        let names = values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let signedHeaders = names.joined(separator: ";")
        let lines = names.map { "\($0):\((values[$0] ?? []).joined(separator: ","))\n" }.joined()
        let hash = request.headers["X-Amz-Content-Sha256"] ?? Digest(of: request.body).hexadecimal
        let path = service == "s3" ? target.path : URLEncoding.encode(target.path, keepingSlashes: true)
        let text = [
            request.method.rawValue, path, canonicalQuery(target.query), lines, signedHeaders, hash,
        ].joined(separator: "\n")
        return (text, signedHeaders)
    }

    /// The parameters, which are encoded already, in the order of their bytes, each with an equals sign.
    private func canonicalQuery(_ query: String) -> String {
        query.split(separator: "&").map { parameter in
            let halves = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: halves[0], value: halves.count > 1 ? halves[1] : "")
        }.sorted { left, right in
            left.name == right.name
                ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
                : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    private func key(day: Substring) -> [UInt8] {
        var key = Array(("AWS4" + credentials.secretAccessKey).utf8)
        for part in [String(day), region, service, "aws4_request"] {
            key = HMACSHA256.code(for: Array(part.utf8), key: key)
        }
        return key
    }
}

/// The parts of a URL exactly as its text has them.
struct RequestTarget {
    /// The host, with the port where the URL names one.
    var authority: String
    /// The path; a single slash where the URL has none.
    var path: String
    /// The query without its question mark.
    var query: String

    init(_ url: String) {
        var rest = url[...]
        if let mark = rest.firstRange(of: "://") { rest = rest[mark.upperBound...] }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        authority = String(rest[..<end])
        rest = rest[end...]
        let mark = rest.firstIndex(of: "?") ?? rest.endIndex
        path = rest[..<mark].isEmpty ? "/" : String(rest[..<mark])
        query = String(rest[mark...].dropFirst())
    }
}
