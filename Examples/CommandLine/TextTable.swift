// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Rows of text under a header, printed in aligned columns.
public struct TextTable: Sendable {
    private var rows: [[String]]

    /// Starts a table with its header.
    public init(_ header: [String]) { rows = [header] }

    /// Adds a row.
    public mutating func add(_ row: [String]) { rows.append(row) }

    /// The aligned lines; columns whose cells are all numbers are set to the right.
    public var text: String {
        let count = rows.map(\.count).max() ?? 0
        let columns = (0..<count).map { column in rows.map { column < $0.count ? $0[column] : "" } }
        let widths = columns.map { $0.map(\.count).max() ?? 0 }
        let isNumeric = columns.map { column in
            column.count > 1
                && column.dropFirst().allSatisfy { $0.isEmpty || Double($0.filter { $0 != "," }) != nil }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                line += (column > 0 ? "  " : "") + (isNumeric[column] ? space + cell : cell + space)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
