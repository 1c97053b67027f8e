// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import HTTPTransport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where the requests for a bucket go.
struct S3Endpoint: Sendable {
    /// The scheme and the host with its port, such as `https://ml.s3.eu-west-1.amazonaws.com`.
    let origin: String
    /// The path of the bucket: empty where the host names it.
    let bucketPath: String
    /// Whether the host serves buckets of one region only, so that signing another one does not help.
    let isOfOneRegion: Bool

    /// Finds the endpoint of a bucket.
    init(
        bucket: String, endpoint: URL?, region: String, addressing: S3ObjectStore.Addressing
    ) throws(StoreError) {
        try S3Endpoint.check(bucket: bucket)
        var host = "s3.\(region).amazonaws.com"
        var scheme = "https"
        var base = ""
        if let endpoint {
            let target = RequestTarget(endpoint.absoluteString)
            guard let given = endpoint.scheme?.lowercased(), ["http", "https"].contains(given),
                endpoint.host()?.isEmpty == false, target.query.isEmpty, !target.authority.contains("@"),
                endpoint.fragment == nil
            else {
                throw StoreError(
                    .invalidArgument,
                    "the endpoint must be a URL such as https://host:9000, without user, password and query")
            }
            scheme = given
            host = S3Endpoint.withoutDefaultPort(target.authority, scheme: scheme)
            base = target.path.hasSuffix("/") ? String(target.path.dropLast()) : target.path
        }
        let byHost =
            switch addressing {
            case .virtualHost: true
            case .path: false
            // A certificate for *.host covers no name with more dots, and other servers rarely have such a name.
            case .automatic: host.hasSuffix(".amazonaws.com") && !(bucket.contains(".") && scheme == "https")
            }
        origin = "\(scheme)://\(byHost ? "\(bucket).\(host)" : host)"
        isOfOneRegion = host.hasSuffix(".amazonaws.com")
        bucketPath = base + (byHost ? "" : "/" + bucket)
    }

    /// The URL of an object, or of the bucket, with parameters in the order of their names.
    func url(key: String?, parameters: [(name: String, value: String?)]) throws(StoreError) -> URL {
        var text =
            origin + bucketPath + "/" + (key.map { URLEncoding.encode($0, keepingSlashes: true) } ?? "")
        let query = parameters.sorted { $0.name < $1.name }.map { parameter in
            URLEncoding.encode(parameter.name) + "=" + URLEncoding.encode(parameter.value ?? "")
        }
        if !query.isEmpty { text += "?" + query.joined(separator: "&") }
        guard let url = URL(string: text) else {
            throw StoreError(.invalidArgument, "the endpoint and the bucket give no URL: \(text)")
        }
        return url
    }

    /// A client that leaves out the port that a scheme implies in `Host` must sign the host without it.
    private static func withoutDefaultPort(_ authority: String, scheme: String) -> String {
        let implied = scheme == "https" ? ":443" : ":80"
        return authority.hasSuffix(implied) ? String(authority.dropLast(implied.count)) : authority
    }

    /// The rules for names of buckets ("General purpose bucket naming rules", Amazon S3 User Guide).
    private static func check(bucket: String) throws(StoreError) {
        let isSound =
            (3...63).contains(bucket.utf8.count)
            && bucket.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            } && !bucket.hasPrefix("-") && !bucket.hasPrefix(".") && !bucket.contains("..")
        guard isSound else {
            throw StoreError(
                .invalidArgument,
                "'\(bucket)' is no name of a bucket: 3 to 63 lower-case letters, digits, '-' and '.'")
        }
    }
}
