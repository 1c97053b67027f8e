// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls
internal import ContentHashing
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A file that is written beside its place and moved there when it is whole.
final class RestoringFile: Sendable {
    private struct State {
        var descriptor: Int32
        var hasher = SHA256()
    }

    private let path: String
    private let unfinished: String
    private let state: Mutex<State>

    init(_ path: String, isExecutable: Bool) throws {
        self.path = path
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        unfinished = folder + ".restoring-" + UUID().uuidString.lowercased()
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe open(unfinished, flags, mode_t(isExecutable ? 0o777 : 0o666))
        let number = errno
        state = Mutex(State(descriptor: descriptor))
        guard descriptor >= 0 else { throw RestoringFile.error("open", number, path) }
    }

    /// Appends bytes.
    func write(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            state.hasher.update(bytes)
            let failure: Int32? = unsafe bytes.withUnsafeBytes { bytes in
                var written = 0
                while written < bytes.count, let start = bytes.baseAddress {
                    let count = unsafe systemWrite(
                        state.descriptor, start + written, bytes.count - written)
                    if count >= 0 { written += count } else if errno != EINTR { return errno }
                }
                return nil
            }
            if let failure { throw RestoringFile.error("write", failure, path) }
        }
    }

    /// Closes the file and gives the digest of what was written.
    func finish(isDurable: Bool) throws -> Digest {
        try state.withLock { state in
            if isDurable, mlops_sync_file(state.descriptor) != 0 {
                throw RestoringFile.error("fsync", errno, path)
            }
            let closed = close(state.descriptor)
            state.descriptor = -1
            guard closed == 0 || errno == EINTR else { throw RestoringFile.error("close", errno, path) }
            return state.hasher.finalize()
        }
    }

    /// Moves the file to its place.
    func publish(isDurable: Bool) throws {
        guard unsafe rename(unfinished, path) == 0 else {
            let number = errno
            abandon()
            throw RestoringFile.error("rename", number, path)
        }
        guard isDurable else { return }
        let parent = parent(of: path)
        let folder = unsafe open(
            parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw RestoringFile.error("open", errno, parent) }
        defer { close(folder) }
        guard mlops_sync_file(folder) == 0 else { throw RestoringFile.error("fsync", errno, parent) }
    }

    /// Removes the unfinished file.
    func abandon() {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
            state.descriptor = -1
        }
        unsafe unlink(unfinished)
    }

    private static func error(_ operation: String, _ number: Int32, _ path: String) -> StoreError {
        StoreError(FileOperationError(operation, path, number), key: path, location: nil)
    }
}

private func systemWrite(_ file: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    unsafe write(file, start, count)
}
