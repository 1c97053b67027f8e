// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// One version of some data, pinned by its content.
public struct DataReference: Hashable, Sendable, Codable {
    /// The name of the dataset or the path of the file.
    public var name: String
    /// The number of the version in its store; nil for a file that stands alone.
    public var version: Int?
    /// The digest of the content: two references are the same data exactly when their digests are equal.
    public var digest: Digest
    /// The digest of the canonical text of the schema; nil where it was not recorded.
    public var schema: Digest?
    /// How many rows; nil where it was not counted; a label only.
    public var rows: Int?

    /// Describes a version of some data.
    public init(name: String, version: Int? = nil, digest: Digest, schema: Digest? = nil, rows: Int? = nil) {
        self.name = name
        self.version = version
        self.digest = digest
        self.schema = schema
        self.rows = rows
    }
}

extension DataReference: CustomStringConvertible {
    /// The name and the version, as `flights@12`; the short digest where there is no version.
    public var description: String { name + "@" + (version.map { String($0) } ?? digest.short) }
}
