// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

@testable import TableReading

/// What must hold of every file that a reader of tables is given; fuzzers and unit tests share it.
enum TableReaders {
    static let names = ["csv", "json-lines", "npy"]

    /// What is wrong with the library's answer to a file; nil where nothing is.
    static func fault(in bytes: [UInt8], of reader: String) -> String? {
        var options = TableOptions()
        options.format = reader == "csv" ? .csv : reader == "npy" ? .npy : .jsonLines
        // So much may come out of a small gzip file.
        options.limits.bytes = 4 << 20
        options.limits.columns = 1_000
        guard let table = try? Table(parsing: bytes, name: "fuzz", options: options) else { return nil }
        guard table.columns.allSatisfy({ $0.count == table.rowCount }) else {
            return "a column is not as long as the table"
        }
        guard table.rowCount * table.columns.count <= 100_000 else { return nil }
        options = TableOptions()
        for column in table.columns { options.types[column.name] = .string }
        // A row of one missing value is an empty line, which is no row.
        if table.columns.count > 1,
            (try? Table(parsing: table.csv(), name: "again", options: options))?.rowCount != table.rowCount
        {
            return "the table written as CSV does not read back"
        }
        return nil
    }
}
