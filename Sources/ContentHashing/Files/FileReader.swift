// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What the file system says about a file: equal stamps before and after mean that nothing was written between.
package struct FileStamp: Hashable, Sendable, Codable {
    /// The file system's number.
    package var device: UInt64
    /// The file's number in it.
    package var inode: UInt64
    /// The size in bytes.
    package var size: Int
    /// When the content was last written, in nanoseconds since 1970.
    package var modified: Int64
    /// When content or attributes were last changed, in nanoseconds since 1970; nobody can set it back.
    package var changed: Int64
    /// Whether the owner may execute it.
    package var isExecutable: Bool

    /// Takes what was kept of a stamp.
    package init(
        device: UInt64, inode: UInt64, size: Int, modified: Int64, changed: Int64, isExecutable: Bool
    ) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
        self.isExecutable = isExecutable
    }
}

/// A regular file open for reading, closed when it goes.
package struct FileReader: ~Copyable {
    private let descriptor: Int32
    /// The file's path, for messages.
    package let path: String
    /// What the file system said when the file was opened.
    package let stamp: FileStamp

    /// Opens a file.
    ///
    /// - Parameter followsLinks: False refuses a path that is a symbolic link.
    package init(_ path: String, followsLinks: Bool = true) throws(FileReadError) {
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
        let descriptor = unsafe open(path, flags)
        guard descriptor >= 0 else { throw FileReader.error(errno, path) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw FileReader.error(number, path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileReadError(.notAFile, path: path, "it is not a regular file")
        }
        self.descriptor = descriptor
        self.path = path
        stamp = FileStamp(status)
    }

    deinit { close(descriptor) }

    /// Reads the next bytes until the buffer is full or the file ends; returns how many there were.
    @unsafe
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileReadError) -> Int {
        var filled = 0
        while filled < buffer.count, let start = buffer.baseAddress {
            #if canImport(Darwin)
                let count = unsafe Darwin.read(descriptor, start + filled, buffer.count - filled)
            #elseif canImport(Glibc)
                let count = unsafe Glibc.read(descriptor, start + filled, buffer.count - filled)
            #else
                let count = unsafe Musl.read(descriptor, start + filled, buffer.count - filled)
            #endif
            if count == 0 { break }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                throw FileReader.error(errno, path)
            }
        }
        return filled
    }

    /// Reads the whole file from its start; the buffer has room for its size, and for one byte at least.
    ///
    /// - Throws: ``FileReadError`` with the code `changed` where the file was written meanwhile.
    @unsafe
    package func readWhole(into buffer: UnsafeMutableRawBufferPointer) throws(FileReadError) {
        // An empty file is read too: some that the system makes up say that they are empty and are not.
        let expected = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<max(stamp.size, 1)])
        let count = try unsafe read(into: expected)
        try checkUnchanged()
        guard count == stamp.size else { throw changed }
    }

    private var changed: FileReadError {
        FileReadError(
            .changed, path: path, "the file was written while it was read; try again when it is at rest")
    }

    /// Checks that the file is still what it was when it was opened.
    package func checkUnchanged() throws(FileReadError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FileReader.error(errno, path) }
        guard FileStamp(status) == stamp else { throw changed }
    }

    private static func error(_ number: Int32, _ path: String) -> FileReadError {
        let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        return switch number {
        case ENOENT, ENOTDIR: FileReadError(.notFound, path: path, "there is no such file")
        case EACCES, EPERM:
            FileReadError(.permissionDenied, path: path, "reading is not permitted; check owner and mode")
        case EISDIR: FileReadError(.notAFile, path: path, "it is a folder")
        case ELOOP: FileReadError(.notAFile, path: path, "it is a symbolic link")
        default: FileReadError(.failed, path: path, "reading failed: \(text)")
        }
    }
}

extension FileStamp {
    init(_ status: stat) {
        #if canImport(Darwin)
            let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
            let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        self.init(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino),
            size: Int(status.st_size),
            modified: Int64(modified.tv_sec) * 1_000_000_000 + Int64(modified.tv_nsec),
            changed: Int64(changed.tv_sec) * 1_000_000_000 + Int64(changed.tv_nsec),
            isExecutable: status.st_mode & S_IXUSR != 0)
    }

    /// What the file system says about a path, symbolic links not followed; nil where nothing stands there.
    package init?(at path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}
