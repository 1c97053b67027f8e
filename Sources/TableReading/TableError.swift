// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What is wrong with a table, and where.
public struct TableError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// The file cannot be opened or read.
        case unreadable
        /// The compressed data are damaged or end early.
        case damaged
        /// The text breaks the rules of its format.
        case malformed
        /// A row has more or fewer fields than the header.
        case raggedRow
        /// The header lacks a column, repeats one, or has one that was not expected.
        case wrongHeader
        /// A value is not of the type of its column.
        case wrongType
        /// There is no column of that name.
        case unknownColumn
        /// A limit of ``TableLimits`` is exceeded.
        case tooLarge
        /// The argument cannot be used; the message says why.
        case invalidArgument
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The file, where the table came from one.
    public var file: String?
    /// The line of the file, counted from 1, the header's included.
    public var line: Int?
    /// The row, counted from 1, the header not included.
    public var row: Int?
    /// The name of the column.
    public var column: String?
    /// The byte of the line, counted from 1.
    public var position: Int?

    /// Makes an error.
    public init(
        _ code: Code, _ message: String, file: String? = nil, line: Int? = nil, row: Int? = nil,
        column: String? = nil, position: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.row = row
        self.column = column
        self.position = position
    }

    /// The place and the message, as `file:line: row 118, column 'distance': message`.
    public var description: String {
        var place = [file, line.map(String.init), line.flatMap { _ in position }.map(String.init)]
            .compactMap { $0 }.joined(separator: ":")
        if !place.isEmpty { place += ": " }
        let cell = [row.map { "row \($0)" }, column.map { "column '\($0)'" }].compactMap { $0 }
            .joined(separator: ", ")
        return place + (cell.isEmpty ? "" : cell + ": ") + message
    }
}
