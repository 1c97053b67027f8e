// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import DataContracts
import Synchronization
import TableReading

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The tables of a version whose rows are compared with those of another.
struct RowSource: Sendable {
    /// The version.
    let version: DatasetVersion
    /// The files, and what they are as tables.
    let files: [(file: DatasetFile, table: TableDescription)]

    init(_ version: DatasetVersion, _ files: [DatasetFile]) {
        self.version = version
        self.files = files.compactMap { file in file.table.map { (file, $0) } }
    }

    /// How many rows there are together.
    var rowCount: Int { files.reduce(0) { $0 + $1.table.rowCount } }
}

extension DatasetStore {
    /// Compares the rows of two sides without holding either in memory.
    func compareRows(_ before: RowSource, _ now: RowSource, key: [String]) async throws -> RowDiff {
        let schemas = (before: try await schema(of: before), now: try await schema(of: now))
        let sides = before.files.map { ($0, false) } + now.files.map { ($0, true) }
        let streams = sides.map { _ in PieceStream() }
        let isCancelled = Atomic(false)
        var limits = RowComparison.Limits()
        limits.memory = options.rowDifferenceMemory
        limits.folder = options.temporaryFolder ?? FileManager.default.temporaryDirectory.path
        limits.check = { if isCancelled.load(ordering: .relaxed) { throw CancellationError() } }
        return try await withTaskCancellationHandler { [limits] in
            async let reading: Void = send(sides.map(\.0.file), to: streams)
            let diff = try await Blocking.run {
                var comparison = try RowComparison(
                    before: schemas.before, now: schemas.now, key: key, limits: limits)
                for ((side, isNow), stream) in zip(sides, streams) {
                    let schema = isNow ? schemas.now : schemas.before
                    try stream.drain { next in
                        var reader = try TableReader(
                            name: side.file.path, schema: side.table.schema,
                            rowsPerBatch: DatasetStore.batchSize(of: side.file, side.table), pieces: next)
                        while let batch = try reader.next() {
                            try comparison.add(try batch.converted(to: schema), isNow: isNow)
                        }
                    }
                }
                return try comparison.finish()
            }
            await reading
            return diff
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
        }
    }

    /// Reads files one after another, each for whoever waits at its stream.
    private func send(_ files: [DatasetFile], to streams: [PieceStream]) async {
        for (file, stream) in zip(files, streams) {
            do {
                try await chunks.read(file.content) { try await stream.send($0) }
                stream.finish(nil)
            } catch {
                stream.finish(error)
            }
        }
    }

    /// So many rows that a batch of them takes some mebibytes.
    private static func batchSize(of file: DatasetFile, _ table: TableDescription) -> Int {
        // Text shrinks to about a tenth where it is compressed.
        let size = file.path.lowercased().hasSuffix(".gz") ? 10 * file.size : file.size
        return min(max(1, table.rowCount * (8 << 20) / max(size, 1)), 65_536)
    }

    /// The columns of all files of a side together, with the types that `Table(stacking:)` gives them.
    private func schema(of source: RowSource) async throws -> TableSchema {
        let schemas = source.files.map(\.table.schema)
        guard var common = schemas.first else { return source.version.schema ?? TableSchema([]) }
        do {
            _ = try Table(stacking: try schemas.map { try Table(stacking: [], schema: $0) })
        } catch {
            throw DatasetError(
                .notComparable,
                "the tables do not have the same columns, so their rows cannot be compared together",
                subject: source.version.reference, cause: error)
        }
        guard schemas.contains(where: { schema in common.fields.contains { schema[$0.name] != $0.type } })
        else { return common }
        // A column without values has no type of its own, and only the profiles tell of such.
        var types: [String: Set<ColumnType>] = [:]
        for (_, table) in source.files {
            let profile = try CanonicalJSON.decode(
                TableProfile.self, from: try await chunks.read(table.profile))
            for column in profile.columns where column.missingCount < column.count {
                types[column.name, default: []].insert(column.type)
            }
        }
        for index in common.fields.indices {
            let found = types[common.fields[index].name] ?? []
            common.fields[index].type =
                found.isEmpty || found == [.integer, .double]
                ? .double : found.count == 1 ? found.first ?? .double : .string
        }
        return common
    }
}

extension Table {
    /// The same rows with these types, which are those of some more tables together.
    fileprivate func converted(to schema: TableSchema) throws(TableError) -> Table {
        guard columns.contains(where: { schema[$0.name] != $0.type }) else { return self }
        var converted: [Column] = []
        for column in columns { converted.append(try column.converted(to: schema[column.name])) }
        return Table(uniquelyNamed: converted, rowCount: rowCount)
    }
}

extension Column {
    fileprivate func converted(to type: ColumnType?) throws(TableError) -> Column {
        switch type {
        case self.type: self
        case .double where self.type == .integer:
            Column(name: name, storage: .doubles(try doubles), missing: missing)
        case .string: Column(name, strings: strings)
        // Nothing but missing values, which are the same in any type.
        default: self
        }
    }
}
