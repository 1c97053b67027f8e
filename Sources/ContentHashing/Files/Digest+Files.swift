// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Digest {
    /// Computes the digest of a file, in constant memory.
    ///
    /// - Throws: ``FileReadError``, with the code `changed` where the file was written meanwhile.
    public init(ofFileAt path: String) throws(FileReadError) {
        let file = try FileReader(path)
        var hasher = SHA256()
        let size = min(max(file.stamp.size, 4_096), 1 << 20)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { unsafe buffer.deallocate() }
        while true {
            let count = try unsafe file.read(into: buffer)
            unsafe hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            if count < size { break }
        }
        try file.checkUnchanged()
        self = hasher.finalize()
    }
}
