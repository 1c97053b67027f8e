// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Table {
    /// Reads a CSV, TSV, JSON lines or NPY file, plain or compressed with gzip.
    ///
    /// The types of the columns are found out from all values, never from a sample: whole numbers, numbers, booleans,
    /// instants, else text. A number that begins with a zero before another digit, such as a postcode, is text.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - options: What is known of it; its format is found out where they do not say.
    /// - Throws: ``TableError`` with the file, the line, the row and the column.
    public init(contentsOf path: String, options: TableOptions = TableOptions()) throws(TableError) {
        self = try TableInput(path: path).read(options)
    }

    /// Reads a file whose columns are known: exactly these, in any order.
    ///
    /// - Throws: ``TableError``, with the code `wrongHeader` where a column is missing or not in the schema, and
    ///   `wrongType` at the first value that is not of its column's type.
    public init(
        contentsOf path: String, schema: TableSchema, options: TableOptions = TableOptions()
    ) throws(TableError) {
        var options = options
        for field in schema.fields { options.types[field.name] = field.type }
        let table = try TableInput(path: path).read(options)
        for column in table.columns where schema[column.name] == nil {
            throw TableError(
                .wrongHeader, "the schema does not have this column", file: path, column: column.name)
        }
        self = try table.selecting(schema.fields.map(\.name))
    }

    /// Reads a table from the bytes of a file, plain or compressed with gzip.
    ///
    /// - Parameters:
    ///   - bytes: The content of the file.
    ///   - name: What messages call the file, and whose ending tells the format.
    ///   - options: What is known of it.
    /// - Throws: ``TableError`` with the name, the line, the row and the column.
    public init(
        parsing bytes: [UInt8], name: String = "table.csv", options: TableOptions = TableOptions()
    ) throws(TableError) {
        self = try TableInput(bytes: bytes, name: name).read(options)
    }
}
