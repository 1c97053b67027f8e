// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls
internal import ContentHashing

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

/// A folder on this disk, such as an earlier version that was restored there, from which a restore may take files instead of
/// fetching them from the store.
///
/// Contents lie in the store as chunks in packs, so no file of the store itself can be linked. A file is taken where it stands at the
/// same path in the folder and has exactly the content that is wanted; it is hashed to know that, after it was taken. Whatever does not
/// match, or cannot be taken, is fetched.
public struct FileReuse: Hashable, Sendable {
    /// How a file is taken over.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// Its bytes are copied: saves the way to a store that is far away.
        case copy
        /// The new file shares the old one's blocks until one of them is written (a reflink): on Btrfs, XFS, bcachefs and APFS.
        /// Elsewhere it is copied.
        case clone
        /// The new name is a second name of the same file: no space at all, but whoever writes through one name changes the other.
        /// For folders that are only read. A file that may be executed is taken only as one, and across disks it is copied.
        case hardLink = "hard-link"
    }

    /// The folder; for a version that is one file, also that file.
    public let folder: String
    /// How files are taken over.
    public let method: Method

    /// Allows files of a folder to be taken over.
    ///
    /// - Parameters:
    ///   - folder: The folder; it may lack files, or hold others.
    ///   - method: How a file is taken over.
    public init(_ folder: String, by method: Method = .copy) {
        self.folder = folder
        self.method = method
    }
}

/// How the files of a restore came to their place.
public struct RestoredFiles: Hashable, Sendable {
    /// How many were fetched from the store.
    public package(set) var fetched = 0
    /// How many were copied from the folder that was allowed.
    public package(set) var copied = 0
    /// How many share their blocks with a file of that folder.
    public package(set) var cloned = 0
    /// How many are second names of a file of that folder.
    public package(set) var linked = 0

    /// Starts from nothing.
    public init() {}

    /// Counts a file.
    package mutating func count(_ method: FileReuse.Method?) {
        switch method {
        case nil: fetched += 1
        case .copy?: copied += 1
        case .clone?: cloned += 1
        case .hardLink?: linked += 1
        }
    }

    static func += (left: inout RestoredFiles, right: RestoredFiles) {
        left.fetched += right.fetched
        left.copied += right.copied
        left.cloned += right.cloned
        left.linked += right.linked
    }
}

extension FileReuse {
    /// Puts a file to its place if the folder has it.
    ///
    /// - Returns: How that was done; nil where the file must be fetched.
    package func take(_ file: StoredFile, to target: String, isDurable: Bool = false) -> Method? {
        guard let source = source(of: file), let stamp = FileStamp(at: source),
            stamp.size == file.content.size
        else { return nil }
        let folder = target.lastIndex(of: "/").map { target[...$0] } ?? ""
        let unfinished = folder + ".restoring-" + UUID().uuidString.lowercased()
        // Where two names are one file, the system's rename does nothing and leaves both.
        defer { unsafe unlink(unfinished) }
        do {
            let method = try place(source, at: unfinished, file, stamp)
            // Hashed only now: what is hashed is what stays, whatever was done to the source meanwhile.
            guard try Digest(ofFileAt: unfinished) == file.content.digest,
                FileStamp(at: unfinished)?.isExecutable == file.isExecutable
            else { return nil }
            if isDurable { try sync(unfinished) }
            guard unsafe rename(unfinished, target) == 0 else { return nil }
            if isDurable { try sync(folder.isEmpty ? "." : String(folder)) }
            return method
        } catch {
            return nil
        }
    }

    private func source(of file: StoredFile) -> String? {
        switch isFolder(folder) {
        case nil: nil
        case false?: folder
        case true?: folder + "/" + file.path
        }
    }

    private func place(
        _ source: String, at target: String, _ file: StoredFile, _ stamp: FileStamp
    ) throws -> Method {
        if method == .hardLink, stamp.isExecutable == file.isExecutable,
            unsafe link(source, target) == 0
        {
            return .hardLink
        }
        if method == .clone, unsafe mlops_clone_file(source, target, file.isExecutable ? 0o777 : 0o666) == 0 {
            return .clone
        }
        let reader = try FileReader(source, followsLinks: false)
        let copy = try RestoringFile(target, isExecutable: file.isExecutable)
        do {
            while true {
                let piece = try unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
                    count = try unsafe reader.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                if piece.isEmpty { break }
                try copy.write(piece)
            }
            _ = try copy.finish(isDurable: false)
        } catch {
            copy.abandon()
            throw error
        }
        try copy.publish(isDurable: false)
        return .copy
    }

    private func sync(_ path: String) throws {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileOperationError("open", path, errno) }
        defer { close(file) }
        guard mlops_sync_file(file) == 0 else { throw FileOperationError("fsync", path, errno) }
    }
}
