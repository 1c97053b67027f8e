// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension SystemFiles {
    /// Opens a folder step by step; the empty path is the root.
    func openFolder(_ path: Substring) throws(FileOperationError) -> Int32 {
        var folder = rootDescriptor
        for name in path.split(separator: "/") {
            let next = unsafe openat(folder, String(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let number = errno
            closeFolder(folder)
            guard next >= 0 else { throw FileOperationError("open", String(path), number) }
            folder = next
        }
        return folder
    }

    func closeFolder(_ folder: Int32) {
        if folder != rootDescriptor { close(folder) }
    }

    func folder(of path: String) -> Substring {
        path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    }

    func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    func inParent(
        of path: String, _ body: (Int32, String) throws(FileOperationError) -> Void
    ) throws(FileOperationError) {
        let parent = try openFolder(folder(of: path))
        defer { closeFolder(parent) }
        try body(parent, name(of: path))
    }

    func inParents(
        _ path: String, _ other: String,
        _ body: (Int32, String, Int32, String) throws(FileOperationError) -> Void
    ) throws(FileOperationError) {
        try inParent(of: path) { (from, name) throws(FileOperationError) in
            try inParent(of: other) { (to, otherName) throws(FileOperationError) in
                try body(from, name, to, otherName)
            }
        }
    }

    func withFile(
        _ path: String, _ flags: Int32, _ body: (Int32) throws(FileOperationError) -> Void
    ) throws(FileOperationError) {
        try inParent(of: path) { (parent, name) throws(FileOperationError) in
            let file = unsafe openat(parent, name, flags, 0o666)
            guard file >= 0 else { throw FileOperationError("open", path, errno) }
            var isClosed = false
            defer { if !isClosed { close(file) } }
            try body(file)
            isClosed = true
            // Some file systems report a failed write only here.
            guard close(file) == 0 || errno == EINTR else { throw FileOperationError("close", path, errno) }
        }
    }
}
