// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Gathers rows into columns.
struct TableBuilder {
    var columns: [ColumnBuilder] = []
    /// How many rows are complete.
    private(set) var rowCount = 0
    /// How many rows went before those of this batch.
    private(set) var rowsBefore = 0
    let options: TableOptions
    let file: String

    init(options: TableOptions, file: String) {
        self.options = options
        self.file = file
    }

    /// Adds a column; rows so far have no value in it.
    mutating func addColumn(_ name: String) {
        var column = ColumnBuilder(name: name, options: options)
        for _ in 0..<rowCount { column.appendMissing() }
        columns.append(column)
    }

    /// Puts a field in its column.
    mutating func append(
        _ column: Int, _ bytes: Span<UInt8>, _ range: Range<Int>, _ kind: ColumnBuilder.Kind, line: Int?
    ) throws(TableError) {
        do {
            try columns[column].append(bytes, range, kind)
        } catch {
            throw TableError(
                .wrongType, "'\(error.text)' is not \(error.type.noun)", file: file, line: line,
                row: rowsBefore + rowCount + 1, column: columns[column].name)
        }
    }

    /// Ends a row.
    mutating func endRow() throws(TableError) {
        rowCount += 1
        guard rowsBefore + rowCount <= options.limits.rows else {
            throw TableError(
                .tooLarge,
                "there are more than \(options.limits.rows) rows; raise TableLimits.rows to read them",
                file: file)
        }
    }

    /// The columns that turned out to be text too late.
    var textColumns: [String] {
        columns.filter(\.mustBeReadAsText).map(\.name)
    }

    /// The rows so far as a table, after which the next batch begins.
    mutating func finish() throws(TableError) -> Table {
        var finished: [Column] = []
        finished.reserveCapacity(columns.count)
        for index in columns.indices {
            do {
                finished.append(try columns[index].finish())
            } catch {
                var located = error
                located.file = file
                located.row = error.row.map { $0 + rowsBefore }
                throw located
            }
        }
        defer {
            rowsBefore += rowCount
            rowCount = 0
        }
        return Table(uniquelyNamed: finished, rowCount: rowCount)
    }
}

/// What delivers the rows of one format.
protocol RowSource {
    /// Adds rows until the builder has this many or the source ends.
    mutating func read(into builder: inout TableBuilder, upTo limit: Int) throws(TableError)
}
