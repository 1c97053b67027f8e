// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TableReading
import TestSupport
import Testing

@Suite("Bad tables")
struct BadTableTests {
    private func failure(
        _ text: String, name: String = "test.csv", _ change: (inout TableOptions) -> Void = { _ in }
    ) throws -> TableError {
        var options = TableOptions()
        change(&options)
        return try #require(throws: TableError.self) {
            _ = try Table(parsing: Array(text.utf8), name: name, options: options)
        }
    }

    @Test(
        "the message names the file, the place and what is wrong",
        arguments: [
            (
                "a,b\n1,2\n3\n",
                "test.csv:3: row 2: the row has 1 fields, the header 2; 'b' is the first without a value"
            ),
            ("a,b\n1,2,3\n", "test.csv:2: row 1: the row has 3 fields, the header 2"),
            ("a,b\n\"x\n1,2\n", "test.csv:2:1: the quotation mark is never closed"),
            (
                "a,b\n1,\"x\"y\n",
                "test.csv:2:6: text follows the closing quotation mark; a mark inside a field is doubled"
            ),
            ("a,b,a\n1,2,3\n", "test.csv:1: the header names the column 'a' twice"),
            ("", "test.csv: the file is empty; a header was expected"),
            ("\u{fffd}", ""),
        ])
    func malformed(text: String, message: String) throws {
        if message.isEmpty {
            let error = try #require(throws: TableError.self) {
                _ = try Table(parsing: [0xff, 0xfe, 0x61, 0x00], name: "test.csv")
            }
            #expect(error.description == "test.csv:1: the file is UTF-16; save it as UTF-8")
        } else {
            #expect(try failure(text).description == message)
        }
    }

    @Test("a value that is not of the given type is named with its row and column")
    func wrongType() throws {
        let error = try failure("a,distance\n1,7\n2,abc\n") { $0.types = ["distance": .integer] }
        #expect(error.code == .wrongType)
        #expect(error.row == 2)
        #expect(error.description == "test.csv:3: row 2, column 'distance': 'abc' is not an integer")
    }

    @Test("a column that is not there is named with the nearest one")
    func wrongHeader() throws {
        let error = try failure("carrier,distance\nUA,7\n") { $0.columns = ["carier"] }
        #expect(error.description == "test.csv:1: the header lacks the column 'carier'; there is 'carrier'")
        let table = try Table(parsing: Array("carrier\nUA\n".utf8))
        let unknown = #expect(throws: TableError.self) { try table["carier"] }
        #expect(unknown?.description == "column 'carier': there is no such column; did you mean 'carrier'?")
    }

    @Test("a table of another schema than the given one is refused")
    func schema() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "t.csv").path
            try Data("b,a,c\nx,1,2\n".utf8).write(to: URL(filePath: path))
            let table = try Table(contentsOf: path, schema: ["a": .double, "b": .string, "c": .integer])
            #expect(table.columns.map(\.name) == ["a", "b", "c"])
            let extra = #expect(throws: TableError.self) {
                _ = try Table(contentsOf: path, schema: ["a": .double, "b": .string])
            }
            #expect(extra?.column == "c")
            let lacking = #expect(throws: TableError.self) {
                _ = try Table(
                    contentsOf: path, schema: ["a": .double, "b": .string, "c": .integer, "d": .double])
            }
            #expect(lacking?.code == .wrongHeader)
        }
    }

    @Test("text that is not UTF-8 is named with its row and column")
    func notUTF8() throws {
        let error = try #require(throws: TableError.self) {
            _ = try Table(parsing: Array("a,b\n1,x\n2,".utf8) + [0xff, 0x0a], name: "test.csv")
        }
        #expect(error.description == "test.csv: row 2, column 'b': the text is not UTF-8")
    }

    @Test("a cut or damaged gzip file is refused")
    func damaged() throws {
        let path = fixtures.appending(path: "TableReading/flights.csv.gz")
        var content = [UInt8](try Data(contentsOf: path))
        let cut = #expect(throws: TableError.self) {
            _ = try Table(parsing: Array(content.dropLast(1_000)), name: "f.csv.gz")
        }
        #expect(cut?.message == "the compressed data end early; the file is cut off")
        content[content.count / 2] ^= 0x10
        let damaged = #expect(throws: TableError.self) { _ = try Table(parsing: content, name: "f.csv.gz") }
        #expect(damaged?.code == .damaged || damaged?.code == .raggedRow || damaged?.code == .malformed)
    }

    @Test("limits hold")
    func limits() throws {
        #expect(try failure("a\n1\n2\n3\n") { $0.limits.rows = 2 }.code == .tooLarge)
        #expect(try failure("a,b,c\n1,2,3\n") { $0.limits.columns = 2 }.code == .tooLarge)
        #expect(try failure("a,b,c\n1,2,3\n") { $0.limits.bytes = 5 }.code == .tooLarge)
        let long = "a\n\"" + String(repeating: "x", count: 3_000_000)
        #expect(try failure(long) { $0.limits.rowBytes = 1_000_000 }.code == .tooLarge)
    }

    @Test("a file that is not there is named")
    func missingFile() {
        let error = #expect(throws: TableError.self) { _ = try Table(contentsOf: "/nowhere/x.csv") }
        #expect(error?.description == "/nowhere/x.csv: cannot be opened: No such file or directory")
        #expect(throws: TableError.self) { _ = try Table(contentsOf: "/") }
    }

    @Test("no change of a byte, a cut or an insertion makes the readers crash", arguments: 0..<4)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let samples: [(String, [UInt8])] = [
            ("t.csv", Array("a,b,c\n1,\"x,\"\"y\",2013-06-01\r\n2,z,\n".utf8)),
            ("t.jsonl", Array(#"{"a": 1, "b": "\u00e4\"x", "c": [1, {"d": null}]}"#.utf8)),
            ("t.npy", [UInt8](try Data(contentsOf: fixtures.appending(path: "TableReading/records.npy")))),
        ]
        for (name, sample) in samples {
            for _ in 0..<300 {
                var bytes = sample
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
                    }
                }
                if let table = try? Table(parsing: bytes, name: name) {
                    #expect(table.columns.allSatisfy { $0.count == table.rowCount })
                }
            }
        }
    }
}
