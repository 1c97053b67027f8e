// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension ArtifactStore {
    /// Writes a version to a disk: every file whole or not at all, and hashed on its way.
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - path: Where the file or folder will be. A folder may exist: files in it are replaced, others stay.
    ///   - isDurable: Whether everything must have reached the disk when the call returns.
    ///   - reuse: A folder, such as an earlier version restored on this disk, from which equal files may be taken.
    ///   - isIncluded: Which files of a folder to write; by default all.
    /// - Returns: How many files came from where.
    /// - Throws: ``StoreError``
    @discardableResult
    public func restore(
        _ version: ArtifactVersion, to path: String, isDurable: Bool = false, reusing reuse: FileReuse? = nil,
        where isIncluded: (String) -> Bool = { _ in true }
    ) async throws -> RestoredFiles {
        let manifest = try await manifest(of: version)
        switch version.kind {
        case .folder:
            return try await chunks.restore(
                manifest.files.filter { isIncluded($0.path) }, emptyFolders: manifest.emptyFolders, to: path,
                isDurable: isDurable, reusing: reuse)
        case .file:
            guard manifest.files.count == 1, let file = manifest.files.first else {
                throw StoreError(
                    .corrupted, "the version should be one file and has \(manifest.files.count)",
                    key: version.description, location: store.location)
            }
            var restored = RestoredFiles()
            let method = try await Blocking.run { reuse?.take(file, to: path, isDurable: isDurable) }
            if method == nil {
                try await chunks.restore(
                    file.content, to: path, isExecutable: file.isExecutable, isDurable: isDurable)
            }
            restored.count(method)
            return restored
        }
    }
}
