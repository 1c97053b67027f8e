// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The real file system below a root, by system calls that refuse symbolic links at every step.
package final class SystemFiles: FileOperations {
    package let root: String
    let rootDescriptor: Int32
    /// The memory of writers that are done, for the next.
    let spare = Mutex<[StretchMemory]>([])

    /// Opens the root, which must be a folder; the root itself may be reached through symbolic links.
    package init(root: String) throws(FileOperationError) {
        self.root = root
        rootDescriptor = unsafe open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard rootDescriptor >= 0 else { throw FileOperationError("open", root, errno) }
    }

    deinit { close(rootDescriptor) }

    /// Makes a root with the folders above it.
    package static func makeRoot(_ root: String) throws(FileOperationError) {
        var status = stat()
        if unsafe stat(root, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw FileOperationError("open", root, ENOTDIR) }
            return
        }
        let trimmed = root.hasSuffix("/") ? String(root.dropLast()) : root
        let parent = trimmed.lastIndex(of: "/").map { String(trimmed[..<$0]) } ?? "."
        if !parent.isEmpty { try makeRoot(parent) }
        guard unsafe mkdir(trimmed, 0o777) == 0 || errno == EEXIST else {
            throw FileOperationError("mkdir", trimmed, errno)
        }
        let descriptor = unsafe open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileOperationError("open", parent, errno) }
        defer { close(descriptor) }
        guard mlops_sync_file(descriptor) == 0 else { throw FileOperationError("fsync", parent, errno) }
    }

    package func makeFolder(_ path: String) throws(FileOperationError) {
        try inParent(of: path) { (parent, name) throws(FileOperationError) in
            guard unsafe mkdirat(parent, name, 0o777) != 0 else { return }
            let number = errno
            var status = stat()
            guard number == EEXIST, unsafe fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                status.st_mode & S_IFMT == S_IFDIR
            else { throw FileOperationError("mkdir", path, number == EEXIST ? ENOTDIR : number) }
        }
    }

    package func link(_ path: String, as other: String) throws(FileOperationError) {
        try inParents(path, other) { (from, name, to, otherName) throws(FileOperationError) in
            guard unsafe linkat(from, name, to, otherName, 0) == 0 else {
                throw FileOperationError("link", other, errno)
            }
        }
    }

    package func rename(_ path: String, to other: String) throws(FileOperationError) {
        try inParents(path, other) { (from, name, to, otherName) throws(FileOperationError) in
            guard unsafe renameat(from, name, to, otherName) == 0 else {
                throw FileOperationError("rename", other, errno)
            }
        }
    }

    package func remove(_ path: String) throws(FileOperationError) {
        try inParent(of: path) { (parent, name) throws(FileOperationError) in
            guard unsafe unlinkat(parent, name, 0) == 0 else {
                throw FileOperationError("unlink", path, errno)
            }
        }
    }

    package func removeFolder(_ path: String) throws(FileOperationError) {
        try inParent(of: path) { (parent, name) throws(FileOperationError) in
            guard unsafe unlinkat(parent, name, AT_REMOVEDIR) == 0 else {
                throw FileOperationError("rmdir", path, errno)
            }
        }
    }

    package func lock(_ path: String, waits: Bool) throws(FileOperationError) -> FileLock? {
        let parent = try openFolder(folder(of: path))
        defer { closeFolder(parent) }
        let file = unsafe openat(
            parent, name(of: path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw FileOperationError("open", path, errno) }
        while flock(file, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            let number = errno
            if number == EINTR { continue }
            close(file)
            if number == EWOULDBLOCK { return nil }
            throw FileOperationError("flock", path, number)
        }
        return FileLock { close(file) }
    }
}
