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

/// A file open for reading, closed when it goes.
struct FileHandleReader: ~Copyable {
    private let descriptor: Int32
    private let path: String

    init?(_ path: String) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { return nil }
    }

    deinit { _ = close(descriptor) }

    /// The next bytes; none at the end of the file.
    borrowing func next(upTo count: Int) throws(RunError) -> [UInt8] {
        var result = 0
        // The call writes at most as many bytes as the buffer holds, and says how many.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            repeat {
                result = unsafe read(descriptor, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            filled = max(result, 0)
        }
        guard result >= 0 else { throw RunError.fromSystem("reading", path: path) }
        return bytes
    }
}
