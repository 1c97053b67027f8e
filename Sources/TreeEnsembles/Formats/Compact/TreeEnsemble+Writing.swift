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

extension TreeEnsemble {
    /// Writes the model in this library's compact form, which loads without parsing, whatever format it came from.
    ///
    /// The file holds the model's tables as they stand in memory, with a version and a checksum, and gives the same
    /// answers to the bit. It is written under another name beside the path and then renamed, so that a reader sees
    /// the old file or the whole new one.
    ///
    /// - Parameter path: Where to write.
    /// - Throws: ``TreeEnsembleError`` if the file cannot be written.
    public func write(to path: String) throws(TreeEnsembleError) {
        let bytes = try compactForm()
        let draft = path + ".partial-\(getpid())"
        func failure() -> TreeEnsembleError {
            TreeEnsembleError(
                .unwritable, "the file cannot be written: \(unsafe String(cString: strerror(errno)))",
                path: path)
        }
        guard let file = unsafe fopen(draft, "wb") else { throw failure() }
        // fwrite reads no more than the array holds.
        let written = unsafe bytes.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
        let isDurable = unsafe written == bytes.count && fflush(file) == 0 && fsync(fileno(file)) == 0
        guard unsafe fclose(file) == 0, isDurable, unsafe rename(draft, path) == 0 else {
            let error = failure()
            unsafe unlink(draft)
            throw error
        }
    }

    /// The bytes that ``write(to:)`` writes.
    ///
    /// - Throws: ``TreeEnsembleError`` if the model has something that the form cannot hold.
    public func compactForm() throws(TreeEnsembleError) -> [UInt8] { try CompactForm.bytes(of: ensemble) }
}
