// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls

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
    private let rootDescriptor: Int32

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

    package func create(_ path: String, _ content: [UInt8], isDurable: Bool) throws(FileOperationError) {
        try create(path, GatheredBytes(content), isDurable: isDurable)
    }

    package func create(
        _ path: String, _ content: GatheredBytes, isDurable: Bool
    ) throws(FileOperationError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        try withFile(path, flags) { (file) throws(FileOperationError) in
            let failure = unsafe content.withPieces { unsafe SystemFiles.writePieces($0, to: file) }
            if let failure { throw FileOperationError("write", path, failure) }
            // The kernel stamps files with a clock that stands still for milliseconds; tags need a finer one.
            var now = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &now)
            let times = [now, now]
            guard unsafe futimens(file, times) == 0 else { throw FileOperationError("utimens", path, errno) }
            if isDurable {
                guard mlops_sync_file(file) == 0 else { throw FileOperationError("fsync", path, errno) }
            } else {
                mlops_start_writing(file)
            }
        }
    }

    package func sync(_ path: String) throws(FileOperationError) {
        try withFile(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) { (file) throws(FileOperationError) in
            guard mlops_sync_file(file) == 0 else { throw FileOperationError("fsync", path, errno) }
        }
    }

    package func syncFolder(_ path: String) throws(FileOperationError) {
        let folder = try openFolder(path[...])
        defer { closeFolder(folder) }
        guard mlops_sync_file(folder) == 0 else { throw FileOperationError("fsync", path, errno) }
    }

    package func syncAll() throws(FileOperationError) -> Bool {
        if mlops_sync_file_system(rootDescriptor) == 0 { return true }
        if errno == ENOSYS { return false }
        throw FileOperationError("syncfs", "", errno)
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

extension SystemFiles {
    package func read(_ path: String, range: Range<Int>?) throws(FileOperationError) -> [UInt8] {
        var content: [UInt8] = []
        let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        try withFile(path, flags) { (file) throws(FileOperationError) in
            var status = stat()
            guard unsafe fstat(file, &status) == 0 else { throw FileOperationError("stat", path, errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { throw FileOperationError("read", path, EISDIR) }
            let range = (range ?? 0..<Int.max).clamped(to: 0..<Int(status.st_size))
            var failure: Int32?
            content = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
                while count < range.count, let start = buffer.baseAddress {
                    let taken = unsafe pread(
                        file, start + count, range.count - count, off_t(range.lowerBound + count))
                    if taken == 0 { break }
                    if taken > 0 {
                        count += taken
                    } else if errno != EINTR {
                        failure = errno
                        break
                    }
                }
            }
            if let failure { throw FileOperationError("read", path, failure) }
        }
        return content
    }

    package func status(_ path: String) throws(FileOperationError) -> FileStatus? {
        var status = stat()
        do {
            try inParent(of: path) { (parent, name) throws(FileOperationError) in
                guard unsafe fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                    throw FileOperationError("stat", path, errno)
                }
            }
        } catch  where error.number == ENOENT || error.number == ENOTDIR {
            return nil
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        return FileStatus(
            size: Int(status.st_size),
            modified: Int64(modified.tv_sec) * 1_000_000_000 + Int64(modified.tv_nsec),
            inode: UInt64(status.st_ino))
    }

    package func entries(in path: String) throws(FileOperationError) -> [FileEntry] {
        let folder: Int32
        do {
            folder = try openFolder(path[...])
        } catch  where error.number == ENOENT || error.number == ENOTDIR {
            return []
        }
        // The stream closes its descriptor, and two readers must not share a position: so one of its own.
        let own = unsafe openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let number = errno
        closeFolder(folder)
        guard own >= 0 else { throw FileOperationError("open", path, number) }
        guard let stream = unsafe fdopendir(own) else {
            close(own)
            throw FileOperationError("open", path, errno)
        }
        defer { unsafe closedir(stream) }
        var entries: [FileEntry] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw FileOperationError("readdir", path, errno) }
                return entries
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let kind = unsafe kind(of: name, in: stream, hint: entry.pointee.d_type)
            entries.append(FileEntry(name: name, kind: kind))
        }
    }

    private func kind(of name: String, in stream: OpaquePointer, hint: UInt8) -> FileEntry.Kind {
        switch Int(hint) {
        case Int(DT_REG): return .file
        case Int(DT_DIR): return .folder
        case Int(DT_UNKNOWN):
            var status = stat()
            guard unsafe fstatat(dirfd(stream), name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                return .other
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file
            case S_IFDIR: return .folder
            default: return .other
            }
        default: return .other
        }
    }
}

extension SystemFiles {
    /// Opens a folder step by step; the empty path is the root.
    private func openFolder(_ path: Substring) throws(FileOperationError) -> Int32 {
        var folder = rootDescriptor
        for name in path.split(separator: "/") {
            let next = unsafe openat(folder, String(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let number = errno
            closeFolder(folder)
            guard next >= 0 else { throw FileOperationError("open", String(path), number) }
            folder = next
        }
        return folder
    }

    private func closeFolder(_ folder: Int32) {
        if folder != rootDescriptor { close(folder) }
    }

    private func folder(of path: String) -> Substring {
        path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    }

    private func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    private func inParent(
        of path: String, _ body: (Int32, String) throws(FileOperationError) -> Void
    ) throws(FileOperationError) {
        let parent = try openFolder(folder(of: path))
        defer { closeFolder(parent) }
        try body(parent, name(of: path))
    }

    private func inParents(
        _ path: String, _ other: String,
        _ body: (Int32, String, Int32, String) throws(FileOperationError) -> Void
    ) throws(FileOperationError) {
        try inParent(of: path) { (from, name) throws(FileOperationError) in
            try inParent(of: other) { (to, otherName) throws(FileOperationError) in
                try body(from, name, to, otherName)
            }
        }
    }

    private func withFile(
        _ path: String, _ flags: Int32, _ body: (Int32) throws(FileOperationError) -> Void
    ) throws(FileOperationError) {
        try inParent(of: path) { (parent, name) throws(FileOperationError) in
            let file = unsafe openat(parent, name, flags, 0o666)
            guard file >= 0 else { throw FileOperationError("open", path, errno) }
            var isClosed = false
            defer { if !isClosed { close(file) } }
            try body(file)
            isClosed = true
            // Some file systems report a failed write only here.
            guard close(file) == 0 || errno == EINTR else { throw FileOperationError("close", path, errno) }
        }
    }
}

/// The system's text for the number of an error.
func systemMessage(_ number: Int32) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
