// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Rows that do not fit in the memory, in a temporary file, parted by some bits of their keys' hashes.
///
/// The file has no name from its first byte on, so that nothing of it stays, however the process ends.
final class RowSpill {
    /// How many parts there are.
    static let partCount = 64
    /// How many bytes of a part are gathered before they are written.
    private static let bufferSize = 128 << 10

    private let folder: String
    private let descriptor: Int32
    private var buffers = [[UInt8]](repeating: [], count: partCount)
    private var stretches = [[Range<Int>]](repeating: [], count: partCount)
    private var end = 0

    /// Makes the file.
    ///
    /// - Throws: ``DatasetError`` with the code `badTemporaryFolder`.
    init(in folder: String) throws(DatasetError) {
        self.folder = folder
        var template = Array((folder + "/swift-mlops-rows-XXXXXX").utf8CString)
        // Only its owner may look into a folder that mkdtemp makes.
        guard
            unsafe template.withUnsafeMutableBufferPointer({
                unsafe $0.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
            })
        else {
            throw RowSpill.error("make a folder in", errno, folder)
        }
        let own = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unsafe rmdir(own) }
        let path = own + "/rows"
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw RowSpill.error("make a file in", errno, folder) }
        unsafe unlink(path)
    }

    deinit { close(descriptor) }

    /// Appends to a part.
    func append(to part: Int, _ write: (inout [UInt8]) -> Void) throws(DatasetError) {
        write(&buffers[part])
        if buffers[part].count >= RowSpill.bufferSize { try flush(part) }
    }

    /// Writes what is gathered, and gives its memory back.
    func flush() throws(DatasetError) {
        for part in buffers.indices where !buffers[part].isEmpty { try flush(part) }
        buffers = [[UInt8]](repeating: [], count: RowSpill.partCount)
    }

    private func flush(_ part: Int) throws(DatasetError) {
        let failure: Int32? = unsafe buffers[part].withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count, let start = bytes.baseAddress {
                let count = unsafe pwrite(
                    descriptor, start + written, bytes.count - written, off_t(end + written))
                if count >= 0 { written += count } else if errno != EINTR { return errno }
            }
            return nil
        }
        if let failure { throw RowSpill.error("write to", failure, folder) }
        stretches[part].append(end..<end + buffers[part].count)
        end += buffers[part].count
        buffers[part].removeAll(keepingCapacity: true)
    }

    /// How many stretches of a part there are to read.
    func stretchCount(of part: Int) -> Int { stretches[part].count }

    /// Reads a stretch of a part: whole pieces as they were appended.
    func read(_ part: Int, stretch: Int) throws(DatasetError) -> [UInt8] {
        let range = stretches[part][stretch]
        var failure: Int32?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { memory, filled in
            while filled < range.count, let start = memory.baseAddress {
                let count = unsafe pread(
                    descriptor, start + filled, range.count - filled, off_t(range.lowerBound + filled))
                if count > 0 {
                    filled += count
                } else if count == 0 || errno != EINTR {
                    failure = count == 0 ? EIO : errno
                    return
                }
            }
        }
        if let failure { throw RowSpill.error("read from", failure, folder) }
        return bytes
    }

    private static func error(_ what: String, _ number: Int32, _ folder: String) -> DatasetError {
        let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        return DatasetError(
            .badTemporaryFolder,
            "rows that are compared do not fit in the memory, and the system could not \(what) the temporary folder: "
                + "\(reason); free space there, or name another folder with TMPDIR",
            subject: folder)
    }
}
