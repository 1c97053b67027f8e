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

/// A file that only grows, held by one writer through a lock that the kernel takes back when the process dies.
struct AppendFile: ~Copyable, Sendable {
    private let descriptor: Int32
    let path: String
    /// How many bytes are known to be whole.
    private(set) var size: Int

    /// Makes a new file and locks it.
    init(creating path: String) throws(RunError) {
        try self.init(path, flags: O_CREAT | O_EXCL)
    }

    /// Opens and locks a file that stands; throws `alreadyLogged` where a living writer holds it.
    init(existing path: String) throws(RunError) {
        try self.init(path, flags: 0)
    }

    private init(_ path: String, flags: Int32) throws(RunError) {
        // The path is only borrowed by the call, as a C string.
        let descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0o644)
        guard descriptor >= 0 else { throw RunError.fromSystem("opening", path: path) }
        // Some network file systems have no locks; the heartbeat then stands alone.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            _ = close(descriptor)
            throw RunError(.alreadyLogged, "a living writer holds the file", path: path)
        }
        let end = lseek(descriptor, 0, SEEK_END)
        self.descriptor = descriptor
        self.path = path
        size = Int(max(end, 0))
    }

    deinit { _ = close(descriptor) }

    /// Appends all bytes or none.
    mutating func append(_ bytes: [UInt8]) throws(RunError) {
        var written = 0
        while written < bytes.count {
            // The slice of the array is only read during the call.
            let result = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(
                    descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
            }
            if result < 0 {
                if errno == EINTR { continue }
                let error = RunError.fromSystem("writing", path: path)
                // What was written of this is cut off again, so that the file never holds half a frame.
                _ = ftruncate(descriptor, off_t(size))
                throw error
            }
            written += result
        }
        size += written
    }

    /// Cuts the file off.
    mutating func truncate(to size: Int) throws(RunError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw RunError.fromSystem("truncating", path: path)
        }
        self.size = size
    }

    /// Waits until the content is on the disk.
    borrowing func synchronize() throws(RunError) {
        #if canImport(Darwin)
            // On Apple platforms fsync leaves the content in the drive's cache.
            let result = fcntl(descriptor, F_FULLFSYNC)
        #else
            let result = fdatasync(descriptor)
        #endif
        guard result != -1 else { throw RunError.fromSystem("waiting for the disk", path: path) }
    }

    /// Sets the time of the last write to now: the sign of life that other hosts see.
    borrowing func touch() {
        _ = futimens(descriptor, nil)
    }

    /// Who holds the lock of a file, as far as this host can tell.
    static func holder(of path: String) -> Holder {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .unknown }
        defer { _ = close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return .nobody }
        return errno == EWOULDBLOCK ? .somebody : .unknown
    }

    /// Who holds the lock of a file.
    enum Holder {
        /// A living process.
        case somebody
        /// No process that this host knows.
        case nobody
        /// The file system has no locks, or the file cannot be opened.
        case unknown
    }
}
