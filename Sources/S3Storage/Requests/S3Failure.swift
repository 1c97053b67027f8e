// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import HTTPTransport

/// What S3 says when it refuses ("Error responses", Amazon S3 API Reference).
struct S3Failure: Sendable {
    let status: Int
    /// The code, such as `NoSuchKey`; empty where the answer names none.
    let code: String
    let message: String
    /// The region that the answer names.
    let region: String?

    init(_ response: HTTPResponse) {
        status = response.status
        let root = try? XMLReader.read(response.body)
        let element = root?.name == "Error" ? root : nil
        code = element?["Code"]?.text ?? ""
        message = element?["Message"]?.text ?? response.excerpt
        region = element?["Region"]?.text ?? response.headers["x-amz-bucket-region"]
    }

    /// Whether the same request may go better later.
    var isTransient: Bool {
        [408, 429, 500, 502, 503, 504].contains(status)
            || ["RequestTimeout", "IncompleteBody", "SlowDown", "InternalError"].contains(code)
            || isDamagedOnTheWay
    }

    /// Whether the bytes that arrived are not those that were signed.
    var isDamagedOnTheWay: Bool {
        ["BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest"].contains(code)
    }

    /// The error for callers: what happened and what would mend it.
    func error(key: String?, bucket: String, location: String) -> StoreError {
        let (kind, advice) = explanation(bucket: bucket)
        let said = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
        return StoreError(
            kind, advice + " (the server says: \(status)" + (said.isEmpty ? "" : " " + said) + ")", key: key,
            location: location)
    }

    private func explanation(bucket: String) -> (StoreError.Code, String) {
        switch code {
        case "NoSuchKey": return (.notFound, "there is no such object")
        case "NoSuchBucket":
            return (
                .invalidArgument,
                "the bucket '\(bucket)' does not exist; create it, or check name and endpoint"
            )
        case "InvalidBucketName": return (.invalidArgument, "the server takes no bucket of this name")
        case "ExpiredToken", "TokenRefreshRequired":
            return (
                .permissionDenied, "the credentials have expired; get new ones and set AWS_SESSION_TOKEN too"
            )
        case "InvalidAccessKeyId", "InvalidToken", "InvalidClientTokenId":
            return (.permissionDenied, "the server does not know these credentials; check AWS_ACCESS_KEY_ID")
        case "SignatureDoesNotMatch":
            return (
                .permissionDenied,
                "the signature is refused; check AWS_SECRET_ACCESS_KEY, and that no proxy changes requests"
            )
        case "RequestTimeTooSkewed":
            return (
                .permissionDenied, "the clocks of this machine and the server differ too much; set the clock"
            )
        case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException":
            let place =
                region.map { "it is in '\($0)'; set AWS_REGION to that" } ?? "set AWS_REGION to the bucket's"
            return (
                .invalidArgument,
                "the bucket '\(bucket)' is not in this region; \(place), and the endpoint, where one is set, to one of that region"
            )
        case "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage":
            return (.outOfSpace, "the store is full")
        case "EntityTooLarge": return (.invalidArgument, "the object is larger than the server takes at once")
        case "InvalidObjectState":
            return (.unavailable, "the object is archived; restore it to a class of storage that can be read")
        case "NotImplemented", "MethodNotAllowed": return (.unsupported, "the server lacks this operation")
        default: return explanationOfStatus
        }
    }

    private var explanationOfStatus: (StoreError.Code, String) {
        if isDamagedOnTheWay { return (.corrupted, "the bytes changed on the way to the server") }
        if isTransient { return (.unavailable, "the server failed or is overloaded, again and again") }
        return switch status {
        case 401, 403:
            (
                .permissionDenied,
                "access is denied; the credentials need s3:GetObject, PutObject, DeleteObject and ListBucket"
            )
        case 404: (.notFound, "there is no such object")
        case 301, 302, 307, 308:
            (.invalidArgument, "the server sends to another address; set the endpoint to it")
        case 507: (.outOfSpace, "the store is full")
        case 501: (.unsupported, "the server lacks this operation")
        default: (.unavailable, "the server refuses the request")
        }
    }
}
