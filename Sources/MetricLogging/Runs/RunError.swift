// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#else
    import Darwin
#endif

/// What went wrong with a run: what, where, and how to mend it.
public struct RunError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// There is no such run, artifact or file.
        case notFound
        /// A name cannot be used; the message says why.
        case invalidName
        /// A parameter or an artifact stands already with another value.
        case alreadyLogged
        /// A step went backwards where the run's policy refuses that.
        case stepRegressed
        /// The run has ended and takes no more.
        case ended
        /// A living process writes the run.
        case running
        /// Points were dropped because they could not be written and no longer fit in memory.
        case pointsDropped
        /// The operating system refuses access.
        case permissionDenied
        /// The disk or the quota is full.
        case outOfSpace
        /// What was read is not what was written.
        case corrupted
        /// The run was written in a format that this version does not know.
        case unsupportedFormat
        /// The operating system failed otherwise.
        case system
        /// What receives the run refused it.
        case refused
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The file or folder it is about.
    public let path: String?
    /// The failure underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, path: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.cause = cause
    }

    /// The place and the message, as `path: message`.
    public var description: String {
        (path.map { $0 + ": " } ?? "") + message + (cause.map { " (\($0))" } ?? "")
    }
}

extension RunError {
    /// Tells what the operating system said about the last call.
    static func fromSystem(_ doing: String, path: String, number: Int32 = errno) -> RunError {
        // strerror's text is copied before another call can change it.
        let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        let code: Code =
            switch number {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM, EROFS: .permissionDenied
            case ENOSPC, EDQUOT, EFBIG: .outOfSpace
            default: .system
            }
        let remedy = code == .outOfSpace ? "; free some space and try again" : ""
        return RunError(code, "\(doing) failed: \(reason)\(remedy)", path: path)
    }
}
