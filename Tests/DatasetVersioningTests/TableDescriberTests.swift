// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import DataContracts
import Foundation
import TableReading
import TestSupport
import Testing

@testable import DatasetVersioning

@Suite("Describing tables")
struct TableDescriberTests {
    /// How the value in a column comes out, given the row; the turn is in the second batch of rows.
    private static let turn = 130

    @Test(
        "one reading says what two readings say, also where types turn after the first rows",
        arguments: ["integer", "double", "boolean", "timestamp", "string"],
        ["integer", "double", "boolean", "timestamp", "string", "missing"])
    func turningTypes(first: String, then: String) throws {
        for isReversed in [false, true] {
            var text = "steady,turning,gaps\n"
            for row in 0..<TableDescriberTests.turn + 50 {
                let kind = (row < TableDescriberTests.turn) != isReversed ? first : then
                text +=
                    "\(row),\(TableDescriberTests.value(kind, row)),\(row.isMultiple(of: 3) ? "" : "g\(row % 7)")\n"
            }
            try check(text, "table.csv")
        }
    }

    @Test("a member that comes late and a table without rows are seen")
    func others() throws {
        var lines = ""
        for row in 0..<TableDescriberTests.turn + 5 {
            lines += row < TableDescriberTests.turn ? "{\"a\":\(row)}\n" : "{\"a\":\(row),\"b\":\"x\"}\n"
        }
        try check(lines, "table.jsonl")
        try check("a,b\n", "table.csv")
        try check("a\n" + String(repeating: "1\n", count: 200), "table.csv")
        #expect(throws: TableError.self) { try check("a,b\n1,2\n3\n", "table.csv") }
    }

    private static func value(_ kind: String, _ row: Int) -> String {
        switch kind {
        case "integer": "\(row * 7)"
        case "double": "\(row).5"
        case "boolean": row.isMultiple(of: 2) ? "true" : "false"
        case "timestamp": "2013-06-0\(row % 9 + 1)T00:00:00Z"
        case "missing": "NA"
        default: "s\(row % 11)"
        }
    }

    private func check(_ text: String, _ name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: name).path
        try Data(text.utf8).write(to: URL(filePath: path))
        let facts = try TableDescriber.describe(path, as: name, rowsPerBatch: 100)
        var reader = try TableReader(contentsOf: path, rowsPerBatch: 100)
        var rows = RowFingerprint()
        var profile: TableProfile?
        while let batch = try reader.next() {
            rows = rows + RowFingerprint(of: batch)
            if profile == nil {
                profile = TableProfile(of: batch)
            } else {
                profile?.merge(TableProfile(of: batch))
            }
        }
        #expect(facts.schema == reader.schema)
        #expect(facts.rows == rows)
        if let profile { #expect(facts.profile == profile) } else { #expect(facts.profile.rowCount == 0) }
    }
}
