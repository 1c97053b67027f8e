// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import Foundation
import S3Storage

/// Where a store is, as people write it: a folder path, or `s3://bucket/prefix`.
enum StoreLocation {
    /// The options of every command that opens a store.
    static let options = [
        Option(
            "--store", "STORE",
            "a folder, or s3://bucket/prefix with credentials from the usual AWS variables"),
        Option("--endpoint", "URL", "the server of the bucket where it is not Amazon's"),
        Option("--region", "REGION", "the region of the bucket; else AWS_REGION, else us-east-1"),
        Option(
            "--addressing", "STYLE", "where the bucket's name goes: automatic (default), path or virtual-host"
        ),
    ]

    /// Opens the store that the options name, where a folder must exist: nothing is found wrong with one that was misspelt.
    static func openExisting(_ arguments: Arguments) throws -> any ObjectStore {
        let text = try arguments.required("--store")
        guard text.contains("://") || FileManager.default.fileExists(atPath: text) else {
            throw UsageError("there is no folder '\(text)'; correct '--store'")
        }
        return try open(arguments)
    }

    /// Opens the store that the options name.
    static func open(_ arguments: Arguments) throws -> any ObjectStore {
        let styles: [String: S3ObjectStore.Addressing] = [
            "automatic": .automatic, "path": .path, "virtual-host": .virtualHost,
        ]
        let style = try arguments.choice("--addressing", of: styles.keys.sorted(), default: "automatic")
        return try open(
            arguments.required("--store"), endpoint: arguments["--endpoint"], region: arguments["--region"],
            addressing: styles[style] ?? .automatic)
    }

    /// Opens a store.
    ///
    /// - Parameters:
    ///   - text: A folder path, or `s3://bucket/prefix`.
    ///   - endpoint: The server of a bucket where it is not Amazon's.
    ///   - region: The region of a bucket.
    ///   - addressing: Where the name of a bucket goes.
    static func open(
        _ text: String, endpoint: String? = nil, region: String? = nil,
        addressing: S3ObjectStore.Addressing = .automatic
    ) throws -> any ObjectStore {
        guard let rest = text.firstRange(of: "://").map({ text[$0.upperBound...] }) else {
            guard endpoint == nil else {
                throw UsageError(
                    "'--endpoint' belongs to a store such as s3://bucket/prefix, not to a folder")
            }
            guard !text.isEmpty else {
                throw UsageError("the store has an empty name: expected a folder or s3://bucket/prefix")
            }
            return try LocalObjectStore(at: text)
        }
        guard text.hasPrefix("s3://") else {
            throw UsageError("'\(text)' is no store: expected a folder or s3://bucket/prefix")
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var url: URL?
        if let endpoint {
            guard let parsed = URL(string: endpoint), parsed.scheme != nil else {
                throw UsageError(
                    "the option '--endpoint' expects a URL such as http://host:9000, not '\(endpoint)'")
            }
            url = parsed
        }
        return try S3ObjectStore(
            bucket: String(rest[..<slash]), prefix: String(rest[slash...]), endpoint: url, region: region,
            addressing: addressing)
    }
}
