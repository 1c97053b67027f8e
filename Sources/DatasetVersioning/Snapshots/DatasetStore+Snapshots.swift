// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import DataContracts
public import TableReading

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a snapshot is told besides its source.
public struct SnapshotOptions: Sendable {
    /// Why it is made.
    public var message = ""
    /// The versions the content was derived from, as `flights@12`.
    public var parents: [String] = []
    /// Whether a version is made even where the latest one holds the same content.
    public var isForced = false
    /// Whether symbolic links are followed; else a link is an error.
    public var followsLinks = false

    /// Takes the defaults.
    public init() {}
}

extension DatasetStore {
    /// Keeps a file or a folder as the next version of a dataset.
    ///
    /// What the store holds already is not stored again; files that did not change since this machine read them for the
    /// dataset are not read again. Where the latest version holds exactly this content, nothing is stored and that version is
    /// the answer. The version appears when everything it names is durable, and never in part.
    ///
    /// - Parameters:
    ///   - dataset: The dataset's name.
    ///   - path: A file or a folder.
    ///   - message: Why it is made.
    /// - Throws: ``DatasetError`` with the code `changed` where a file was written meanwhile, `badSource` for what cannot be
    ///   kept; `StoreError`.
    @discardableResult
    public func snapshot(
        _ dataset: String, of path: String, message: String = ""
    ) async throws -> DatasetSnapshot {
        var options = SnapshotOptions()
        options.message = message
        return try await snapshot(dataset, of: path, options)
    }

    /// Keeps a file or a folder as the next version of a dataset, with more to say about it.
    ///
    /// - Throws: As a snapshot of a path without options, and ``DatasetError`` with the code `notFound` for a parent that is not there.
    @discardableResult
    public func snapshot(
        _ dataset: String, of path: String, _ options: SnapshotOptions
    ) async throws -> DatasetSnapshot {
        try DatasetReference.check(dataset, "a dataset's name")
        let lookedAt = Int64(Date().timeIntervalSince1970 * 1e9)
        let source = URL(filePath: path).absoluteURL.standardizedFileURL.path
        let latest = try await history(dataset).latest()
        let cache = cached(dataset, source)
        let known = cache.flatMap { $0.version == latest?.record.digest ? $0.entries : nil } ?? [:]
        // Where no stamp is known there is nothing to compare with.
        let tree = try await Blocking.run {
            try FileTree(at: path, followsLinks: options.followsLinks, takesStamps: !known.isEmpty)
        }
        return try await snapshot(
            dataset, tree, source: source, lookedAt: lookedAt, after: latest, known: known, options)
    }

    /// Keeps a table as the next version of a dataset: a CSV file named for the dataset.
    ///
    /// - Throws: As a snapshot of a path without options
    @discardableResult
    public func snapshot(
        _ dataset: String, of table: Table, message: String = ""
    ) async throws -> DatasetSnapshot {
        try DatasetReference.check(dataset, "a dataset's name")
        let folder = FileManager.default.temporaryDirectory.appending(path: "mlops-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: dataset + ".csv")
        try Data(table.csv()).write(to: file)
        let tree = try FileTree(at: file.path, followsLinks: false)
        var options = SnapshotOptions()
        options.message = message
        return try await snapshot(
            dataset, tree, source: "a table in memory", after: try await history(dataset).latest(), options)
    }

    /// Keeps files.
    ///
    /// - Parameters:
    ///   - dataset: The dataset's name.
    ///   - tree: The files.
    ///   - source: Where they come from.
    ///   - lookedAt: A moment before any stamp was taken, in nanoseconds since 1970; nil where they are not to be remembered.
    ///   - latest: The latest version.
    ///   - known: What is remembered of its files.
    ///   - request: What else is told.
    func snapshot(
        _ dataset: String, _ tree: FileTree, source: String, lookedAt: Int64? = nil,
        after latest: RecordHistory<VersionRecord>.Entry?, known: [String: StatCache.Entry] = [:],
        _ request: SnapshotOptions
    ) async throws -> DatasetSnapshot {
        var parents: [String] = []
        for parent in request.parents { parents.append(try await version(parent).reference) }
        let isSame = tree.files.allSatisfy { $0.stamp != nil && known[$0.path]?.stamp == $0.stamp }
        if !request.isForced, isSame, let latest, latest.record.fileCount == tree.files.count,
            latest.record.isFolder == tree.isFolder
        {
            let version = try latest.record.version(dataset, latest.number)
            return DatasetSnapshot(
                version: version, isNew: false, filesRead: 0, receipt: WriteReceipt(), notes: [])
        }
        let before =
            try await latest.asyncMap { try await files(of: $0.record.version(dataset, $0.number)) } ?? []
        let (snapshot, remembered) = try await chunks.write { writer in
            var work = SnapshotWork(
                writer: writer, tableLimit: options.tableLimit, before: before, known: known)
            try await work.add(tree)
            let digest = Manifest.identity(work.files)
            let stamped = work.stamped
            let granularity = options.clockGranularity
            // Made while the device is waited for, and kept when there is a version that it is about.
            async let cache = Blocking.run {
                lookedAt.map {
                    StatCache.encode(version: digest, stamped, lookedAt: $0, granularity: granularity)
                }
            }
            if !request.isForced, let latest, latest.record.digest == digest,
                latest.record.isFolder == tree.isFolder
            {
                // Equal content has equal chunks, so nothing was added that would have to be made durable.
                let version = try latest.record.version(dataset, latest.number)
                return (
                    DatasetSnapshot(
                        version: version, isNew: false, filesRead: work.filesRead, receipt: WriteReceipt(),
                        notes: []),
                    try await cache
                )
            }
            try await work.describeTables()
            let tables = try await work.tables(chunks)
            let manifest = try await writer.add(try Manifest.encode(work.files), holdsReferences: true)
            try await writer.commit()
            let receipt = writer.receipt
            let record = VersionRecord(
                digest: digest, isFolder: tree.isFolder, fileCount: work.files.count,
                size: work.files.reduce(0) { $0 + $1.size }, rowCount: tables.rowCount, schema: tables.schema,
                rows: tables.rows, message: request.message, author: options.author,
                created: Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)),
                source: source,
                parents: parents, chunks: receipt.chunks, newChunks: receipt.newChunks,
                newBytes: receipt.newBytes,
                manifest: manifest, profile: tables.profile)
            let entry = try await history(dataset).append { _ in record }
            return (
                DatasetSnapshot(
                    version: try entry.record.version(dataset, entry.number), isNew: true,
                    filesRead: work.filesRead,
                    receipt: receipt, notes: work.notes),
                try await cache
            )
        }
        if let remembered { remember(remembered, dataset, source) }
        return snapshot
    }

    private func cached(_ dataset: String, _ source: String) -> StatCache? {
        options.cacheFolder.flatMap {
            StatCacheFolder(path: $0).load(store: store.location, dataset: dataset, source: source)
        }
    }

    private func remember(_ cache: [UInt8], _ dataset: String, _ source: String) {
        guard let folder = options.cacheFolder else { return }
        StatCacheFolder(path: folder).save(cache, store: store.location, dataset: dataset, source: source)
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result?
    {
        if let value = self { try await transform(value) } else { nil }
    }
}
