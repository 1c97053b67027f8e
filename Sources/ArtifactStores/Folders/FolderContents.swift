// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What to do with a symbolic link in a folder that is stored.
public enum SymbolicLinks: Hashable, Sendable {
    /// The folder is not stored, and the error names the link.
    case refuse
    /// The file or folder it leads to is stored in its place.
    case follow
}

/// The files of a folder, at any depth.
package struct FolderContents: Hashable, Sendable {
    /// The files' paths relative to the folder, in the order of their UTF-8 bytes.
    package private(set) var files: [String] = []
    /// The empty folders' paths relative to the folder, in the order of their UTF-8 bytes.
    package private(set) var emptyFolders: [String] = []

    private static let deepest = 100

    /// Lists a folder.
    ///
    /// - Throws: ``StoreError`` for what cannot be stored: a device, a pipe, a name that is no UTF-8, folders nested
    ///   deeper than 100 levels, and, where they are refused, symbolic links.
    package init(of root: String, symbolicLinks: SymbolicLinks = .refuse) throws(StoreError) {
        try visit(root, "", depth: 0, symbolicLinks)
        files.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        emptyFolders.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private mutating func visit(
        _ folder: String, _ prefix: String, depth: Int, _ links: SymbolicLinks
    ) throws(StoreError) {
        guard depth < FolderContents.deepest else {
            throw StoreError(
                .invalidArgument, "folders nest deeper than \(FolderContents.deepest) levels, or in a circle",
                key: folder)
        }
        guard let stream = unsafe opendir(folder) else {
            throw StoreError(FileOperationError("open", folder, errno), key: folder, location: nil)
        }
        defer { unsafe closedir(stream) }
        var folders: [String] = []
        var isEmpty = true
        while let (name, hint) = unsafe try FolderContents.next(stream, folder) {
            isEmpty = false
            let path = folder + "/" + name
            switch try FolderContents.kind(of: path, hint: hint, links) {
            case .file: files.append(prefix + name)
            case .folder: folders.append(name)
            case .other:
                throw StoreError(
                    .invalidArgument,
                    "it is a symbolic link, a device, a pipe or a socket; only files and folders are stored",
                    key: path)
            }
        }
        if isEmpty, !prefix.isEmpty { emptyFolders.append(String(prefix.dropLast())) }
        for name in folders { try visit(folder + "/" + name, prefix + name + "/", depth: depth + 1, links) }
    }

    private static func next(
        _ stream: OpaquePointer, _ folder: String
    ) throws(StoreError) -> (name: String, hint: Int32)? {
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else {
                    throw StoreError(FileOperationError("readdir", folder, errno), key: folder, location: nil)
                }
                return nil
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 1) {
                    unsafe String(validatingCString: $0)
                }
            }
            guard let name else {
                throw StoreError(
                    .invalidArgument, "a name in the folder is not UTF-8; rename it", key: folder)
            }
            if name != ".", name != ".." { return (name, unsafe Int32(entry.pointee.d_type)) }
        }
    }

    private static func kind(
        of path: String, hint: Int32, _ links: SymbolicLinks
    ) throws(StoreError) -> FileEntry.Kind {
        if hint == Int32(DT_REG) { return .file }
        if hint == Int32(DT_DIR) { return .folder }
        guard hint == Int32(DT_LNK) || hint == Int32(DT_UNKNOWN) else { return .other }
        var status = stat()
        let answer = unsafe links == .follow ? stat(path, &status) : lstat(path, &status)
        guard answer == 0 else {
            throw StoreError(FileOperationError("stat", path, errno), key: path, location: nil)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }
}

/// Whether a path stands for a folder, symbolic links followed; nil where nothing stands there.
package func isFolder(_ path: String) -> Bool? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
}
