// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension StoreError {
    /// Says what a failed system call means for a store, or where there is no location for a path of the user's, and what would
    /// mend it.
    init(_ error: FileOperationError, key: String? = nil, location: String?) {
        let path = [location, error.path].compactMap { $0?.isEmpty == false ? $0 : nil }.joined(
            separator: "/")
        let (code, message): (Code, String) =
            switch error.number {
            case ENOENT:
                (.notFound, location == nil ? "there is no such file or folder" : "there is no such object")
            case EEXIST:
                (.alreadyExists, location == nil ? "something stands there already" : "the key is taken")
            case EACCES, EPERM:
                (
                    .permissionDenied,
                    "the system does not permit to \(error.operation) it; check owner and mode"
                )
            case EROFS: (.permissionDenied, "the file system is mounted read-only")
            case ENOSPC: (.outOfSpace, "the disk is full; free space and run again, nothing was published")
            case EDQUOT: (.outOfSpace, "the quota is used up; raise it and run again, nothing was published")
            case ENAMETOOLONG: (.invalidKey, "the file system does not take names as long as this")
            case ENOTDIR, EISDIR, ELOOP:
                (.invalidKey, "a file, a folder or a symbolic link stands where the key needs another kind")
            case EMFILE, ENFILE:
                (.unavailable, "too many files are open; raise the limit (ulimit -n)")
            case EIO:
                (.unavailable, "the disk reports a failure; see the kernel's log before trusting it again")
            default: (.unavailable, "\(error.operation) failed: \(systemMessage(error.number))")
            }
        self.init(code, message, key: key ?? path, location: location, cause: error)
    }
}

extension FileOperationError {
    /// Whether the path leads nowhere.
    var isNotFound: Bool { number == ENOENT }

    /// Whether something stands at the path already.
    var isTaken: Bool { number == EEXIST }
}

/// The system's text for the number of an error.
func systemMessage(_ number: Int32) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
