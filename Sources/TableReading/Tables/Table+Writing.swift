// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Table {
    /// The table as the text of a CSV file (RFC 4180, but with LF) that reads back to it: a missing value is an empty field,
    /// and text that would read as missing is quoted.
    public func csv() -> [UInt8] {
        var text: [UInt8] = []
        for (place, column) in columns.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            text += Table.field(column.name)
        }
        text.append(UInt8(ascii: "\n"))
        let quoted = columns.map { $0.categories.map(Table.field) }
        for row in 0..<rowCount {
            for (place, column) in columns.enumerated() {
                if place > 0 { text.append(UInt8(ascii: ",")) }
                guard !column.missing[row] else { continue }
                if case .strings(let codes, _) = column.storage {
                    text += quoted[place][Int(codes[row])]
                } else {
                    text += column[row].description.utf8
                }
            }
            // An empty line of a single column would be no row at all to other readers.
            if columns.count == 1, columns[0].missing[row] { text += Array("\"\"".utf8) }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    private static func field(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let special: [UInt8] = [0x22, 0x2c, 0x0a, 0x0d]
        guard text == "NA" || bytes.isEmpty || bytes.contains(where: special.contains) else { return bytes }
        return [0x22] + bytes.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
    }
}
