// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The rows of a NumPy file: format versions 1 to 3 of `numpy.lib.format`.
///
/// An array of one dimension is the column `value`, one of two dimensions `column1`, `column2` and on; an array of
/// records has a column for each field.
struct ArrayRows: RowSource {
    private let source: ByteSource
    private let header: ArrayHeader
    private var buffer: [UInt8]
    private var offset: Int
    private var row = 0
    /// Of an array in Fortran order, or one that ends here, everything is in the buffer.
    private var isStarted = false
    private let options: TableOptions

    init(_ source: ByteSource, options: TableOptions) throws(TableError) {
        self.source = source
        self.options = options
        var buffer: [UInt8] = []
        while try source.read(into: &buffer) {
            if let start = try ArrayHeader.length(buffer, file: source.name), buffer.count >= start { break }
        }
        guard let start = try ArrayHeader.length(buffer, file: source.name), buffer.count >= start else {
            throw TableError(.damaged, "the file ends inside its header", file: source.name)
        }
        header = try ArrayHeader(Array(buffer[..<start]), limits: options.limits, file: source.name)
        offset = start
        self.buffer = buffer
    }

    mutating func read(into builder: inout TableBuilder, upTo limit: Int) throws(TableError) {
        if !isStarted {
            isStarted = true
            guard header.rows <= options.limits.rows else {
                throw TableError(
                    .tooLarge,
                    "there are more than \(options.limits.rows) rows; raise TableLimits.rows to read them",
                    file: source.name)
            }
            for field in header.fields where options.columns?.contains(field.name) ?? true {
                builder.addColumn(field.name)
            }
            for wanted in (options.columns ?? []).sorted()
            where !header.fields.contains(where: { $0.name == wanted }) {
                throw TableError(.wrongHeader, "the array lacks the field '\(wanted)'", file: source.name)
            }
            if header.isColumnMajor { while try source.read(into: &buffer) {} }
        }
        while builder.rowCount < limit, row < header.rows {
            let start = header.isColumnMajor ? offset : try nextRecord()
            var place = 0
            for field in header.fields where options.columns?.contains(field.name) ?? true {
                let at =
                    header.isColumnMajor
                    ? start + field.offset * header.rows + row * field.size : start + field.offset
                guard at + field.size <= buffer.count else { throw cutOff() }
                let text = field.text(buffer, at)
                try builder.append(
                    place, text.span, 0..<text.count, field.isText ? .string : .quoted, line: nil)
                place += 1
            }
            row += 1
            try builder.endRow()
        }
    }

    private mutating func nextRecord() throws(TableError) -> Int {
        while buffer.count - offset < header.recordSize {
            buffer.removeSubrange(0..<offset)
            offset = 0
            guard try source.read(into: &buffer) else { throw cutOff() }
        }
        defer { offset += header.recordSize }
        return offset
    }

    private func cutOff() -> TableError {
        TableError(
            .damaged, "the file ends after \(row) of \(header.rows) rows; it is cut off", file: source.name)
    }
}
