// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The formats a table is read from.
@nonexhaustive
public enum TableFormat: String, Hashable, Sendable, Codable {
    /// Fields parted by commas, RFC 4180.
    case csv
    /// Fields parted by tabs, with the quoting of RFC 4180.
    case tsv
    /// One JSON object a line.
    case jsonLines
    /// A NumPy array of one or two dimensions, or of records.
    case npy

    /// The format that the ending of a file's name tells, `.gz` behind it or not; CSV where it tells nothing.
    package init(path: String) {
        var parts = path.lowercased().split(separator: ".")
        if parts.last == "gz" { parts.removeLast() }
        self =
            switch parts.last {
            case "tsv", "tab": .tsv
            case "jsonl", "ndjson", "jsonlines": .jsonLines
            case "npy": .npy
            default: .csv
            }
    }
}

/// How a table is read; what is not said is found out.
public struct TableOptions: Hashable, Sendable {
    /// The format, or nil to go by the file's name; gzip is recognised beneath any format.
    public var format: TableFormat?
    /// The byte between two fields of a CSV or TSV file; nil for the format's own.
    public var delimiter: UInt8?
    /// Whether the first line of a CSV or TSV file names the columns; else they are `column1`, `column2` and on.
    public var hasHeader = true
    /// The fields without quotes that mean a missing value; a quoted field is missing only where it is empty.
    public var missingMarkers: Set<String> = ["", "NA"]
    /// Whether text that looks like an instant in every row becomes a column of timestamps.
    public var infersTimestamps = true
    /// The types of some columns; the others are found out from all their values.
    public var types: [String: ColumnType] = [:]
    /// The columns to read, all others being skipped; nil for every one.
    public var columns: Set<String>?
    /// What a hostile or broken file may not exceed.
    public var limits = TableLimits()

    /// Makes the options that suit most files.
    public init() {}
}

/// What a table may not exceed.
public struct TableLimits: Hashable, Sendable {
    /// The bytes of the file after decompression.
    public var bytes = 1 << 40
    /// The rows.
    public var rows = Int(Int32.max)
    /// The columns.
    public var columns = 100_000
    /// The bytes of one row.
    public var rowBytes = 64 << 20

    /// Makes the limits that suit most machines.
    public init() {}
}
