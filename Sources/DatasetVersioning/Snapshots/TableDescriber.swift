// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import DataContracts
import TableReading

/// Reads files as tables, in batches, and says what they are.
enum TableDescriber {
    /// The endings of the files that are read as tables.
    static func isTable(_ path: String) -> Bool {
        var parts = path.lowercased().split(separator: ".")
        if parts.count > 2, parts.last == "gz" { parts.removeLast() }
        guard parts.count > 1, let ending = parts.last else { return false }
        return ["csv", "tsv", "tab", "jsonl", "ndjson", "jsonlines", "npy"].contains(ending)
    }

    /// What a description is made of before it is stored.
    struct Facts: Sendable {
        var schema: TableSchema
        var rows: RowFingerprint
        var profile: TableProfile
    }

    /// Reads a file in the format that its path in the dataset tells.
    static func describe(
        _ location: String, as path: String, rowsPerBatch: Int = 65_536
    ) throws(TableError) -> Facts {
        var options = TableOptions()
        options.format = TableFormat(path: path)
        // Nearly always the first rows tell the types of all, and then one reading is enough.
        let guess = try TableReader(
            guessingTypesOf: location, options: options, rowsPerBatch: rowsPerBatch)
        if let facts = try describe(guess) { return facts }
        let reader = try TableReader(contentsOf: location, options: options, rowsPerBatch: rowsPerBatch)
        if let facts = try describe(reader) { return facts }
        let rows = RowFingerprint()
        return Facts(schema: reader.schema, rows: rows, profile: try emptyProfile(reader.schema))
    }

    /// Reads to the end; nil where the types did not hold, or there are no rows.
    private static func describe(_ reader: consuming TableReader) throws(TableError) -> Facts? {
        let profiler = BatchProfiler()
        while reader.hasOneSchema, let batch = try reader.next() { profiler.add(batch) }
        let (rows, profile) = profiler.finish()
        guard reader.hasOneSchema, let profile else { return nil }
        return Facts(schema: reader.schema, rows: rows, profile: profile)
    }

    private static func emptyProfile(_ schema: TableSchema) throws(TableError) -> TableProfile {
        TableProfile(
            of: try Table(
                schema.fields.map { field in
                    switch field.type {
                    case .integer: Column(field.name, integers: [])
                    case .double: Column(field.name, doubles: [])
                    case .boolean: Column(field.name, booleans: [])
                    case .string: Column(field.name, strings: [])
                    case .timestamp: Column(field.name, timestamps: [])
                    }
                }))
    }

    /// The columns of all tables, where they have the same ones; integers and doubles together are doubles.
    static func commonSchema(_ schemas: [TableSchema]) -> TableSchema? {
        guard var common = schemas.first else { return nil }
        for schema in schemas.dropFirst() {
            guard schema.fields.count == common.fields.count else { return nil }
            for index in common.fields.indices {
                let field = common.fields[index]
                guard let type = schema[field.name] else { return nil }
                if type == field.type { continue }
                let isNumeric = [type, field.type].allSatisfy { $0 == .integer || $0 == .double }
                common.fields[index].type = isNumeric ? .double : .string
            }
        }
        return common
    }
}
