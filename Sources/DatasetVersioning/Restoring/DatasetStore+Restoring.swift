// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a restore is told besides version and destination.
public struct RestoreOptions: Sendable {
    /// The files, or folders with all below them, to restore; nil for all.
    public var paths: [String]?
    /// Whether a file that stands in the way with another content is replaced; else nothing is restored.
    public var replaces = false
    /// A folder, such as an earlier version restored on this disk, from which equal files may be taken instead of being fetched.
    public var reuse: FileReuse?

    /// Takes the defaults.
    public init() {}
}

/// What a restore did.
public struct RestoreReceipt: Hashable, Sendable {
    /// How many files were written.
    public let written: Int
    /// How many files stood there already with exactly their content.
    public let unchanged: Int
    /// How many bytes were written.
    public let bytes: Int
    /// How the written files came to their place.
    public let sources: RestoredFiles
}

extension DatasetStore {
    /// Writes the files of a version.
    ///
    /// A version of a single file is written to the destination, or into it where that is a folder; a version of a folder is written
    /// below the destination, which is made where it is not there. Other files there are left alone. Every file is hashed as it is
    /// written and appears whole or not at all; a file that has its content already is not written again.
    ///
    /// - Throws: ``DatasetError`` with the code `destinationTaken` where another content stands in the way, `unsafePath` where a path
    ///   would lead out of the destination or two paths are one there, `notFound` for a path the version does not have;
    ///   `StoreError` with the code `corrupted` for damaged data.
    @discardableResult
    public func restore(
        _ reference: String, to destination: String, options: RestoreOptions = RestoreOptions()
    ) async throws -> RestoreReceipt {
        let version = try await version(reference)
        var files = try await files(of: version)
        if let paths = options.paths {
            let chosen = files.filter { file in
                paths.contains { file.path == $0 || file.path.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") }
            }
            for path in paths
            where !files.contains(where: {
                $0.path == path || $0.path.hasPrefix(path.hasSuffix("/") ? path : path + "/")
            }) {
                throw DatasetError(
                    .notFound, "the version has no file or folder '\(path)'", subject: version.reference)
            }
            files = chosen
        }
        let targets = try await place(files, of: version, at: destination, options)
        let todo = zip(files, targets).filter { !$0.1.isPresent }
        let work = todo.map { ($0.0, $0.1.path) }
        let workers = min(4, work.count)
        let sources = try await withThrowingTaskGroup(of: [FileReuse.Method?].self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var methods: [FileReuse.Method?] = []
                    for index in stride(from: worker, to: work.count, by: workers) {
                        let (file, path) = work[index]
                        let stored = StoredFile(
                            path: file.path, content: file.content, isExecutable: file.isExecutable)
                        let method = try await Blocking.run { options.reuse?.take(stored, to: path) }
                        methods.append(method)
                        guard method == nil else { continue }
                        try await chunks.restore(file.content, to: path, isExecutable: file.isExecutable)
                    }
                    return methods
                }
            }
            var sources = RestoredFiles()
            for try await methods in group { for method in methods { sources.count(method) } }
            return sources
        }
        return RestoreReceipt(
            written: todo.count, unchanged: files.count - todo.count,
            bytes: todo.reduce(0) { $0 + $1.0.size },
            sources: sources)
    }

    private struct Target {
        var path: String
        var isPresent: Bool
    }

    /// Finds out where each file goes, before any is written.
    private func place(
        _ files: [DatasetFile], of version: DatasetVersion, at destination: String, _ options: RestoreOptions
    ) async throws -> [Target] {
        let root =
            destination.count > 1 && destination.hasSuffix("/") ? String(destination.dropLast()) : destination
        let standing = FileTree.look(root, followsLinks: true)?.0
        if !version.isFolder, standing != .folder, !destination.hasSuffix("/"), let file = files.first {
            try makeFolder(URL(filePath: root).deletingLastPathComponent().path)
            return [Target(path: root, isPresent: try isPresent(file, root, options))]
        }
        guard standing == nil || standing == .folder else {
            throw DatasetError(
                .destinationTaken, "a file stands where a folder must be", subject: destination)
        }
        try makeFolder(root)
        try checkCollisions(files, root)
        var folders: Set<String> = []
        for file in files {
            var folder = file.path[...]
            while let slash = folder.lastIndex(of: "/") {
                folder = folder[..<slash]
                if !folders.insert(String(folder)).inserted { break }
            }
        }
        // A folder comes before what is in it. One that is a link would lead whatever is written out of the destination.
        for folder in folders.sorted(by: Manifest.isBefore) {
            let path = root + "/" + folder
            switch FileTree.look(path, followsLinks: false)?.0 {
            case nil: try makeFolder(path)
            case .folder: break
            case .link:
                throw DatasetError(
                    .unsafePath,
                    "a symbolic link stands where a folder must be; what is restored would land elsewhere",
                    subject: path)
            default:
                throw DatasetError(.destinationTaken, "a file stands where a folder must be", subject: path)
            }
        }
        return try files.map { file in
            let path = root + "/" + file.path
            return Target(path: path, isPresent: try isPresent(file, path, options))
        }
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path.isEmpty ? "." : path, withIntermediateDirectories: true)
        } catch {
            throw DatasetError(
                .destinationTaken, "the folder cannot be made; check the owner and mode of the one above",
                subject: path, cause: error)
        }
    }

    /// Whether a file is there already; its content is hashed, whatever its size and time say.
    private func isPresent(_ file: DatasetFile, _ path: String, _ options: RestoreOptions) throws -> Bool {
        guard let (kind, stamp) = FileTree.look(path, followsLinks: false) else { return false }
        if kind == .file, stamp.size == file.size, stamp.isExecutable == file.isExecutable,
            try Digest(ofFileAt: path) == file.digest
        {
            return true
        }
        guard options.replaces, kind != .folder else {
            throw DatasetError(
                .destinationTaken,
                kind == .folder
                    ? "a folder stands where a file must be"
                    : "another content stands there; ask for it to be replaced, or restore elsewhere",
                subject: path)
        }
        return false
    }

    /// Refuses paths that differ only by case or by how accents are written, where the destination takes them for one.
    private func checkCollisions(_ files: [DatasetFile], _ root: String) throws {
        var seen: [String: String] = [:]
        for file in files {
            // Swift compares strings by canonical equivalence, so only the case must be folded.
            let folded = file.path.lowercased()
            guard let other = seen.updateValue(file.path, forKey: folded) else { continue }
            if try foldsNames(root) {
                throw DatasetError(
                    .unsafePath,
                    "'\(other)' and '\(file.path)' are one file here; restore to a file system that tells them apart",
                    subject: root)
            }
        }
    }

    /// Whether a folder takes names that differ by case for one, found out by trying.
    private func foldsNames(_ folder: String) throws -> Bool {
        let name = ".mlops-" + UUID().uuidString.lowercased()
        let path = folder + "/" + name
        try Data().write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return FileTree.look(folder + "/" + name.uppercased(), followsLinks: false) != nil
    }
}
