// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import HTTPTransport
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Sends signed requests for one bucket and turns refusals into errors.
struct S3Client: Sendable {
    let bucket: String
    let location: String
    private let endpoint: S3Endpoint
    private let region: SignedRegion
    private let http: RetryingClient
    private let options: S3ObjectStore.Options

    init(
        bucket: String, location: String, endpoint: S3Endpoint, region: String,
        credentials: S3CredentialSource, options: S3ObjectStore.Options, http: any HTTPClient
    ) {
        self.bucket = bucket
        self.location = location
        self.endpoint = endpoint
        self.options = options
        let clock = ServerClock()
        let signed = SignedRegion(region)
        self.region = signed
        self.http = RetryingClient(
            http, policy: options.retries,
            prepare: { request in
                guard let credentials = try await credentials.load() else { return request }
                return SignatureV4(credentials: credentials, region: signed.name).sign(request, at: clock.now)
            },
            isTransient: { response in
                if response.isSuccess { return false }
                let failure = S3Failure(response)
                return failure.isTransient || clock.adjust(to: response, failure)
            })
    }

    /// Sends a request and returns the response if its status is one of success or one that the caller takes.
    ///
    /// - Parameters:
    ///   - method: What to do.
    ///   - key: The key in the bucket, its prefix included; nil for the bucket itself.
    ///   - parameters: The query.
    ///   - headers: Further headers; all of them are signed.
    ///   - body: The content.
    ///   - hash: The SHA-256 of the content where the caller has it.
    ///   - statuses: Which refusals to return instead of throwing.
    /// - Throws: `StoreError`, `CancellationError`
    func send(
        _ method: HTTPMethod, _ key: String?, parameters: [(name: String, value: String?)] = [],
        headers: HTTPHeaders = [:], body: [UInt8] = [], hash: Digest? = nil, accepting statuses: Set<Int> = []
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(
            method, try endpoint.url(key: key, parameters: parameters), headers: headers, body: body,
            // A slow line of 256 KiB a second is slow, not broken.
            timeout: method == .get
                ? options.downloadTimeout : options.requestTimeout + .seconds(body.count / (256 << 10)),
            maximumResponseSize: 5 << 30, isIdempotent: true)
        request.headers["X-Amz-Content-Sha256"] = (hash ?? Digest(of: body)).hexadecimal
        if method == .put || method == .post { request.headers["Content-Type"] = "application/octet-stream" }
        var response: HTTPResponse
        do {
            let signed = region.name
            response = try await http.send(request)
            if !response.isSuccess, !endpoint.isOfOneRegion || response.status != 301,
                region.follows(S3Failure(response), to: response, signed: signed)
            {
                response = try await http.send(request)
            }
        } catch let error as HTTPError {
            throw StoreError(
                error.code == .invalidRequest || error.code == .responseTooLarge
                    ? .invalidArgument : .unavailable,
                "the server gave no answer", key: key, location: location, cause: error)
        }
        guard response.isSuccess || statuses.contains(response.status) else {
            throw S3Failure(response).error(key: key, bucket: bucket, location: location)
        }
        return response
    }

    /// Reads an answer that must be an XML document with this root.
    func document(_ name: String, or other: String? = nil, in response: HTTPResponse) throws -> XMLElement {
        let root: XMLElement
        do {
            root = try XMLReader.read(response.body)
        } catch {
            throw StoreError(
                .unavailable, "the answer is not XML; is this an S3 endpoint?", location: location,
                cause: error)
        }
        guard root.name == name || root.name == other else {
            throw StoreError(
                .unavailable,
                "the answer is a '\(root.name)' instead of a '\(name)'; is this an S3 endpoint?",
                location: location)
        }
        return root
    }
}

/// The region that is signed: the one that was given, or once the one that the server names instead.
private final class SignedRegion: Sendable {
    private struct State {
        var name: String
        var hasFollowed = false
    }

    private let state: Mutex<State>

    init(_ name: String) { state = Mutex(State(name: name)) }

    var name: String { state.withLock { $0.name } }

    /// Learns the bucket's region from a refusal because of the region; true where that changes what would be signed.
    ///
    /// The request goes to the same host again: credentials never go to one that a server names.
    func follows(_ failure: S3Failure, to response: HTTPResponse, signed: String) -> Bool {
        let isRefusal =
            ["AuthorizationHeaderMalformed", "PermanentRedirect"].contains(failure.code)
            || failure.code.isEmpty && [301, 400].contains(response.status)
        guard isRefusal, let region = failure.region, region != signed, SignedRegion.isName(region) else {
            return false
        }
        return state.withLock { state in
            // Another request may have learnt it meanwhile.
            if state.name == region { return true }
            guard !state.hasFollowed else { return false }
            state = State(name: region, hasFollowed: true)
            return true
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// The time by the server's clock, as far as it is known.
private final class ServerClock: Sendable {
    private let offset = Mutex(0.0)

    var now: Double { Date().timeIntervalSince1970 + offset.withLock { $0 } }

    /// Learns the server's time from a refusal because of the time; true where that changes what would be signed.
    func adjust(to response: HTTPResponse, _ failure: S3Failure) -> Bool {
        guard failure.code == "RequestTimeTooSkewed",
            let time = response.headers["Date"].flatMap({ HTTPDate.read($0) })
        else { return false }
        let found = time - Date().timeIntervalSince1970
        return offset.withLock { offset in
            guard abs(found - offset) > 60 else { return false }
            offset = found
            return true
        }
    }
}
