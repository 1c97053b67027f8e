// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DatasetStore {
    /// Writes a version into a DVC 3 repository: objects into its cache, and a `.dvc` file that names them.
    ///
    /// After it `dvc checkout` restores the data and `dvc status` has nothing to say. A folder that is no repository becomes one. Objects
    /// that the cache has already stay as they are.
    ///
    /// - Parameters:
    ///   - reference: The version.
    ///   - repository: The repository's folder.
    ///   - path: Where the data will be in the repository; nil for the dataset's name, or the file's.
    /// - Returns: The path of the `.dvc` file.
    /// - Throws: ``DatasetError`` with the code `unsafePath` for a path outside the repository; `StoreError`.
    @discardableResult
    public func exportDVC(
        _ reference: String, to repository: String, path: String? = nil
    ) async throws -> String {
        let version = try await version(reference)
        let files = try await files(of: version)
        let target = path ?? (version.isFolder ? version.dataset : files.first?.path ?? version.dataset)
        guard DatasetFile.isSafe(target), !target.contains(where: \.isNewline) else {
            throw DatasetError(.unsafePath, "the path must lie below the repository", subject: target)
        }
        let root =
            repository.count > 1 && repository.hasSuffix("/") ? String(repository.dropLast()) : repository
        try prepare(root)
        let dvc = DVCRepository(root: root)
        var entries: [DVCFolderList.Entry] = []
        for file in files {
            let md5 = try await cache(file, in: dvc)
            entries.append(DVCFolderList.Entry(md5: md5, relpath: file.path))
        }
        let description: DVCFile
        if version.isFolder {
            let list = DVCFolderList.encode(entries)
            var hasher = MD5()
            hasher.update(list)
            let name = hasher.hexadecimal() + ".dir"
            try place(Data(list), at: dvc.object(name))
            description = DVCFile(
                md5: name, size: version.size, fileCount: version.fileCount, isExecutable: false, path: target
            )
        } else {
            description = DVCFile(
                md5: entries.first?.md5 ?? "", size: version.size, fileCount: nil,
                isExecutable: files.first?.isExecutable ?? false, path: target)
        }
        var output = description
        output.path = String(target.split(separator: "/").last ?? "")
        let file = root + "/" + target + ".dvc"
        try makeFolder(above: file)
        try Data(output.encoded().utf8).write(to: URL(filePath: file), options: .atomic)
        return file
    }

    private func prepare(_ root: String) throws {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: root + "/.dvc") else { return }
        try manager.createDirectory(atPath: root + "/.dvc", withIntermediateDirectories: true)
        let hasGit = manager.fileExists(atPath: root + "/.git")
        let configuration = hasGit ? "" : "[core]\n    no_scm = True\n"
        try Data(configuration.utf8).write(to: URL(filePath: root + "/.dvc/config"), options: .atomic)
        if hasGit {
            try Data("/config.local\n/tmp\n/cache\n".utf8)
                .write(to: URL(filePath: root + "/.dvc/.gitignore"), options: .atomic)
        }
    }

    /// Puts a file into the cache, read-only as DVC keeps its objects, and gives its digest.
    private func cache(_ file: DatasetFile, in dvc: DVCRepository) async throws -> String {
        let temporary = dvc.cache + "/files/md5/.mlops-" + UUID().uuidString.lowercased()
        try makeFolder(above: temporary)
        try await chunks.restore(file.content, to: temporary)
        let md5 = try await Blocking.run { try MD5.digest(ofFileAt: temporary) }
        try move(temporary, to: dvc.object(md5))
        return md5
    }

    private func place(_ content: Data, at object: String) throws {
        try makeFolder(above: object)
        let temporary = object + ".mlops-" + UUID().uuidString.lowercased()
        try content.write(to: URL(filePath: temporary))
        try move(temporary, to: object)
    }

    private func move(_ temporary: String, to object: String) throws {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: object) else {
            try manager.removeItem(atPath: temporary)
            return
        }
        try makeFolder(above: object)
        try manager.setAttributes([.posixPermissions: 0o444], ofItemAtPath: temporary)
        try manager.moveItem(atPath: temporary, toPath: object)
    }

    private func makeFolder(above path: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    }

    /// Keeps what a `.dvc` file names as the next version of a dataset, from the cache of its repository.
    ///
    /// Both the cache of DVC 3 and the older one are read. Every object is checked against the digest that names it, because a cache
    /// whose links were written through is DVC's best known way to lose data.
    ///
    /// - Parameters:
    ///   - dataset: The dataset's name.
    ///   - file: The `.dvc` file.
    ///   - cache: The cache's folder; nil for the one the repository configures.
    ///   - message: Why it is made.
    /// - Throws: ``DatasetError`` with the code `badDVC` where the file or an object is missing or damaged; `StoreError`.
    @discardableResult
    public func importDVC(
        _ dataset: String, from file: String, cache: String? = nil, message: String = ""
    ) async throws -> DatasetSnapshot {
        try DatasetReference.check(dataset, "a dataset's name")
        guard let data = FileManager.default.contents(atPath: file),
            let text = String(validating: data, as: UTF8.self)
        else { throw DatasetError(.badDVC, "the file cannot be read as text", subject: file) }
        let description = try DVCFile(parsing: text, name: file)
        let dvc = try DVCRepository(containing: file, cache: cache)
        var sources: [FileTree.File] = []
        if description.isFolder {
            let list = try object(description.md5, description, dvc, for: file)
            guard let content = FileManager.default.contents(atPath: list) else {
                throw DatasetError(.badDVC, "the list of the folder's files cannot be read", subject: list)
            }
            for entry in try DVCFolderList.decode(Array(content), name: list) {
                let location = try object(entry.md5, description, dvc, for: entry.relpath)
                sources.append(try source(entry.relpath, location, isExecutable: false))
            }
            sources.sort { Manifest.isBefore($0.path, $1.path) }
        } else {
            let name = description.path.split(separator: "/").last.map(String.init) ?? description.path
            let location = try object(description.md5, description, dvc, for: name)
            sources = [try source(name, location, isExecutable: description.isExecutable)]
        }
        var options = SnapshotOptions()
        options.message = message.isEmpty ? "import of \(file)" : message
        let tree = FileTree(files: sources, isFolder: description.isFolder)
        return try await snapshot(
            dataset, tree, source: URL(filePath: file).absoluteURL.standardizedFileURL.path,
            after: try await history(dataset).latest(), options)
    }

    private func source(
        _ path: String, _ location: String, isExecutable: Bool
    ) throws(DatasetError) -> FileTree.File {
        guard let (kind, stamp) = FileTree.look(location, followsLinks: true), kind == .file else {
            throw DatasetError(.badDVC, "the object of '\(path)' is not a file", subject: location)
        }
        return FileTree.File(path: path, location: location, stamp: stamp, isExecutable: isExecutable)
    }

    /// Finds an object in the cache and checks it against its name.
    private func object(
        _ md5: String, _ description: DVCFile, _ dvc: DVCRepository, for path: String
    ) throws(DatasetError) -> String {
        let location = dvc.object(md5, isPlain: description.isPlain)
        guard FileTree.look(location, followsLinks: true)?.0 == .file else {
            throw DatasetError(
                .badDVC, "the cache lacks the object \(md5) of '\(path)'; 'dvc fetch' brings it",
                subject: location)
        }
        let wanted = md5.hasSuffix(".dir") ? String(md5.dropLast(4)) : md5
        let isList = md5.hasSuffix(".dir")
        guard
            try MD5.digest(ofFileAt: location, asText: !description.isPlain && !isList) == wanted
        else {
            throw DatasetError(
                .badDVC,
                "the object of '\(path)' is damaged: its content is not what its name says; 'dvc fetch' it again",
                subject: location)
        }
        return location
    }
}
