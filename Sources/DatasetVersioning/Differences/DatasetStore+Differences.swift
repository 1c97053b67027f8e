// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
public import TableReading

extension DatasetStore {
    /// Finds what two versions differ in: files, columns, and rows.
    ///
    /// With a key, rows with equal keys are compared column by column; without one they are compared as a whole, as a
    /// multiset. Only files that differ are read, a batch of rows at a time; rows beyond
    /// ``DatasetStore/Options/rowDifferenceMemory`` wait in a temporary file.
    ///
    /// - Parameters:
    ///   - before: The version before, as `flights@12`.
    ///   - now: The version now.
    ///   - key: The columns that name a row.
    ///   - comparesRows: Whether rows are compared at all; without it no file is read.
    /// - Throws: ``DatasetError`` with the code `notComparable` where files cannot be read as tables with the same columns as their
    ///   neighbours, or `badTemporaryFolder`; `TableError` for a key column that is not there; `StoreError`;
    ///   `CancellationError`.
    public func diff(
        _ before: String, _ now: String, key: [String] = [], comparesRows: Bool = true
    ) async throws -> DatasetDiff {
        let old = try await version(before)
        let new = try await version(now)
        let oldFiles = try await files(of: old)
        let newFiles = try await files(of: new)
        let oldPaths = Dictionary(uniqueKeysWithValues: oldFiles.map { ($0.path, $0) })
        let newPaths = Dictionary(uniqueKeysWithValues: newFiles.map { ($0.path, $0) })
        let added = newFiles.filter { oldPaths[$0.path] == nil }
        let removed = oldFiles.filter { newPaths[$0.path] == nil }
        let kept = newFiles.filter { oldPaths[$0.path] != nil }
        let changed = kept.filter {
            oldPaths[$0.path]?.digest != $0.digest || oldPaths[$0.path]?.isExecutable != $0.isExecutable
        }
        let haveTables = old.rows != nil && new.rows != nil
        let areEqual = haveTables ? old.rows == new.rows && old.rowCount == new.rowCount : nil
        var rows: RowDiff?
        if comparesRows, haveTables {
            let before = RowSource(old, removed + changed.compactMap { oldPaths[$0.path] })
            let now = RowSource(new, added + changed)
            rows = try await compareRows(before, now, key: key)
            rows?.addEqual((old.rowCount ?? 0) - before.rowCount)
        }
        return DatasetDiff(
            before: old.reference, now: new.reference, addedFiles: added.map(\.path),
            removedFiles: removed.map(\.path),
            changedFiles: changed.compactMap { file in
                oldPaths[file.path].map {
                    DatasetDiff.FileChange(
                        path: file.path, sizeBefore: $0.size, sizeNow: file.size,
                        hasEqualRows: file.table != nil && $0.table?.rows == file.table?.rows)
                }
            },
            equalFileCount: kept.count - changed.count,
            schema: old.schema.flatMap { before in new.schema.map { SchemaDiff(before: before, now: $0) } },
            rows: rows, hasEqualRows: areEqual)
    }

    /// The rows of some files together.
    private func table(of files: [DatasetFile], in version: DatasetVersion) async throws -> Table {
        var parts: [Table] = []
        for file in files where file.table != nil {
            let bytes = try await chunks.read(file.content)
            parts.append(try Table(parsing: bytes, name: file.path))
        }
        do {
            return try Table(stacking: parts, schema: version.schema ?? TableSchema([]))
        } catch {
            throw DatasetError(
                .notComparable,
                "the tables do not have the same columns, so their rows cannot be compared together",
                subject: version.reference, cause: error)
        }
    }

    /// Reads a version, or one of its files, as a table.
    ///
    /// - Parameters:
    ///   - reference: The version.
    ///   - path: The file; nil for all tables of the version together.
    /// - Throws: ``DatasetError`` with the code `notFound` or `notComparable`; `TableError`; `StoreError`.
    public func table(_ reference: String, path: String? = nil) async throws -> Table {
        let version = try await version(reference)
        let files = try await files(of: version)
        guard let path else { return try await table(of: files, in: version) }
        guard let file = files.first(where: { $0.path == path }) else {
            throw DatasetError(.notFound, "the version has no file '\(path)'", subject: version.reference)
        }
        return try Table(parsing: try await chunks.read(file.content), name: path)
    }
}
