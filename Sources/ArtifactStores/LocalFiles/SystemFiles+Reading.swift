// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

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
