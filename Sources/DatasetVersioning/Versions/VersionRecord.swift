// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import TableReading

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What stands in the history of a dataset; its place there is the version's number.
struct VersionRecord: Codable, Sendable {
    /// The version of this format.
    var format = 1
    var digest: Digest
    var isFolder: Bool
    var fileCount: Int
    var size: Int
    var rowCount: Int?
    var schema: TableSchema?
    var rows: RowFingerprint?
    var message: String
    var author: String
    var created: Date
    var source: String
    var parents: [String]
    var chunks: Int
    var newChunks: Int
    var newBytes: Int
    var manifest: StoredContent
    var profile: StoredContent?

    func version(_ dataset: String, _ number: Int) throws(DatasetError) -> DatasetVersion {
        guard format == 1 else {
            throw DatasetError(
                .unsupportedFormat,
                "the version has format \(format), this program reads format 1; update swift-mlops",
                subject: "\(dataset)@\(number)")
        }
        return DatasetVersion(
            dataset: dataset, number: number, digest: digest, isFolder: isFolder, fileCount: fileCount,
            size: size,
            rowCount: rowCount, schema: schema, rows: rows, message: message, author: author,
            created: created,
            source: source, parents: parents, chunks: chunks, newChunks: newChunks, newBytes: newBytes,
            manifest: manifest, profile: profile)
    }
}

/// What stands in the history of a tag: the version it points to from then on, nil where it was taken away.
struct TagRecord: Codable, Sendable {
    var number: Int?
    var author: String
    var created: Date
}
