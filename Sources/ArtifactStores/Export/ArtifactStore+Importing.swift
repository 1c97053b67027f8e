// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ArtifactStore {
    /// Publishes what an export, or another program, wrote as the next version of an artifact.
    ///
    /// Archives are read in constant memory. Refused are paths that are absolute or lead out, links that lead out, names that occur
    /// twice or collide on some file systems, sizes and digests that are not true, and whatever is not understood.
    ///
    /// - Parameters:
    ///   - name: The artifact's name, made where it is new.
    ///   - path: The folder or archive.
    ///   - format: The form; nil finds it out.
    ///   - options: What to note, and what to make of links.
    /// - Returns: The version; the latest one where that has the same files and metadata already.
    /// - Throws: ``StoreError`` with the code `invalidKey` for unsafe paths, `corrupted` for damage, `unsupportedFormat` for what
    ///   is not understood; `FileReadError`. Then nothing was published.
    @discardableResult
    public func publish(
        _ name: String, importing path: String, as format: ExportFormat? = nil,
        options: ImportOptions = ImportOptions()
    ) async throws -> ArtifactVersion {
        let form = try await Blocking.run { try format ?? ExportFormat(of: path) }
        switch form {
        case .folder:
            guard isFolder(path) == true else {
                throw StoreError(.notFound, "there is no such folder", key: path)
            }
            return try await publish(
                name, contentsOf: path, metadata: options.metadata ?? [:],
                symbolicLinks: options.symbolicLinks)
        case .tar:
            let archive = try await Blocking.run { try TarReader(path) }
            return try await publish(name) { writer in
                var files = ImportedFiles()
                try await add(archive, to: &files, writer, options)
                return contents(try files.manifest(options), ExportedNote(archive.comment), options)
            }
        case .oci:
            let layout = try await Blocking.run { try OCILayoutReader(path, reference: options.reference) }
            return try await publish(name) { writer in
                let files = try await add(layout, writer, options)
                return contents(try files.manifest(options), layout.note, options)
            }
        }
    }

    private func contents(
        _ manifest: ArtifactManifest, _ note: ExportedNote?, _ options: ImportOptions
    ) -> PublishedContents {
        let isFile = note?.kind == .file && manifest.files.count == 1 && manifest.emptyFolders.isEmpty
        return PublishedContents(
            kind: isFile ? .file : .folder, manifest: manifest,
            metadata: options.metadata ?? note?.metadata ?? [:])
    }

    private func add(
        _ archive: TarReader, to files: inout ImportedFiles, _ writer: ChunkWriter, _ options: ImportOptions
    ) async throws {
        while let entry = try await Blocking.run({ try archive.next() }) {
            switch entry.kind {
            case .folder: try files.addFolder(entry.path)
            case .symbolicLink(let target): try files.addLink(entry.path, to: target, options.symbolicLinks)
            case .hardLink(let target): try files.addHardLink(entry.path, to: target)
            case .file:
                try RestoredPaths.check(entry.path)
                let content =
                    entry.size <= 1 << 20
                    ? try await writer.add(try await Blocking.run { try archive.read() ?? [] })
                    : try await writer.add { try await Blocking.run { try archive.read() } }
                try files.add(entry.path, content, isExecutable: entry.isExecutable)
            }
        }
    }

    private func add(
        _ layout: OCILayoutReader, _ writer: ChunkWriter, _ options: ImportOptions
    ) async throws -> ImportedFiles {
        var files = ImportedFiles()
        let raw = layout.layers.filter { !$0.isArchive }
        try await Blocking.run {
            // Before a large layer is read, all are looked at.
            for layer in raw { try RestoredPaths.check(layer.path) }
            for layer in layout.layers { try layout.check(layer, readsContent: layer.isArchive) }
        }
        let added = try await writer.addFiles(raw.map(\.blob))
        for (layer, file) in zip(raw, added) {
            try layout.check(file.content.digest, of: layer)
            try files.add(layer.path, file.content, isExecutable: layer.isExecutable)
        }
        for layer in layout.layers where layer.isArchive {
            let archive = try await Blocking.run { try TarReader(layer.blob) }
            try await add(archive, to: &files, writer, options)
        }
        return files
    }
}

extension ExportFormat {
    /// Finds out in which form something is.
    fileprivate init(of path: String) throws {
        switch isFolder(path) {
        case nil: throw StoreError(.notFound, "there is no such file or folder", key: path)
        case true?:
            let isLayout = FileManager.default.fileExists(atPath: path + "/oci-layout")
            self = isLayout ? .oci : .folder
        case false?: self = .tar
        }
    }
}
