// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

extension ArtifactStore {
    /// Writes a version in a form that other programs read; the result appears whole or not at all.
    ///
    /// An export that is killed leaves at most something whose name begins with `.exporting-` or `.restoring-` beside the place.
    ///
    /// ```swift
    /// try await artifacts.export(artifacts.version("flight-delay@champion"), to: "flight-delay.tar", as: .tar)
    /// ```
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - path: Where the folder or archive will be; nothing but an empty folder may stand there.
    ///   - format: The form.
    ///   - isDurable: Whether everything must have reached the disk when the call returns.
    /// - Throws: ``StoreError`` with the code `alreadyExists` where the place is taken, `corrupted` where the store's data are
    ///   damaged; then nothing stands at the path that did not before.
    public func export(
        _ version: ArtifactVersion, to path: String, as format: ExportFormat, isDurable: Bool = false
    ) async throws {
        let manifest = try await manifest(of: version)
        // Other programs will unpack what is written here: it gets the care that our own restore takes.
        try RestoredPaths.check(manifest.files.map(\.path), manifest.emptyFolders)
        switch format {
        case .tar: try await exportTar(manifest, of: version, to: path, isDurable: isDurable)
        case .folder:
            try await staged(at: path, isDurable: isDurable) { staging in
                try await chunks.restore(
                    manifest.files, emptyFolders: manifest.emptyFolders, to: staging.folder,
                    isDurable: isDurable)
            }
        case .oci:
            try await staged(at: path, isDurable: isDurable) { staging in
                try await OCILayoutWriter(version, manifest, chunks, staging, isDurable: isDurable).write()
            }
        }
    }

    private func exportTar(
        _ manifest: ArtifactManifest, of version: ArtifactVersion, to path: String, isDurable: Bool
    ) async throws {
        let file = try await Blocking.run {
            try ExportStaging.check(path)
            try ExportStaging.makeFolder(above: path)
            return try RestoringFile(path, isExecutable: false)
        }
        do {
            var archive = TarWriter(to: file)
            try await archive.write(
                manifest.files, emptyFolders: manifest.emptyFolders,
                comment: try CanonicalJSON.encode(ExportedNote(version)), from: chunks)
            _ = try await Blocking.run { try file.finish(isDurable: isDurable) }
            try ExportStaging.check(path)
        } catch {
            file.abandon()
            throw error
        }
        try await Blocking.run { try file.publish(isDurable: isDurable) }
    }

    private func staged(
        at path: String, isDurable: Bool, _ body: (ExportStaging) async throws -> Void
    ) async throws {
        let staging = try await Blocking.run { try ExportStaging(for: path) }
        do {
            try await body(staging)
            try await Blocking.run { try staging.publish(isDurable: isDurable) }
        } catch {
            await Blocking.runQuietly { staging.abandon() }
            throw (error as? StoreError).map(staging.naming) ?? error
        }
    }
}

extension Blocking {
    /// Runs what cannot fail.
    fileprivate static func runQuietly(_ body: @escaping @Sendable () -> Void) async {
        try? await run(body)
    }
}
