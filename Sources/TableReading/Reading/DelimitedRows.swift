// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The rows of a CSV or TSV file, RFC 4180.
///
/// A line ends with LF, CRLF or CR. A field that begins with a quotation mark ends with one; two of them in it stand
/// for one. A mark inside any other field stands for itself. Empty lines are skipped where there are several columns.
struct DelimitedRows: RowSource {
    private struct Field {
        var start: Int
        var end: Int
        var isQuoted = false
        var hasPairs = false
    }

    private enum Step {
        case record(next: Int)
        case needsMore
    }

    private let source: ByteSource
    private let delimiter: UInt8
    private let options: TableOptions
    private var buffer: [UInt8] = []
    private var position = 0
    private var isSourceAtEnd = false
    private var fields: [Field] = []
    private var line = 1
    /// The line on which the record in `fields` begins.
    private var recordLine = 1
    private var names: [String] = []
    /// For each field of a record the column it goes to; nil where it is skipped.
    private var places: [Int?] = []
    private var isStarted = false

    init(_ source: ByteSource, delimiter: UInt8, options: TableOptions) {
        self.source = source
        self.delimiter = delimiter
        self.options = options
    }

    mutating func read(into builder: inout TableBuilder, upTo limit: Int) throws(TableError) {
        if !isStarted {
            isStarted = true
            try readHeader(into: &builder)
        }
        while builder.rowCount < limit, try nextRecord() {
            try appendRecord(to: &builder)
        }
    }

    private mutating func appendRecord(to builder: inout TableBuilder) throws(TableError) {
        let buffer = buffer
        let bytes = buffer.span
        if fields.count == 1, fields[0].start == fields[0].end, !fields[0].isQuoted, places.count != 1 {
            return
        }
        guard fields.count == places.count else {
            let last =
                fields.count < names.count ? "; '\(names[fields.count])' is the first without a value" : ""
            throw TableError(
                .raggedRow, "the row has \(fields.count) fields, the header \(places.count)" + last,
                file: source.name,
                line: recordLine, row: builder.rowsBefore + builder.rowCount + 1)
        }
        for index in fields.indices {
            guard let place = places[index] else { continue }
            let field = fields[index]
            if field.hasPairs {
                let text = unescaped(field)
                try builder.append(place, text.span, 0..<text.count, .quoted, line: recordLine)
            } else {
                try builder.append(
                    place, bytes, field.start..<field.end, field.isQuoted ? .quoted : .text, line: recordLine)
            }
        }
        try builder.endRow()
    }

    private func unescaped(_ field: Field) -> [UInt8] {
        var text: [UInt8] = []
        var index = field.start
        while index < field.end {
            text.append(buffer[index])
            index += buffer[index] == UInt8(ascii: "\"") ? 2 : 1
        }
        return text
    }

    // MARK: The header

    private mutating func readHeader(into builder: inout TableBuilder) throws(TableError) {
        try skipByteOrderMark()
        guard try nextRecord() else {
            throw TableError(.malformed, "the file is empty; a header was expected", file: source.name)
        }
        for (index, field) in fields.enumerated() {
            var text = field.hasPairs ? unescaped(field) : Array(buffer[field.start..<field.end])
            if !options.hasHeader || text.isEmpty { text = Array("column\(index + 1)".utf8) }
            guard let name = String(validating: text, as: UTF8.self) else {
                throw fault(.wrongHeader, "the name of column \(index + 1) is not UTF-8")
            }
            names.append(name)
        }
        guard names.count <= options.limits.columns else {
            throw fault(.tooLarge, "there are more than \(options.limits.columns) columns")
        }
        if Set(names).count < names.count {
            var seen: Set<String> = []
            let twice = names.first { !seen.insert($0).inserted } ?? ""
            throw fault(.wrongHeader, "the header names the column '\(twice)' twice")
        }
        for wanted in (options.columns ?? []).union(options.types.keys).sorted() where !names.contains(wanted)
        {
            let near = Spelling.nearest(to: wanted, among: names).map { "; there is '\($0)'" } ?? ""
            throw fault(.wrongHeader, "the header lacks the column '\(wanted)'" + near)
        }
        for name in names {
            let isRead = options.columns?.contains(name) ?? true
            places.append(isRead ? builder.columns.count : nil)
            if isRead { builder.addColumn(name) }
        }
        if !options.hasHeader { try appendRecord(to: &builder) }
    }

    private mutating func skipByteOrderMark() throws(TableError) {
        while buffer.count < 3, try !refill() {}
        if buffer.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
        if buffer.starts(with: [0xff, 0xfe]) || buffer.starts(with: [0xfe, 0xff]) {
            throw fault(.malformed, "the file is UTF-16; save it as UTF-8")
        }
    }

    private func fault(_ code: TableError.Code, _ message: String) -> TableError {
        TableError(code, message, file: source.name, line: recordLine)
    }

    // MARK: Records

    /// Reads more into the buffer; true where there is no more.
    private mutating func refill() throws(TableError) -> Bool {
        if position > 0 {
            buffer.removeSubrange(0..<position)
            position = 0
        }
        guard buffer.count <= options.limits.rowBytes else {
            throw TableError(
                .tooLarge,
                "the row is longer than \(options.limits.rowBytes) bytes; is a quotation mark missing?",
                file: source.name, line: line)
        }
        // Doubling keeps a long record from being scanned once for each block.
        isSourceAtEnd = try !source.read(into: &buffer, count: max(1 << 20, buffer.count))
        return isSourceAtEnd
    }

    /// Finds the fields of the next record; false at the end.
    private mutating func nextRecord() throws(TableError) -> Bool {
        while true {
            recordLine = line
            if position >= buffer.count, isSourceAtEnd { return false }
            switch try scan() {
            case .record(let next):
                position = next
                return true
            case .needsMore:
                line = recordLine
                if try refill(), position >= buffer.count { return false }
            }
        }
    }

    private mutating func scan() throws(TableError) -> Step {
        fields.removeAll(keepingCapacity: true)
        let buffer = buffer
        let bytes = buffer.span
        let count = bytes.count
        var at = position
        guard at < count else { return .needsMore }
        while true {
            var field = Field(start: at, end: at)
            if at < count, bytes[at] == UInt8(ascii: "\"") {
                guard let end = try scanQuoted(bytes, &field) else { return .needsMore }
                at = end
            } else {
                while at < count, !isSpecial(bytes[at]) { at += 1 }
                field.end = at
            }
            if at == count {
                // A quote or a CR at the very end may have a partner that was not read yet.
                guard isSourceAtEnd else { return .needsMore }
                fields.append(field)
                return .record(next: at)
            }
            fields.append(field)
            guard fields.count <= options.limits.columns else {
                throw fault(.tooLarge, "the row has more than \(options.limits.columns) fields")
            }
            switch bytes[at] {
            case delimiter:
                at += 1
            case UInt8(ascii: "\n"):
                line += 1
                return .record(next: at + 1)
            default:
                guard at + 1 < count || isSourceAtEnd else { return .needsMore }
                line += 1
                return .record(next: at + 1 < count && bytes[at + 1] == UInt8(ascii: "\n") ? at + 2 : at + 1)
            }
        }
    }

    private func isSpecial(_ byte: UInt8) -> Bool {
        byte == delimiter || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    /// Finds the end of a quoted field: the place after its closing mark, or nil where more must be read.
    private mutating func scanQuoted(
        _ bytes: Span<UInt8>, _ field: inout Field
    ) throws(TableError) -> Int? {
        let opening = field.start
        let openingLine = line
        field.isQuoted = true
        field.start += 1
        var at = field.start
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                if at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "\"") {
                    field.hasPairs = true
                    at += 2
                    continue
                }
                guard at + 1 < bytes.count || isSourceAtEnd else { return nil }
                field.end = at
                at += 1
                guard at == bytes.count || isSpecial(bytes[at]) else {
                    throw TableError(
                        .malformed,
                        "text follows the closing quotation mark; a mark inside a field is doubled",
                        file: source.name, line: line, position: at - lineStart(bytes, at) + 1)
                }
                return at
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            at += 1
        }
        guard !isSourceAtEnd else {
            throw TableError(
                .malformed, "the quotation mark is never closed", file: source.name, line: openingLine,
                position: opening - lineStart(bytes, opening) + 1)
        }
        return nil
    }

    private func lineStart(_ bytes: Span<UInt8>, _ place: Int) -> Int {
        var at = place
        while at > position, bytes[at - 1] != UInt8(ascii: "\n") { at -= 1 }
        return at
    }
}
