// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A form in which a version of an artifact leaves a store and comes back.
///
/// Each holds the same files, the same empty folders and the same permissions to execute, and comes back with the same
/// ``ArtifactVersion/digest``. The archives are the same byte for byte wherever the same version is exported.
public enum ExportFormat: String, Hashable, Sendable, CaseIterable {
    /// A folder with the files, for any program.
    case folder
    /// A tar archive: POSIX.1-2001 (`ustar`, with `pax` headers where a name needs one), not compressed.
    case tar
    /// An OCI image layout of version 1.0.0 in a folder, with the media types of the CNCF's model specification (ModelPack):
    /// what registries and their tools take.
    case oci
}

/// What an import is told besides the artifact's name and the path.
public struct ImportOptions: Hashable, Sendable {
    /// What to note about the version; nil takes what the archive says.
    public var metadata: [String: String]?
    /// What to do with symbolic links in a folder or a tar archive; one that leads out of an archive is always refused.
    public var symbolicLinks = SymbolicLinks.refuse
    /// Whether names that differ only in letter case or in how an accent is encoded are taken; such a version cannot be
    /// restored on every file system.
    public var takesNamesThatDifferInCase = false
    /// Which manifest of an OCI layout is meant, by its `org.opencontainers.image.ref.name`; may be left out where there is one.
    public var reference: String?

    /// Takes the defaults: what the archive says, no links, no names that could collide.
    public init() {}
}
