// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
import ContentHashing
public import DataContracts
import TableReading

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Versions of datasets in any store: each snapshot is immutable, numbered, and shares what is equal with all others.
///
/// ```swift
/// let datasets = DatasetStore(store)
/// let july = try await datasets.snapshot("flights", of: "2013-07.csv.gz", message: "July")
/// try await datasets.restore("flights@12", to: "data/july")
/// ```
public struct DatasetStore: Sendable {
    /// How snapshots are made.
    public struct Options: Sendable {
        /// Where this machine remembers what the file system said about files it has read, so that it need not read them
        /// again; nil to read all files each time.
        public var cacheFolder: String?
        /// Who makes snapshots.
        public var author: String
        /// Files of at most this many bytes are read as tables, a batch of rows at a time, to record rows, schema and
        /// profile; 0 for none.
        public var tableLimit = Int.max
        /// How many bytes of rows a difference holds in memory, about; what does not fit goes to a temporary file.
        public var rowDifferenceMemory = 64 << 20
        /// The folder for temporary files, which need no more room than the files that differ; the system's, which `TMPDIR` names,
        /// where it is nil.
        public var temporaryFolder: String?
        /// How new chunks are compressed.
        public var compression = ChunkCompression.none

        /// How coarse the clock of the file system may be, in nanoseconds; tests need not wait for the default.
        package var clockGranularity = StatCache.coarsestClock

        /// Takes the defaults: a cache in the user's cache folder, the user's name.
        public init() {
            let environment = ProcessInfo.processInfo.environment
            author = environment["USER"] ?? environment["LOGNAME"] ?? "unknown"
            let home = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { $0 + "/.cache" }
            cacheFolder = home.map { $0 + "/swift-mlops/stat" }
        }
    }

    /// The store underneath.
    public let store: any ObjectStore
    /// How snapshots are made.
    public let options: Options
    let chunks: ChunkStore

    /// Uses the datasets of a store; nothing is read or written yet.
    public init(_ store: any ObjectStore, options: Options = Options()) {
        self.store = store
        self.options = options
        var chunking = ChunkStore.Options()
        chunking.compression = options.compression
        chunks = ChunkStore(store, options: chunking)
    }

    func history(_ dataset: String) -> RecordHistory<VersionRecord> {
        RecordHistory(in: store, at: "datasets/\(dataset)/versions")
    }

    private func tags(_ dataset: String, _ tag: String) -> RecordHistory<TagRecord> {
        RecordHistory(in: store, at: "datasets/\(dataset)/tags/\(tag)")
    }

    // MARK: Finding versions

    /// The names of all datasets, sorted.
    ///
    /// - Throws: `StoreError`
    public func datasets() async throws -> [String] {
        // One key tells of a dataset; the search goes on behind all of its keys.
        var names: [String] = []
        var after: String?
        while let key = try await store.list(prefix: "datasets/", after: after, limit: 1).objects.first?.key {
            let name = key.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            names.append(name)
            // '0' is the byte after '/'.
            after = "datasets/\(name)0"
        }
        return names.sorted()
    }

    /// The version that a reference names: `flights@12`, `flights@gold`, or `flights` for the latest.
    ///
    /// - Throws: ``DatasetError`` with the code `notFound` or `invalidName`; `StoreError`.
    public func version(_ reference: String) async throws -> DatasetVersion {
        try await version(DatasetReference(reference))
    }

    /// The version that a reference names.
    ///
    /// - Throws: ``DatasetError`` with the code `notFound`; `StoreError`.
    public func version(_ reference: DatasetReference) async throws -> DatasetVersion {
        let dataset = reference.dataset
        var number: Int
        switch reference.selector {
        case .latest:
            guard let latest = try await history(dataset).latest() else {
                throw DatasetError(
                    .notFound, "there is no such dataset in \(store.location)", subject: dataset)
            }
            return try latest.record.version(dataset, latest.number)
        case .number(let wanted): number = wanted
        case .tag(let tag):
            guard let tagged = try await tags(dataset, tag).latest()?.record.number else {
                throw DatasetError(
                    .notFound, "the dataset has no tag '\(tag)' in \(store.location)", subject: dataset)
            }
            number = tagged
        }
        guard let record = try await history(dataset).record(number) else {
            let count = try await history(dataset).latest()?.number ?? 0
            throw DatasetError(
                .notFound,
                count == 0
                    ? "there is no such dataset in \(store.location)"
                    : "there is no such version; the latest is \(dataset)@\(count)",
                subject: "\(dataset)@\(number)")
        }
        guard try await !history(dataset).isRetired(number) else {
            throw DatasetError(
                .notFound,
                "the version was retired, and its data may be gone; 'mlops data log' lists those that are kept",
                subject: "\(dataset)@\(number)")
        }
        return try record.version(dataset, number)
    }

    /// All versions of a dataset that are not retired, the oldest first.
    ///
    /// - Throws: ``DatasetError`` with the code `notFound` for a dataset without versions; `StoreError`.
    public func log(_ dataset: String) async throws -> [DatasetVersion] {
        try DatasetReference.check(dataset, "a dataset's name")
        var versions: [DatasetVersion] = []
        let retired = try await history(dataset).retiredNumbers()
        for entry in try await history(dataset).entries() where !retired.contains(entry.number) {
            versions.append(try entry.record.version(dataset, entry.number))
        }
        guard !versions.isEmpty else {
            throw DatasetError(.notFound, "there is no such dataset in \(store.location)", subject: dataset)
        }
        return versions
    }

    /// The files of a version, in the order of their paths' bytes.
    ///
    /// - Throws: ``DatasetError`` with the code `corrupted` where the list is damaged; `StoreError`.
    public func files(of version: DatasetVersion) async throws -> [DatasetFile] {
        let files = try Manifest.decode(try await chunks.read(version.manifest), of: version.reference)
        guard Manifest.identity(files) == version.digest else {
            throw DatasetError(
                .corrupted, "the list of files is not that of the version", subject: version.reference)
        }
        return files
    }

    /// The profile of a version's tables; nil where no file was read as one, or the columns differ.
    ///
    /// - Throws: `DecodingError` where it is damaged; `StoreError`.
    public func profile(of version: DatasetVersion) async throws -> TableProfile? {
        guard let content = version.profile else { return nil }
        return try CanonicalJSON.decode(TableProfile.self, from: try await chunks.read(content))
    }

    // MARK: Tags

    /// Lets a tag point to a version from now on; its history stays.
    ///
    /// - Throws: ``DatasetError`` with the code `notFound` or `invalidName`; `StoreError`.
    public func tag(_ reference: String, as tag: String) async throws {
        try DatasetReference.check(tag, "a tag")
        guard Int(tag) == nil, tag != "latest" else {
            throw DatasetError(.invalidName, "a tag is neither a number nor 'latest'", subject: tag)
        }
        let version = try await version(reference)
        try await tags(version.dataset, tag).append { _ in
            TagRecord(number: version.number, author: options.author, created: Date())
        }
        // Whoever retires a version looks at the tags after marking it, and we look for marks after tagging.
        _ = try await self.version("\(version.dataset)@\(version.number)")
    }

    /// Takes a tag away; its history stays.
    ///
    /// - Throws: ``DatasetError`` with the code `notFound`; `StoreError`.
    public func removeTag(_ tag: String, from dataset: String) async throws {
        try DatasetReference.check(dataset, "a dataset's name")
        try DatasetReference.check(tag, "a tag")
        try await tags(dataset, tag).append { latest in
            guard latest?.record.number != nil else {
                throw DatasetError(.notFound, "the dataset has no tag '\(tag)'", subject: dataset)
            }
            return TagRecord(number: nil, author: options.author, created: Date())
        }
    }

    /// The tags of a dataset and the numbers of the versions they point to.
    ///
    /// - Throws: `StoreError`
    public func tags(of dataset: String) async throws -> [String: Int] {
        try DatasetReference.check(dataset, "a dataset's name")
        let prefix = "datasets/\(dataset)/tags/"
        var found: [String: Int] = [:]
        let names = Set(
            try await store.listAll(prefix: prefix).compactMap {
                $0.key.dropFirst(prefix.count).split(separator: "/").first
            })
        for name in names {
            if let number = try await tags(dataset, String(name)).latest()?.record.number {
                found[String(name)] = number
            }
        }
        return found
    }
}
