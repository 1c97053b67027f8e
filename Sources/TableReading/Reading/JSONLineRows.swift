// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The rows of a file with one JSON object a line (RFC 8259 each).
///
/// The members' names are the columns; a member that is `null` or not there is a missing value. A nested array or
/// object is kept as its own text.
struct JSONLineRows: RowSource {
    private let source: ByteSource
    private let options: TableOptions
    private var buffer: [UInt8] = []
    private var position = 0
    private var isSourceAtEnd = false
    private var line = 0
    private var places: [[UInt8]: Int?] = [:]
    private var isStarted = false

    init(_ source: ByteSource, options: TableOptions) {
        self.source = source
        self.options = options
    }

    mutating func read(into builder: inout TableBuilder, upTo limit: Int) throws(TableError) {
        if !isStarted {
            isStarted = true
            for (place, column) in builder.columns.enumerated() { places[Array(column.name.utf8)] = place }
        }
        while builder.rowCount < limit, let range = try nextLine() {
            try append(range, to: &builder)
        }
        if isSourceAtEnd, position >= buffer.count {
            let names = builder.columns.map(\.name)
            for wanted in (options.columns ?? []).union(options.types.keys).sorted()
            where !names.contains(wanted) {
                throw TableError(.wrongHeader, "no row has the member '\(wanted)'", file: source.name)
            }
        }
    }

    /// The next line that is not blank, without its end.
    private mutating func nextLine() throws(TableError) -> Range<Int>? {
        var searched = position
        while true {
            while searched < buffer.count, buffer[searched] != UInt8(ascii: "\n") { searched += 1 }
            if searched < buffer.count || (isSourceAtEnd && position < buffer.count) {
                let range = position..<searched
                position = min(searched + 1, buffer.count)
                line += 1
                if buffer[range].contains(where: { $0 > 0x20 }) { return range }
                searched = position
                continue
            }
            if isSourceAtEnd { return nil }
            buffer.removeSubrange(0..<position)
            searched -= position
            position = 0
            guard buffer.count <= options.limits.rowBytes else {
                throw TableError(
                    .tooLarge, "the line is longer than \(options.limits.rowBytes) bytes", file: source.name,
                    line: line + 1)
            }
            isSourceAtEnd = try !source.read(into: &buffer, count: max(1 << 20, buffer.count))
            if line == 0, buffer.starts(with: [0xef, 0xbb, 0xbf]) { buffer.removeFirst(3) }
        }
    }

    private mutating func append(_ range: Range<Int>, to builder: inout TableBuilder) throws(TableError) {
        let buffer = buffer
        let bytes = buffer.span
        var scanner = JSONScanner(end: range.upperBound, at: range.lowerBound)
        do {
            try scanner.begin(bytes)
            while let name = try scanner.nextName(bytes) {
                let start = scanner.at
                let value = try scanner.value(bytes)
                guard let place = try place(of: name, in: &builder) else { continue }
                guard builder.columns[place].count == builder.rowCount else {
                    throw JSONScanner.Fault(
                        message: "the member '\(builder.columns[place].name)' appears twice", at: start)
                }
                switch value {
                case .null: builder.columns[place].appendMissing()
                case .plain(let text): try builder.append(place, bytes, text, .quoted, line: line)
                case .string(let text): try builder.append(place, bytes, text, .string, line: line)
                case .escaped(let text):
                    try builder.append(place, text.span, 0..<text.count, .string, line: line)
                }
            }
            try scanner.end(bytes)
        } catch let fault as JSONScanner.Fault {
            throw TableError(
                .malformed, fault.message, file: source.name, line: line,
                row: builder.rowsBefore + builder.rowCount + 1, position: fault.at - range.lowerBound + 1)
        } catch let error as TableError {
            throw error
        } catch {
            throw TableError(.malformed, "\(error)", file: source.name, line: line)
        }
        for place in builder.columns.indices where builder.columns[place].count == builder.rowCount {
            builder.columns[place].appendMissing()
        }
        try builder.endRow()
    }

    private mutating func place(of name: [UInt8], in builder: inout TableBuilder) throws -> Int? {
        if let known = places[name] { return known }
        guard let text = String(validating: name, as: UTF8.self) else {
            throw TableError(.malformed, "the name of a member is not UTF-8", file: source.name, line: line)
        }
        guard options.columns?.contains(text) ?? true else {
            places[name] = .some(nil)
            return nil
        }
        guard builder.columns.count < options.limits.columns else {
            throw TableError(
                .tooLarge, "there are more than \(options.limits.columns) columns", file: source.name,
                line: line)
        }
        places[name] = builder.columns.count
        builder.addColumn(text)
        return builder.columns.count - 1
    }
}
