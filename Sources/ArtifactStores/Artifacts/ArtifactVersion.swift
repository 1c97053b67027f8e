// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A version of an artifact: it never changes.
public struct ArtifactVersion: Hashable, Sendable {
    /// What a version holds.
    public enum Kind: String, Codable, Sendable {
        /// One file.
        case file
        /// A folder with everything in it.
        case folder
    }

    /// The artifact's name.
    public let name: String
    /// The version's number, counted from 1.
    public let number: Int
    /// Whether it is a file or a folder.
    public let kind: Kind
    /// The digest of paths and contents: equal wherever the same files are published, under any name and in any store.
    public let digest: Digest
    /// How many files there are.
    public let fileCount: Int
    /// How many bytes the files have.
    public let size: Int
    /// When it was published, to the second.
    public let created: Date
    /// What the publisher wrote about it.
    public let metadata: [String: String]
    /// The list of files.
    let manifest: StoredContent
}

extension ArtifactVersion: CustomStringConvertible {
    /// The name and number, as `flight-delay@3`: what ``ArtifactStore/version(_:)`` takes.
    public var description: String { "\(name)@\(number)" }
}

/// A file of an artifact's version.
public struct ArtifactFile: Hashable, Sendable {
    /// The path in the folder; the file's name for a version that is one file.
    public let path: String
    /// What the file holds.
    public let content: StoredContent
    /// Whether it may be executed.
    public let isExecutable: Bool
}

/// What a version's record in the store holds.
struct ArtifactRecord: Codable, Sendable {
    var kind: ArtifactVersion.Kind
    var digest: Digest
    var fileCount: Int
    var size: Int
    var created: Date
    var metadata: [String: String]
    var manifest: StoredContent
}

/// What a move of an alias leaves in the store.
struct AliasRecord: Codable, Sendable {
    /// Where the alias leads from now on; nil where it was removed.
    var version: Int?
    var moved: Date
}
