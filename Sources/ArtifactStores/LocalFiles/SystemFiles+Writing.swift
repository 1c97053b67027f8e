// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension SystemFiles {
    /// From this size in bytes a file is written past the system's cache: packs are, and hardly anything else.
    package static let large = 8 << 20

    package func create(_ path: String, _ content: [UInt8], isDurable: Bool) throws(FileOperationError) {
        try create(path, GatheredBytes(content), isDurable: isDurable)
    }

    package func create(
        _ path: String, _ content: GatheredBytes, isDurable: Bool
    ) throws(FileOperationError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        try withFile(path, flags) { (file) throws(FileOperationError) in
            let isLarge = content.count >= SystemFiles.large
            let failure = unsafe content.withPieces { pieces in
                isLarge
                    ? unsafe writeLarge(pieces, to: file) : unsafe SystemFiles.writePieces(pieces, to: file)
            }
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

    private func writeLarge(_ pieces: [UnsafeRawBufferPointer], to file: Int32) -> Int32? {
        let memory = spare.withLock { $0.popLast() } ?? StretchMemory(AlignedWriter.stretch)
        defer { spare.withLock { if $0.count < 2 { $0.append(memory) } } }
        return unsafe AlignedWriter.write(pieces, through: memory.bytes, by: WritingCalls(file: file))
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
}
