// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The bytes of a file.
package enum FileBytes {
    /// Reads a whole file.
    package static func read(_ path: String) throws(TreeEnsembleError) -> [UInt8] {
        guard let file = unsafe fopen(path, "rb") else {
            throw TreeEnsembleError(
                .unreadable, "the file cannot be opened: \(unsafe String(cString: strerror(errno)))",
                path: path)
        }
        defer { unsafe fclose(file) }
        guard unsafe fseek(file, 0, SEEK_END) == 0, case let size = unsafe ftell(file), size >= 0,
            unsafe fseek(file, 0, SEEK_SET) == 0
        else { throw TreeEnsembleError(.unreadable, "the file cannot be read in any order", path: path) }
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            if let base = buffer.baseAddress { unsafe MemoryPages.ask(base, count: size) }
            // The buffer has room for `size` bytes, and fread writes no more than that.
            count = unsafe fread(buffer.baseAddress, 1, size, file)
            failed = unsafe ferror(file) != 0
        }
        if failed {
            throw TreeEnsembleError(
                .unreadable, "reading the file failed: \(unsafe String(cString: strerror(errno)))", path: path
            )
        }
        return bytes
    }
}
