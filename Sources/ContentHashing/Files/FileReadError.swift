// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Why a file could not be read.
public struct FileReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// There is no such file.
        case notFound
        /// The operating system refuses access.
        case permissionDenied
        /// It is a folder, a device, a pipe or a socket.
        case notAFile
        /// The file was written while it was read.
        case changed
        /// The disk or the file system failed.
        case failed
    }

    /// The kind of failure.
    public let code: Code
    /// The file.
    public let path: String
    /// What happened and what would mend it.
    public let message: String

    package init(_ code: Code, path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }

    /// The path and the message.
    public var description: String { "\(path): \(message)" }
}
