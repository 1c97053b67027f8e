// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What went wrong with a dataset: what, where, and how to mend it.
public struct DatasetError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// The name or the reference breaks the rules.
        case invalidName
        /// There is no such dataset, version, tag or file.
        case notFound
        /// The source cannot be read, or holds what cannot be kept.
        case badSource
        /// A file changed while it was read.
        case changed
        /// What is stored is not what it should be.
        case corrupted
        /// What is stored was written by a newer version.
        case unsupportedFormat
        /// Something else stands at the destination.
        case destinationTaken
        /// A path would lead out of the destination, or two paths are one there.
        case unsafePath
        /// The two versions cannot be compared so.
        case notComparable
        /// The folder for temporary files is full or cannot be written to.
        case badTemporaryFolder
        /// The DVC file or its cache cannot be used.
        case badDVC
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The dataset, version or path it is about.
    public let subject: String?
    /// The failure underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, subject: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.subject = subject
        self.cause = cause
    }

    /// The subject and the message, as `flights@12: message`.
    public var description: String {
        (subject.map { $0 + ": " } ?? "") + message + (cause.map { " (\($0))" } ?? "")
    }
}
