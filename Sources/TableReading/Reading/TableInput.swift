// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A file or bytes that hold a table, to be opened as often as needed.
struct TableInput {
    /// The path or the name for messages.
    let name: String
    private let bytes: [UInt8]?

    init(path: String) {
        name = path
        bytes = nil
    }

    init(bytes: [UInt8], name: String) {
        self.name = name
        self.bytes = bytes
    }

    private func open(_ options: TableOptions) throws(TableError) -> ByteSource {
        if let bytes { return ByteSource(bytes: bytes, name: name, limit: options.limits.bytes) }
        return try ByteSource(path: name, limit: options.limits.bytes)
    }

    /// The format that was asked for, or that the name's ending tells; CSV where it tells nothing.
    func format(_ options: TableOptions) -> TableFormat {
        options.format ?? TableFormat(path: name)
    }

    func rows(_ options: inout TableOptions) throws(TableError) -> any RowSource {
        try rows(of: try open(options), &options)
    }

    /// The rows that stand in these bytes.
    func rows(of source: ByteSource, _ options: inout TableOptions) throws(TableError) -> any RowSource {
        switch format(options) {
        case .csv:
            return DelimitedRows(source, delimiter: options.delimiter ?? UInt8(ascii: ","), options: options)
        case .tsv:
            return DelimitedRows(source, delimiter: options.delimiter ?? UInt8(ascii: "\t"), options: options)
        case .jsonLines: return JSONLineRows(source, options: options)
        case .npy: return try ArrayRows(source, options: options)
        }
    }

    /// Reads everything; a column that turns out to be text late is text in a second pass.
    func read(_ options: TableOptions) throws(TableError) -> Table {
        var options = options
        while true {
            var rows = try rows(&options)
            var builder = TableBuilder(options: options, file: name)
            try rows.read(into: &builder, upTo: .max)
            let text = builder.textColumns
            if text.isEmpty { return try builder.finish() }
            for column in text { options.types[column] = .string }
        }
    }

    /// Finds out the types without keeping more than a batch of rows.
    func schema(_ options: TableOptions) throws(TableError) -> TableSchema {
        var options = options
        var rows = try rows(&options)
        var builder = TableBuilder(options: options, file: name)
        var types: [String: ColumnType] = [:]
        var names: [String] = []
        while true {
            try rows.read(into: &builder, upTo: 65_536)
            for column in builder.columns where types[column.name] == nil { names.append(column.name) }
            let text = Set(builder.textColumns)
            let batch = try builder.finish()
            for column in batch.columns {
                types[column.name] = text.contains(column.name) ? .string : column.type
            }
            if batch.rowCount < 65_536 { break }
        }
        return TableSchema(names.map { TableSchema.Field(name: $0, type: types[$0] ?? .double) })
    }
}
