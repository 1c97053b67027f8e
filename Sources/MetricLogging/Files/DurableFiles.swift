// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#else
    import Darwin
#endif

/// Files that appear whole and stay: written beside, waited for, then renamed.
enum DurableFiles {
    /// Writes a file so that a crash leaves the old content or the new one.
    static func write(_ bytes: [UInt8], to path: String) throws(RunError) {
        let temporary = path + ".tmp-" + UUID().uuidString
        do {
            var file = try AppendFile(creating: temporary)
            try file.append(bytes)
            try file.synchronize()
        } catch {
            remove(temporary)
            throw error
        }
        try rename(temporary, to: path)
    }

    /// Moves a file and waits until its folder knows.
    static func rename(_ old: String, to new: String) throws(RunError) {
        #if canImport(Glibc)
            let result = unsafe Glibc.rename(old, new)
        #elseif canImport(Musl)
            let result = unsafe Musl.rename(old, new)
        #elseif canImport(Android)
            let result = unsafe Android.rename(old, new)
        #else
            let result = unsafe Darwin.rename(old, new)
        #endif
        guard result == 0 else {
            let error = RunError.fromSystem("renaming", path: new)
            remove(old)
            throw error
        }
        try synchronizeFolder(of: new)
    }

    /// Makes a folder; false where it stands already.
    @discardableResult
    static func makeFolder(_ path: String) throws(RunError) -> Bool {
        guard unsafe mkdir(path, 0o755) == 0 else {
            if errno == EEXIST || path.hasSuffix("/") { return false }
            throw RunError.fromSystem("making the folder", path: path)
        }
        try synchronizeFolder(of: path)
        return true
    }

    /// Makes a folder and those above it, each durable.
    static func makeFolders(_ path: String) throws(RunError) {
        var isFolder = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder else {
                throw RunError(.invalidName, "a file stands where a folder is wanted", path: path)
            }
            return
        }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeFolders(String(path[..<slash]))
        }
        try makeFolder(path)
    }

    /// Waits until the folder around a path knows of it.
    static func synchronizeFolder(of path: String) throws(RunError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw RunError.fromSystem("opening", path: folder) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw RunError.fromSystem("waiting for the disk", path: folder)
        }
    }

    /// Removes a file that may stand there.
    static func remove(_ path: String) { _ = unsafe unlink(path) }

    /// Reads a whole file.
    static func read(_ path: String) throws(RunError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            if FileManager.default.fileExists(atPath: path) {
                throw RunError(.permissionDenied, "the file cannot be read", path: path)
            }
            throw RunError(.notFound, "there is no such file", path: path)
        }
        return Array(data)
    }

    /// The names in a folder, sorted; none where there is no such folder.
    static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// Microseconds since 1970, a few milliseconds coarse: reading it costs a few nanoseconds.
    static func now() -> Int64 {
        var time = timespec()
        // The call fills the structure it is given.
        #if os(Linux)
            unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)
        #else
            unsafe clock_gettime(CLOCK_REALTIME, &time)
        #endif
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
