// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// The files of a model version, pinned by their content.
public struct ModelArtifact: Hashable, Sendable, Codable {
    /// The name under which the files are stored, or their address.
    public var name: String
    /// The number of the version in that store; nil for files that stand alone.
    public var version: Int?
    /// The digest of the content: it never changes for a registered version.
    public var digest: Digest
    /// The size in bytes; nil where it is not known.
    public var size: Int?

    /// Describes the files of a model version.
    public init(name: String, version: Int? = nil, digest: Digest, size: Int? = nil) {
        self.name = name
        self.version = version
        self.digest = digest
        self.size = size
    }
}
