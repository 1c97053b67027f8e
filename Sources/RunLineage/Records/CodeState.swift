// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// The source code a run was built from.
public struct CodeState: Hashable, Sendable, Codable {
    /// What the working tree holds beyond the commit.
    public enum Changes: Hashable, Sendable {
        /// Nothing: the commit tells it all.
        case clean
        /// Changed or untracked files; the digest is that of the patch and of the untracked files.
        case patch(Digest)
    }

    /// The full hexadecimal name of the commit.
    public var commit: String
    /// The branch; nil for a detached head; a label only, which is not compared.
    public var branch: String?
    /// Where the repository came from, without credentials; nil where it has no origin; a label only.
    public var repository: String?
    /// What the working tree holds beyond the commit; nil where it was not recorded.
    public var changes: Changes?
    /// The resolved packages by identity, each with its version or revision; nil where they were not recorded.
    public var packages: [String: String]?

    /// Describes a state of the code, such as one that a build server passed on.
    public init(
        commit: String, branch: String? = nil, repository: String? = nil, changes: Changes? = nil,
        packages: [String: String]? = nil
    ) {
        self.commit = commit
        self.branch = branch
        self.repository = repository
        self.changes = changes
        self.packages = packages
    }
}

extension CodeState.Changes: Codable, CustomStringConvertible {
    /// The word `clean`, or the digest of the patch.
    public var description: String {
        switch self {
        case .clean: "clean"
        case .patch(let digest): digest.description
        }
    }

    /// Reads the word `clean` or a digest.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if try container.decode(String.self) == "clean" {
            self = .clean
        } else {
            self = .patch(try container.decode(Digest.self))
        }
    }

    /// Writes the word `clean` or the digest.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
