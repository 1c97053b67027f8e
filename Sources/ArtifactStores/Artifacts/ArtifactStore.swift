// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Named files and folders in versions that never change, kept in any ``ObjectStore``.
///
/// ```swift
/// let artifacts = ArtifactStore(try LocalObjectStore(at: "store"))
/// let version = try await artifacts.publish("flight-delay", contentsOf: "build/model", metadata: ["rounds": "300"])
/// try await artifacts.move("champion", of: "flight-delay", to: version.number)
/// try await artifacts.restore(artifacts.version("flight-delay@champion"), to: "serving/model")
/// ```
///
/// A second publication of the same files adds no data, and no version either where the metadata are the same too.
public struct ArtifactStore: Sendable {
    /// The store underneath.
    public let store: any ObjectStore
    /// The contents of all versions.
    public let chunks: ChunkStore

    /// Uses the artifacts of a store; nothing is read or written yet.
    public init(_ store: any ObjectStore, options: ChunkStore.Options = ChunkStore.Options()) {
        self.store = store
        chunks = ChunkStore(store, options: options)
    }

    /// Publishes a file or a folder as the next version of an artifact.
    ///
    /// - Parameters:
    ///   - name: The artifact's name, made where it is new.
    ///   - path: The file or folder.
    ///   - metadata: What to note about the version.
    ///   - symbolicLinks: What to do with symbolic links inside a folder.
    /// - Returns: The version; the latest one where that has the same files and metadata already.
    /// - Throws: `FileReadError`, with the code `changed` where a file was written meanwhile; ``StoreError``. Then
    ///   nothing was published.
    @discardableResult
    public func publish(
        _ name: String, contentsOf path: String, metadata: [String: String] = [:],
        symbolicLinks: SymbolicLinks = .refuse
    ) async throws -> ArtifactVersion {
        guard let isFolder = isFolder(path) else {
            throw StoreError(.notFound, "there is no such file or folder", key: path)
        }
        let listing = try await Blocking.run {
            isFolder ? try FolderContents(of: path, symbolicLinks: symbolicLinks) : nil
        }
        let paths = listing?.files ?? [parentless(path)]
        return try await publish(name) { writer in
            let added = try await writer.addFiles(listing == nil ? [path] : paths.map { path + "/" + $0 })
            let files = zip(paths, added).map {
                StoredFile(path: $0, content: $1.content, isExecutable: $1.stamp.isExecutable)
            }
            return PublishedContents(
                kind: isFolder ? .folder : .file,
                manifest: ArtifactManifest(files: files, emptyFolders: listing?.emptyFolders ?? []),
                metadata: metadata)
        }
    }

    /// Publishes what the body adds.
    func publish(
        _ name: String, _ body: (ChunkWriter) async throws -> PublishedContents
    ) async throws -> ArtifactVersion {
        let history = try versionHistory(of: name)
        return try await chunks.write { writer in
            let contents = try await body(writer)
            let manifest = contents.manifest
            let stored = try await writer.add(try manifest.encode(), holdsReferences: true)
            try await writer.commit()
            let record = ArtifactRecord(
                kind: contents.kind, digest: manifest.digest(), fileCount: manifest.files.count,
                size: manifest.files.reduce(0) { $0 + $1.content.size }, created: Date(),
                metadata: contents.metadata, manifest: stored)
            return try await append(record, to: history, name)
        }
    }

    private func append(
        _ record: ArtifactRecord, to history: RecordHistory<ArtifactRecord>, _ name: String
    ) async throws -> ArtifactVersion {
        while true {
            let latest = try await history.latest()
            if let latest, latest.record.manifest == record.manifest, latest.record.kind == record.kind,
                latest.record.metadata == record.metadata, try await !isRetired(name, latest.number)
            {
                return ArtifactVersion(name, latest.number, latest.record)
            }
            let number = (latest?.number ?? 0) + 1
            do {
                try await history.append(record, as: number)
                return try await version(name, number)
            } catch let error as StoreError where error.code == .alreadyExists {
                continue
            }
        }
    }

    /// The files of a version, in the order of their paths.
    ///
    /// - Throws: ``StoreError``
    public func files(of version: ArtifactVersion) async throws -> [ArtifactFile] {
        try await manifest(of: version).files.map {
            ArtifactFile(path: $0.path, content: $0.content, isExecutable: $0.isExecutable)
        }
    }

    /// Reads a file of a version, or a range of it; only the chunks in the range are fetched.
    ///
    /// - Parameters:
    ///   - path: The file's path in the version; may be left out for a version that is one file.
    ///   - version: The version.
    ///   - range: The offsets in bytes; cut off at the file's end.
    /// - Throws: ``StoreError`` with the code `notFound` where the version has no such file.
    public func read(
        _ path: String? = nil, of version: ArtifactVersion, range: Range<Int>? = nil
    ) async throws -> [UInt8] {
        let files = try await manifest(of: version).files
        let file = path.map { path in files.first { $0.path == path } } ?? (files.count == 1 ? files[0] : nil)
        guard let file else {
            throw StoreError(
                .notFound,
                path == nil ? "the version has several files; name one" : "the version has no such file",
                key: path ?? version.description, location: store.location)
        }
        return try await chunks.read(file.content, range: range)
    }

    func manifest(of version: ArtifactVersion) async throws -> ArtifactManifest {
        try ArtifactManifest(
            try await chunks.read(version.manifest), of: version.description, location: store.location)
    }

    private func parentless(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}

/// What a publication will hold.
struct PublishedContents: Sendable {
    var kind: ArtifactVersion.Kind
    var manifest: ArtifactManifest
    var metadata: [String: String]
}

extension ArtifactVersion {
    init(_ name: String, _ number: Int, _ record: ArtifactRecord) {
        self.init(
            name: name, number: number, kind: record.kind, digest: record.digest,
            fileCount: record.fileCount, size: record.size, created: record.created,
            metadata: record.metadata, manifest: record.manifest)
    }
}
