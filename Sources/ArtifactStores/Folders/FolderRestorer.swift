// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A file of a folder in a store.
package struct StoredFile: Hashable, Sendable {
    /// The path relative to the folder, its parts divided by `/`.
    package var path: String
    /// The content.
    package var content: StoredContent
    /// Whether it may be executed.
    package var isExecutable: Bool

    /// Describes a file.
    package init(path: String, content: StoredContent, isExecutable: Bool = false) {
        self.path = path
        self.content = content
        self.isExecutable = isExecutable
    }
}

extension ChunkStore {
    /// Writes files into a folder, each whole or not at all, and nothing outside the folder.
    ///
    /// Files that stand at the paths are replaced, others stay. All paths are checked before anything is written.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - emptyFolders: Folders to make.
    ///   - root: The folder; it is made where it is missing.
    ///   - isDurable: Whether everything must have reached the disk when the call returns.
    ///   - reuse: A folder from which files may be taken.
    /// - Returns: How many files came from where.
    /// - Throws: ``StoreError``
    @discardableResult
    package func restore(
        _ files: [StoredFile], emptyFolders: [String] = [], to root: String, isDurable: Bool = false,
        reusing reuse: FileReuse? = nil
    ) async throws -> RestoredFiles {
        try RestoredPaths.check(files.map(\.path), emptyFolders)
        let folder = try await Blocking.run {
            do throws(FileOperationError) {
                try SystemFiles.makeRoot(root)
                let folder = try SystemFiles(root: root)
                try RestoredPaths.makeFolders(files.map(\.path), emptyFolders, in: folder)
                return folder
            } catch {
                throw StoreError(error, key: error.path, location: root)
            }
        }
        try await Blocking.run {
            try RestoredPaths.checkLetterCase(files.map(\.path), emptyFolders, in: folder)
        }
        var (restored, missing) = (RestoredFiles(), files)
        if let reuse {
            (restored, missing) = try await take(files, from: reuse, to: root, isDurable: isDurable)
        }
        restored.fetched = missing.count
        let batches = FileBatch.batches(of: missing)
        let next = NextIndex(count: batches.count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(batches.count, 4) {
                group.addTask { [self] in
                    while let index = next.take(1)?.first {
                        try await restore(batches[index], to: root, isDurable: isDurable)
                    }
                }
            }
            try await group.waitForAll()
        }
        guard isDurable else { return restored }
        let above = Set(files.map { parent(of: $0.path) } + emptyFolders.map { parent(of: $0) })
        try await Blocking.run {
            do throws(FileOperationError) {
                for path in above.union([""]).sorted() { try folder.syncFolder(path) }
            } catch {
                throw StoreError(error, key: error.path, location: root)
            }
        }
        return restored
    }

    /// Takes what a folder has; gives back what must be fetched.
    private func take(
        _ files: [StoredFile], from reuse: FileReuse, to root: String, isDurable: Bool
    ) async throws -> (RestoredFiles, missing: [StoredFile]) {
        let next = NextIndex(count: files.count)
        return try await withThrowingTaskGroup(of: (RestoredFiles, [StoredFile]).self) { group in
            for _ in 0..<min(files.count, 4) {
                group.addTask {
                    try await Blocking.run {
                        var (restored, missing) = (RestoredFiles(), [StoredFile]())
                        while let index = next.take(1)?.first {
                            let file = files[index]
                            let target = root + "/" + file.path
                            if let method = reuse.take(file, to: target, isDurable: isDurable) {
                                restored.count(method)
                            } else {
                                missing.append(file)
                            }
                        }
                        return (restored, missing)
                    }
                }
            }
            var (all, missing) = (RestoredFiles(), [StoredFile]())
            for try await (restored, part) in group {
                all += restored
                missing += part
            }
            // In their order, so that neighbours in a pack are fetched together.
            return (all, missing.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) })
        }
    }

    private func restore(_ batch: FileBatch, to root: String, isDurable: Bool) async throws {
        if batch.files.count == 1, let file = batch.files.first {
            return try await restore(
                file.content, to: root + "/" + file.path, isExecutable: file.isExecutable,
                isDurable: isDurable)
        }
        // Small files lie side by side in the packs: one request brings many.
        let bytes = try await readTogether(batch.files.map(\.content))
        try await Blocking.run {
            var start = 0
            for file in batch.files {
                let end = start + file.content.size
                let content = Array(bytes[start..<end])
                start = end
                guard Digest(of: content) == file.content.digest else {
                    throw StoreError(
                        .corrupted, "the chunks are sound but do not make up the file", key: file.path)
                }
                let target = try RestoringFile(root + "/" + file.path, isExecutable: file.isExecutable)
                do {
                    try target.write(content)
                    _ = try target.finish(isDurable: isDurable)
                } catch {
                    target.abandon()
                    throw error
                }
                try target.publish(isDurable: false)
            }
        }
    }
}

/// Files that are restored by one worker in one go.
private struct FileBatch: Sendable {
    var files: [StoredFile] = []

    /// A large file is alone; small ones are together up to 4 MiB.
    static func batches(of files: [StoredFile]) -> [FileBatch] {
        var batches: [FileBatch] = []
        var open = FileBatch()
        var size = 0
        for file in files {
            if file.content.size > 1 << 20 || file.content.depth > 0 {
                batches.append(FileBatch(files: [file]))
                continue
            }
            if size + file.content.size > 4 << 20 || open.files.count == 512 {
                batches.append(open)
                (open, size) = (FileBatch(), 0)
            }
            open.files.append(file)
            size += file.content.size
        }
        if !open.files.isEmpty { batches.append(open) }
        return batches
    }
}
