// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The regular files below a path, with what the file system says about each.
struct FileTree {
    /// A file to be kept.
    struct File {
        /// The path in the dataset.
        var path: String
        /// Where it stands.
        var location: String
        /// What the file system says, where it was asked.
        var stamp: FileStamp?
        /// Whether it may be executed, where something else than the file system tells.
        var isExecutable: Bool?
    }

    /// What stands at a path.
    enum Kind {
        case file, folder, link, other
    }

    /// The files, in the order of their paths' bytes.
    let files: [File]
    /// Whether the source is a folder.
    let isFolder: Bool

    /// Takes files from wherever they stand, in the order of their paths' bytes.
    init(files: [File], isFolder: Bool) {
        self.files = files
        self.isFolder = isFolder
    }

    /// Looks at a file or a folder; symbolic links are refused, unless they are to be followed.
    ///
    /// - Parameters:
    ///   - source: The file or folder.
    ///   - followsLinks: Whether symbolic links are followed.
    ///   - takesStamps: Whether the stamps are asked for, which takes longer than all else. Who reads every file anyway
    ///     learns them then.
    init(at source: String, followsLinks: Bool, takesStamps: Bool = true) throws(DatasetError) {
        let root = source.count > 1 && source.hasSuffix("/") ? String(source.dropLast()) : source
        guard let (kind, stamp) = FileTree.look(root, followsLinks: true) else {
            throw DatasetError(.badSource, "there is no such file or folder", subject: source)
        }
        switch kind {
        case .file:
            let name = root.split(separator: "/").last.map(String.init) ?? root
            files = [File(path: name, location: root, stamp: stamp)]
            isFolder = false
        case .folder:
            var found: [File] = []
            try FileTree.walk(root, "", Asking(followsLinks, takesStamps), depth: 0, &found)
            files = found.sorted { Manifest.isBefore($0.path, $1.path) }
            isFolder = true
        default:
            throw DatasetError(.badSource, "this is neither a file nor a folder", subject: source)
        }
        for file in files where !DatasetFile.isSafe(file.path) {
            throw DatasetError(
                .badSource, "the path is longer than other systems can keep", subject: file.location)
        }
    }

    /// What is asked about each name.
    private struct Asking {
        let followsLinks, takesStamps: Bool

        init(_ followsLinks: Bool, _ takesStamps: Bool) {
            self.followsLinks = followsLinks
            self.takesStamps = takesStamps
        }
    }

    private static func walk(
        _ folder: String, _ prefix: String, _ asking: Asking, depth: Int, _ found: inout [File]
    ) throws(DatasetError) {
        guard depth < 128 else {
            throw DatasetError(
                .badSource, "folders nest deeper than 128; do links lead in a circle?", subject: folder)
        }
        for (name, status) in try entries(in: folder, asking) {
            let location = folder + "/" + name
            guard let (kind, stamp) = status else {
                throw DatasetError(
                    .badSource,
                    "it went away while the folder was read, or is a link to nothing; try again when the folder is at rest",
                    subject: location)
            }
            switch kind {
            case .file: found.append(File(path: prefix + name, location: location, stamp: stamp))
            case .folder: try walk(location, prefix + name + "/", asking, depth: depth + 1, &found)
            case .link:
                throw DatasetError(
                    .badSource,
                    "a dataset holds no symbolic links; ask for links to be followed, or remove it",
                    subject: location)
            case .other:
                throw DatasetError(.badSource, "this is neither a file nor a folder", subject: location)
            }
        }
    }

    /// What stands at a path; nil where nothing does.
    static func look(_ path: String, followsLinks: Bool) -> (Kind, FileStamp)? {
        var status = stat()
        let result = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
        return result == 0 ? look(status) : nil
    }

    private static func look(_ status: stat) -> (Kind, FileStamp) {
        let kind: Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        #if canImport(Darwin)
            let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
            let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        let stamp = FileStamp(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino),
            size: Int(status.st_size),
            modified: Int64(modified.tv_sec) * 1_000_000_000 + Int64(modified.tv_nsec),
            changed: Int64(changed.tv_sec) * 1_000_000_000 + Int64(changed.tv_nsec),
            isExecutable: status.st_mode & S_IXUSR != 0)
        return (kind, stamp)
    }

    /// The names in a folder, and what stands there; asked for beside the open folder, which spares the system the
    /// way to it.
    private static func entries(
        in folder: String, _ asking: Asking
    ) throws(DatasetError) -> [(name: String, status: (Kind, FileStamp?)?)] {
        guard let stream = unsafe opendir(folder) else {
            throw DatasetError(
                .badSource, "the folder cannot be read: \(systemMessage(errno))", subject: folder)
        }
        defer { unsafe closedir(stream) }
        let flags = asking.followsLinks ? 0 : AT_SYMLINK_NOFOLLOW
        var entries: [(String, (Kind, FileStamp?)?)] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else {
                    throw DatasetError(
                        .badSource, "the folder cannot be read: \(systemMessage(errno))", subject: folder)
                }
                // Sorted names within each folder leave little to do when all paths are sorted.
                return entries.sorted { Manifest.isBefore($0.0, $1.0) }
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 1) {
                    unsafe String(validatingCString: $0)
                }
            }
            guard let name else {
                throw DatasetError(
                    .badSource, "the folder holds a name that is not UTF-8; rename it", subject: folder)
            }
            if name == "." || name == ".." { continue }
            if let kind = unsafe kind(entry.pointee.d_type), !(asking.takesStamps && kind == .file) {
                entries.append((name, (kind, nil)))
                continue
            }
            var status = stat()
            let result = unsafe fstatat(dirfd(stream), name, &status, flags)
            entries.append((name, result == 0 ? look(status) : nil))
        }
    }
}

extension FileTree {
    /// What the folder itself says of a name, where that is enough.
    private static func kind(_ type: UInt8) -> Kind? {
        switch Int(type) {
        case Int(DT_REG): .file
        case Int(DT_DIR): .folder
        default: nil
        }
    }
}

/// The system's text for the number of an error.
func systemMessage(_ number: Int32) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
