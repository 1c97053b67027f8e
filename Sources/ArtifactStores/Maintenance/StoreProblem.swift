// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Something that is wrong in a store.
public struct StoreProblem: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of problem.
    @nonexhaustive
    public enum Kind: String, Sendable {
        /// The store's description is missing, damaged or of another version.
        case format
        /// An object that nothing in this package writes.
        case unknownObject = "unknown object"
        /// A record or a list of contents that cannot be read.
        case unreadableRecord = "unreadable record"
        /// An index whose bytes are not what was written.
        case damagedIndex = "damaged index"
        /// A pack that an index names is not there.
        case missingPack = "missing pack"
        /// A pack whose bytes are not what was written.
        case damagedPack = "damaged pack"
        /// A pack that no index names: what a killed writer left, or all that remains of a lost index.
        case unindexedPack = "unindexed pack"
        /// A write that never became an object, such as an upload in parts: one at work, or what a killed writer left.
        case unfinishedWrite = "unfinished write"
        /// A content of which chunks are gone.
        case lostContent = "lost content"
    }

    /// The kind.
    public let kind: Kind
    /// The key of the object, or of the record that is affected.
    public let key: String
    /// What is wrong and what would mend it.
    public let message: String

    init(_ kind: Kind, key: String, _ message: String) {
        self.kind = kind
        self.key = key
        self.message = message
    }

    /// Whether data is in danger; what a killed writer left is only in the way.
    public var isSerious: Bool { ![.unindexedPack, .unfinishedWrite].contains(kind) }

    /// The kind, the key and the message.
    public var description: String { "\(kind.rawValue): \(key): \(message)" }
}
