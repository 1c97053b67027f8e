// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import DataContracts
import TableReading

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A snapshot in the making.
struct SnapshotWork {
    private let writer: ChunkWriter
    private let tableLimit: Int
    private let before: [String: DatasetFile]
    private let known: [String: StatCache.Entry]
    private var sources: [FileTree.File] = []
    private var facts: [Int: TableDescriber.Facts] = [:]
    /// The files so far.
    private(set) var files: [DatasetFile] = []
    /// What the file system said about each file when it was read, for the stat cache.
    private(set) var stamped: [StatCache.File] = []
    /// How many files were read.
    private(set) var filesRead = 0
    /// What may be worth knowing.
    private(set) var notes: [String] = []

    init(writer: ChunkWriter, tableLimit: Int, before: [DatasetFile], known: [String: StatCache.Entry]) {
        self.writer = writer
        self.tableLimit = tableLimit
        self.before = Dictionary(uniqueKeysWithValues: before.map { ($0.path, $0) })
        self.known = known
    }

    /// Adds the contents of the files; those whose stamp is known are taken over from the version before.
    mutating func add(_ tree: FileTree) async throws {
        sources = tree.files
        var contents = [StoredContent?](repeating: nil, count: sources.count)
        var stamps = sources.map(\.stamp)
        for (index, file) in sources.enumerated() {
            if let stamp = file.stamp, let entry = known[file.path], entry.stamp == stamp,
                let old = before[file.path], old.digest == entry.digest
            {
                contents[index] = old.content
            }
        }
        let unread = contents.indices.filter { contents[$0] == nil }
        do {
            let added = try await writer.addFiles(unread.map { sources[$0].location })
            for (index, file) in zip(unread, added) {
                contents[index] = file.content
                stamps[index] = file.stamp
            }
        } catch let error as FileReadError {
            throw DatasetError(
                error.code == .changed ? .changed : .badSource, "the file could not be kept", cause: error)
        }
        filesRead = unread.count
        for (index, file) in sources.enumerated() {
            guard let content = contents[index], let stamp = stamps[index] else { continue }
            let old = before[file.path].flatMap { $0.digest == content.digest ? $0.table : nil }
            files.append(
                DatasetFile(
                    path: file.path, content: content,
                    isExecutable: file.isExecutable ?? stamp.isExecutable, table: old))
            stamped.append(StatCache.File(path: file.path, stamp: stamp, digest: content.digest))
        }
    }

    /// Reads the tables among the files and adds their profiles.
    mutating func describeTables() async throws {
        for index in files.indices {
            let file = files[index]
            guard file.table == nil, file.size <= tableLimit, TableDescriber.isTable(file.path) else {
                continue
            }
            let location = sources[index].location
            let path = file.path
            let found: TableDescriber.Facts
            do {
                found = try await Blocking.run { try TableDescriber.describe(location, as: path) }
            } catch let error as TableError {
                notes.append("not read as a table: \(error)")
                continue
            }
            // The table was read after the content was: only an unchanged stamp proves that they are the same.
            guard FileTree.look(location, followsLinks: true)?.1 == stamped[index].stamp else {
                throw DatasetError(
                    .changed, "the file was written while it was read; try again when it is at rest",
                    subject: location)
            }
            let profile = try await writer.add(try CanonicalJSON.encode(found.profile))
            facts[index] = found
            files[index] = DatasetFile(
                path: file.path, content: file.content, isExecutable: file.isExecutable,
                table: TableDescription(
                    rowCount: found.profile.rowCount, schema: found.schema, rows: found.rows, profile: profile
                ))
        }
    }

    /// What the tables are together: how many rows, which columns, which rows, and the profile where the columns agree.
    mutating func tables(_ chunks: ChunkStore) async throws -> TableSummary {
        let tables = files.compactMap(\.table)
        var summary = TableSummary()
        guard !tables.isEmpty else { return summary }
        summary.rowCount = tables.reduce(0) { $0 + $1.rowCount }
        summary.rows = tables.reduce(RowFingerprint()) { $0 + $1.rows }
        summary.schema = TableDescriber.commonSchema(tables.map(\.schema))
        if tables.count == 1 {
            summary.profile = tables[0].profile
        } else if summary.schema != nil {
            var merged: TableProfile?
            for (index, file) in files.enumerated() {
                guard let table = file.table else { continue }
                let part: TableProfile
                if let found = facts[index]?.profile {
                    part = found
                } else {
                    part = try CanonicalJSON.decode(
                        TableProfile.self, from: try await chunks.read(table.profile))
                }
                if merged == nil { merged = part } else { merged?.merge(part) }
            }
            if let merged { summary.profile = try await writer.add(try CanonicalJSON.encode(merged)) }
        }
        return summary
    }
}

/// What the tables of a version are together.
struct TableSummary {
    var rowCount: Int?
    var schema: TableSchema?
    var rows: RowFingerprint?
    var profile: StoredContent?
}
