// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
public import HTTPTransport

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A store in a bucket of Amazon S3 or of any server that speaks its protocol.
///
/// Correctness rests on one thing only: a PUT with `If-None-Match: *` that lets one of many writers win. Each write carries
/// an id of its own in its metadata, so that a writer whose answer was lost finds out whether it had won. The first
/// successful creation is repeated once to see that the server refuses it; a server that ignores the condition is
/// refused from then on with the code `unsupported`.
///
/// Every request is signed together with the hash of its content, which the server checks; what is read whole is
/// compared with the hash that was stored beside it.
public struct S3ObjectStore: ObjectStore {
    /// Where the name of the bucket goes.
    @nonexhaustive
    public enum Addressing: Hashable, Sendable {
        /// In the host for Amazon's endpoints, else in the path.
        case automatic
        /// In the path: `https://host/bucket/key`.
        case path
        /// In the host: `https://bucket.host/key`.
        case virtualHost
    }

    /// What rarely needs to change.
    public struct Options: Hashable, Sendable {
        /// How often and how soon a failed request is sent again.
        public var retries = RetryPolicy()
        /// How long an answer may take before the request is sent again, with another second for each 256 KiB that are sent.
        public var requestTimeout = Duration.seconds(60)
        /// How long reading an object, or a range of one, may take.
        public var downloadTimeout = Duration.seconds(600)
        /// Contents larger than this are put in parts.
        public var largestSinglePut = 32 << 20
        /// The size of a part; servers demand at least 5 MiB, and it grows where a content would have over 10,000.
        public var partSize = 16 << 20
        /// Creations larger than this are refused where they are one PUT each: servers take 5 GiB in one.
        public var largestCreation = 5 << 30
        /// How many parts are sent at once.
        public var partsAtOnce = 4
        /// Whether the first conditional write of each kind finds out if the server heeds the condition.
        public var verifiesConditions = true

        /// The usual options.
        public init() {}
    }

    /// Where the store is: `s3://bucket/prefix`.
    public let location: String
    let prefix: String
    let client: S3Client
    let options: Options
    let knowledge = BucketKnowledge()

    /// Opens a store in a bucket, which must exist; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - bucket: The name of the bucket.
    ///   - prefix: The part of the bucket that the store may use, up to 120 bytes; empty for all of it.
    ///   - endpoint: The server; by default what `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` names, else Amazon's.
    ///   - region: The region that is signed; by default `AWS_REGION`, `AWS_DEFAULT_REGION` or `us-east-1`.
    ///   - credentials: Where credentials come from.
    ///   - addressing: Where the name of the bucket goes.
    ///   - options: What rarely needs to change.
    ///   - http: What sends requests.
    /// - Throws: `StoreError` with the code `invalidArgument` or `invalidKey`.
    public init(
        bucket: String, prefix: String = "", endpoint: URL? = nil, region: String? = nil,
        credentials: S3CredentialSource = .environment, addressing: Addressing = .automatic,
        options: Options = Options(), http: any HTTPClient = URLSessionTransport()
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"]
        let region = region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
        let folder = String(prefix.drop { $0 == "/" }.reversed().drop { $0 == "/" }.reversed())
        if !folder.isEmpty { try ObjectKey.check(folder) }
        guard folder.utf8.count <= 120 else {
            throw StoreError(.invalidArgument, "the prefix is longer than 120 bytes", key: prefix)
        }
        location = "s3://\(bucket)" + (folder.isEmpty ? "" : "/" + folder)
        self.prefix = folder.isEmpty ? "" : folder + "/"
        self.options = options
        client = S3Client(
            bucket: bucket, location: location,
            endpoint: try S3Endpoint(
                bucket: bucket, endpoint: endpoint ?? named.flatMap { URL(string: $0) }, region: region,
                addressing: addressing),
            region: region, credentials: credentials, options: options, http: http)
    }
}
