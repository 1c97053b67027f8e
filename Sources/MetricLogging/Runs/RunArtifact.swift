// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// A file that was copied into a run.
public struct RunArtifact: Hashable, Sendable, Codable {
    /// The relative path within the run, such as `plots/auc.svg`.
    public let path: String
    /// The digest of the content.
    public let digest: Digest
    /// The size in bytes.
    public let size: Int
    /// When it was logged, in microseconds since 1970.
    public let microseconds: Int64

    /// Describes an artifact.
    public init(path: String, digest: Digest, size: Int, microseconds: Int64) {
        self.path = path
        self.digest = digest
        self.size = size
        self.microseconds = microseconds
    }

    /// Checks that a path is relative and leads nowhere else.
    static func check(_ path: String) throws(RunError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isSound = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 200
                && !part.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") }
        }
        guard isSound, path.utf8.count <= 900 else {
            throw RunError(
                .invalidName, "the artifact's path must be relative, without '.' and '..'", path: path)
        }
    }
}
