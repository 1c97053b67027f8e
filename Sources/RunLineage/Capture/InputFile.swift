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
struct InputFile: ~Copyable {
    private let descriptor: Int32

    init?(_ path: String) {
        // The path is only borrowed by the call, as a C string.
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
    }

    /// Takes over a descriptor.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }

    /// The next bytes; none at the end of the file, nil where reading fails.
    borrowing func next(upTo count: Int) -> [UInt8]? {
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            // The call writes at most as many bytes as the buffer holds, and says how many.
            var result: Int
            repeat {
                result = unsafe read(descriptor, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            failed = result < 0
            filled = max(result, 0)
        }
        return failed ? nil : bytes
    }
}
