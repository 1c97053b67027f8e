// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads a table in batches of rows, for files that are larger than the memory.
///
/// ```swift
/// var reader = try TableReader(contentsOf: "flights.csv.gz", rowsPerBatch: 50_000)
/// while let batch = try reader.next() { profile.add(batch) }
/// ```
///
/// Every batch has the same columns with the same types. Types that the options do not give are found out first, by
/// reading the whole file once without keeping it.
public struct TableReader {
    private var rows: any RowSource
    private var builder: TableBuilder
    private let rowsPerBatch: Int
    private var isAtEnd = false
    /// Whether types are found out batch by batch.
    private let isGuessing: Bool
    /// The names and types of the columns.
    public private(set) var schema: TableSchema
    /// Whether every batch so far had the same columns with the same types; only a reader that guesses can find out that
    /// they had not.
    package private(set) var hasOneSchema = true

    /// Opens a file.
    ///
    /// - Throws: ``TableError``
    public init(
        contentsOf path: String, options: TableOptions = TableOptions(), rowsPerBatch: Int = 65_536
    ) throws(TableError) {
        let input = TableInput(path: path)
        let schema = try input.schema(options)
        self = try TableReader(input, nil, schema: schema, options: options, rowsPerBatch: rowsPerBatch)
    }

    /// Reads a file that comes in pieces, and whose columns are known.
    ///
    /// - Parameters:
    ///   - name: What messages call the file, and whose ending tells the format.
    ///   - schema: The columns.
    ///   - options: What else is known of it.
    ///   - rowsPerBatch: How many rows a batch has.
    ///   - pieces: Gives the next bytes; nil at the end.
    /// - Throws: ``TableError``
    package init(
        name: String, schema: TableSchema, options: TableOptions = TableOptions(), rowsPerBatch: Int,
        pieces: @escaping () -> [UInt8]?
    ) throws(TableError) {
        let source = ByteSource(name: name, limit: options.limits.bytes, pieces: pieces)
        self = try TableReader(
            TableInput(path: name), source, schema: schema, options: options, rowsPerBatch: rowsPerBatch)
    }

    private init(
        _ input: TableInput, _ source: ByteSource?, schema: TableSchema, options: TableOptions,
        rowsPerBatch: Int
    ) throws(TableError) {
        var typed = options
        for field in schema.fields { typed.types[field.name] = field.type }
        rows =
            if let source { try input.rows(of: source, &typed) } else { try input.rows(&typed) }
        builder = TableBuilder(options: typed, file: input.name)
        for field in schema.fields where input.format(typed) == .jsonLines { builder.addColumn(field.name) }
        self.schema = schema
        self.rowsPerBatch = max(1, rowsPerBatch)
        isGuessing = false
    }

    /// Opens a file to be read only once: the types are those that the values so far had.
    ///
    /// Where ``hasOneSchema`` still holds after the last batch, the batches were what the other initialiser gives. Where
    /// it does not, they were not, and the file must be opened again with that one.
    ///
    /// - Throws: ``TableError``
    package init(
        guessingTypesOf path: String, options: TableOptions, rowsPerBatch: Int = 65_536
    ) throws(TableError) {
        let input = TableInput(path: path)
        var options = options
        rows = try input.rows(&options)
        builder = TableBuilder(options: options, file: path)
        schema = TableSchema([])
        self.rowsPerBatch = max(1, rowsPerBatch)
        isGuessing = true
    }

    /// The next rows; nil at the end.
    ///
    /// - Throws: ``TableError``
    public mutating func next() throws(TableError) -> Table? {
        guard !isAtEnd else { return nil }
        try rows.read(into: &builder, upTo: rowsPerBatch)
        let isFirst = builder.rowsBefore == 0
        let isText = !builder.textColumns.isEmpty
        let batch = try builder.finish()
        if isGuessing {
            if isFirst { schema = batch.schema }
            if isText || batch.schema != schema { hasOneSchema = false }
        }
        if batch.rowCount < rowsPerBatch { isAtEnd = true }
        return batch.rowCount > 0 ? batch : nil
    }
}
