// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
public import ContentHashing
public import TableReading

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A version of a dataset, which never changes: what it holds and where it came from.
public struct DatasetVersion: Hashable, Sendable, Codable {
    /// The dataset's name.
    public internal(set) var dataset: String
    /// The number, counted from 1 in each dataset.
    public internal(set) var number: Int
    /// What names the content: equal files under equal paths have an equal digest in every store.
    public internal(set) var digest: Digest
    /// Whether it was made of a folder; else it is a single file.
    public internal(set) var isFolder: Bool
    /// How many files there are.
    public internal(set) var fileCount: Int
    /// The bytes of all files.
    public internal(set) var size: Int
    /// How many rows the tables have; nil where no file was read as one.
    public internal(set) var rowCount: Int?
    /// The columns that all tables have; nil where they differ or there is none.
    public internal(set) var schema: TableSchema?
    /// What is equal for equal rows in any order; nil where no file was read as a table.
    public internal(set) var rows: RowFingerprint?
    /// Why it was made.
    public internal(set) var message: String
    /// Who made it.
    public internal(set) var author: String
    /// When it was made.
    public internal(set) var created: Date
    /// The path it was made of, on the machine where that was done.
    public internal(set) var source: String
    /// The versions it was derived from, as `flights@12`.
    public internal(set) var parents: [String]
    /// How many chunks it has, and how many of them were new.
    public internal(set) var chunks: Int
    /// How many chunks the store did not hold before.
    public internal(set) var newChunks: Int
    /// How many bytes the new chunks have.
    public internal(set) var newBytes: Int
    /// The list of files.
    public internal(set) var manifest: StoredContent
    /// The profile of the tables; read it with ``DatasetStore/profile(of:)``.
    public internal(set) var profile: StoredContent?

    /// What others record to name this version: `flights@12`.
    public var reference: String { "\(dataset)@\(number)" }
}

/// The answer to a snapshot.
public struct DatasetSnapshot: Hashable, Sendable, CustomStringConvertible {
    /// The version that holds the content now.
    public let version: DatasetVersion
    /// Whether it was made now; else the latest version holds exactly this content.
    public let isNew: Bool
    /// How many files were read; the others are known to be unchanged by what the file system says.
    public let filesRead: Int
    /// What was given to the store and what of it was new.
    public let receipt: WriteReceipt
    /// What may be worth knowing, such as a table that could not be read as one.
    public let notes: [String]

    /// What others record to name the version: `flights@12`.
    public var reference: String { version.reference }

    /// One line: `flights@12: 4 new chunks of 71, 212 KiB`.
    public var description: String {
        guard isNew else { return "\(reference): unchanged, 0 bytes added" }
        return "\(reference): \(receipt.newChunks) new chunks of \(receipt.chunks), "
            + ByteCount.text(receipt.newBytes)
    }
}

/// Sizes as people read them.
package enum ByteCount {
    /// A size with a binary unit: `212 KiB`.
    package static func text(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["bytes", "KiB", "MiB", "GiB"] {
            if value < 1_000 {
                return unit == "bytes" || value >= 100
                    ? "\(Int(value.rounded())) \(unit)" : "\((value * 10).rounded() / 10) \(unit)"
            }
            value /= 1_024
        }
        return "\((value * 10).rounded() / 10) TiB"
    }
}
