// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Why a model could not be read, or a row not be scored.
public struct TreeEnsembleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// The file could not be opened or read.
        case unreadable
        /// The file could not be written.
        case unwritable
        /// The content is none of the formats that are known.
        case unknownFormat
        /// The file breaks the rules of its own format: it is damaged or was never a model.
        case malformed
        /// The file is sound and holds something that is not supported; the message names it.
        case unsupported
        /// The model is larger than a limit of this library.
        case limitExceeded
        /// The rows do not fit the model: their width, a name or a category.
        case invalidInput
        /// An argument, such as a range of iterations, cannot be used with this model.
        case invalidArgument
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The file, where one is known.
    public internal(set) var path: String?
    /// The offset in bytes from the start of the file, where one is known.
    public internal(set) var byteOffset: Int?
    /// The line of a text file, counted from 1, where one is known.
    public internal(set) var line: Int?

    /// Makes an error.
    public init(
        _ code: Code, _ message: String, path: String? = nil, byteOffset: Int? = nil, line: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.path = path
        self.byteOffset = byteOffset
        self.line = line
    }

    /// The place and the message, as `path:line: message` or `path: byte 17: message`.
    public var description: String {
        var place = path ?? ""
        if let line { place += place.isEmpty ? "line \(line)" : ":\(line)" }
        if let byteOffset { place += (place.isEmpty ? "" : ": ") + "byte \(byteOffset)" }
        return place.isEmpty ? message : place + ": " + message
    }
}

extension TreeEnsembleError {
    /// A file that breaks its own rules.
    package static func malformed(_ message: String, at byteOffset: Int? = nil, line: Int? = nil) -> Self {
        Self(.malformed, message, byteOffset: byteOffset, line: line)
    }

    /// Something sound that this library does not do.
    package static func unsupported(_ message: String) -> Self { Self(.unsupported, message) }
}
