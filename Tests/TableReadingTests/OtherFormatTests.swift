// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TableReading
import TestSupport
import Testing

@Suite("JSON lines and NumPy files")
struct OtherFormatTests {
    private let folder = fixtures.appending(path: "TableReading")

    private func lines(_ text: String, _ options: TableOptions = TableOptions()) throws -> Table {
        try Table(parsing: Array(text.utf8), name: "test.jsonl", options: options)
    }

    @Test("members become columns, whichever row they first appear in")
    func members() throws {
        let table = try lines(
            #"""
            {"a": 1, "b": "x\n\u00e4\ud83d\ude00", "t": "2013-06-02T03:00:00Z"}

             {"b": "5", "c": true, "a": 2.5}
            {"d": [1, {"e": "]"}], "a": null, "b": "NA"}
            """#)
        #expect(table.columns.map(\.name) == ["a", "b", "t", "c", "d"])
        #expect(try table["a"].doubles.prefix(2) == [1, 2.5])
        #expect(try table["a"].missing.rows == [2])
        #expect(try table["b"].strings == ["x\nä😀", "5", "NA"])
        #expect(try table["t"].timestamps == [1_370_142_000_000_000, nil, nil])
        #expect(try table["c"].booleans == [nil, true, nil])
        #expect(try table["d"].strings == [nil, nil, #"[1, {"e": "]"}]"#])
    }

    @Test("strings are never numbers, and mixed columns are text")
    func mixed() throws {
        let table = try lines("{\"a\": \"1\", \"b\": 1}\n{\"a\": \"2\", \"b\": \"x\"}\n")
        #expect(try table["a"].strings == ["1", "2"])
        #expect(try table["b"].strings == ["1", "x"])
    }

    @Test(
        "faults are named with their line and byte",
        arguments: [
            ("{\"a\": 1}\n{\"a\": }\n", "test.jsonl:2:7: row 2: expected a value"),
            ("[1]\n", "test.jsonl:1:1: row 1: a line holds one JSON object; expected '{'"),
            ("{\"a\": 1, \"a\": 2}", "test.jsonl:1:15: row 1: the member 'a' appears twice"),
            ("{\"a\": 1} x", "test.jsonl:1:10: row 1: text follows the object"),
            ("{\"a\": \"x", "test.jsonl:1:7: row 1: the string is never closed"),
            ("{\"a\": [1}", "test.jsonl:1:9: row 1: the bracket does not match"),
        ])
    func faults(text: String, message: String) throws {
        let error = try #require(throws: TableError.self) { _ = try lines(text) }
        #expect(error.description == message)
    }

    @Test(
        "arrays read as NumPy reads them",
        arguments: ["f8", "f4-fortran", "f2", "i8-big", "u1", "bool", "records"])
    func arrays(name: String) throws {
        let content = try Data(contentsOf: folder.appending(path: "arrays.json"))
        let all = try #require(try JSONSerialization.jsonObject(with: content) as? [String: [String: [Any]]])
        let expected = try #require(all[name])
        let table = try Table(contentsOf: folder.appending(path: name + ".npy").path)
        #expect(Set(table.columns.map(\.name)) == Set(expected.keys))
        for column in table.columns {
            let values = try #require(expected[column.name])
            switch column.type {
            case .string: #expect(column.strings == values.map { $0 as? String })
            case .integer: #expect(try column.integers == values.map { ($0 as? NSNumber)?.int64Value })
            case .boolean: #expect(try column.booleans == values.map { $0 as? Bool })
            default:
                let doubles = values.map { ($0 as? NSNumber)?.doubleValue ?? .infinity }
                #expect(try column.doubles.map(\.bitPattern) == doubles.map(\.bitPattern))
            }
        }
    }

    @Test("an array that is cut off, or is none, is refused")
    func badArrays() throws {
        let content = [UInt8](try Data(contentsOf: folder.appending(path: "f8.npy")))
        for cut in [5, 11, 60, content.count - 1] {
            #expect(throws: TableError.self) {
                _ = try Table(parsing: Array(content.prefix(cut)), name: "f8.npy")
            }
        }
        let deep = content.map { $0 == UInt8(ascii: "2") ? UInt8(ascii: "9") : $0 }
        #expect(throws: TableError.self) { _ = try Table(parsing: deep, name: "f8.npy") }
    }
}
