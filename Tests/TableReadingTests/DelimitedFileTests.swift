// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TableReading
import TestSupport
import Testing

@Suite("CSV and TSV files")
struct DelimitedFileTests {
    private let folder = fixtures.appending(path: "TableReading")

    private func read(_ text: String, _ options: TableOptions = TableOptions()) throws -> Table {
        try Table(parsing: Array(text.utf8), name: "test.csv", options: options)
    }

    @Test("the flights have the types, the missing values and the sums that pandas finds")
    func flights() throws {
        struct Facts: Decodable {
            struct Fact: Decodable {
                var missing: Int
                var sum: Double?
                var distinct: Int?
            }
            var rows: Int
            var columns: [String: Fact]
        }
        let facts = try JSONDecoder().decode(
            Facts.self, from: Data(contentsOf: folder.appending(path: "flights.json")))
        let table = try Table(contentsOf: folder.appending(path: "flights.csv.gz").path)
        #expect(table.rowCount == facts.rows)
        #expect(Set(table.columns.map(\.name)) == Set(facts.columns.keys))
        for column in table.columns {
            let fact = try #require(facts.columns[column.name])
            #expect(column.missingCount == fact.missing, "\(column.name)")
            if let sum = fact.sum {
                #expect(try column.doubles.filter { !$0.isNaN }.reduce(0, +) == sum, "\(column.name)")
            } else {
                #expect(Set(column.strings.compactMap { $0 }).count == fact.distinct, "\(column.name)")
            }
        }
        #expect(table.schema["carrier"] == .string)
        #expect(table.schema["time_hour"] == .timestamp)
        #expect(table.schema["dep_delay"] == .integer)
    }

    @Test("quoted fields read as Python's csv module reads them, whatever the size of the blocks")
    func quoting() throws {
        let expected = try JSONDecoder().decode(
            [[String]].self, from: Data(contentsOf: folder.appending(path: "quoting.json")))
        var options = TableOptions()
        options.types = ["a": .string, "b": .string, "c": .string, "d": .string]
        let table = try Table(contentsOf: folder.appending(path: "quoting.csv.gz").path, options: options)
        #expect(table.rowCount == expected.count)
        for (place, column) in table.columns.enumerated() {
            #expect(column.strings == expected.map { $0[place] })
        }
    }

    @Test(
        "line ends, blank lines, a byte order mark and a missing last line end change nothing",
        arguments: [
            "a,b\n1,x\n2,y\n", "a,b\r\n1,x\r\n2,y\r\n", "a,b\r1,x\r2,y", "\u{feff}a,b\n1,x\n2,y",
            "a,b\n\n1,x\n\n2,y\n\n",
            "\"a\",\"b\"\n\"1\",\"x\"\n2,\"y\"", "a,b\r\n1,x\n2,y\r\n",
        ])
    func lineEnds(text: String) throws {
        let table = try read(text)
        #expect(try table["a"].integers == [1, 2])
        #expect(try table["b"].strings == ["x", "y"])
    }

    @Test(
        "types are found out from all values",
        arguments: [
            (["1", "2", "-3"], ColumnType.integer), (["1", "2.5", "NA"], .double), (["1", "1e3"], .double),
            (["true", "FALSE", ""], .boolean), (["2013-06-01T09:00:00Z", "2013-06-01 10:00"], .timestamp),
            (["2013-06-01", "never"], .string), (["00501", "10001"], .string), (["1", "2", "abc"], .string),
            (["9223372036854775807", "9223372036854775808"], .double), (["nan", "1", "-inf"], .double),
            (["true", "1"], .string), (["NA", "", "NA"], .double), (["-0", "1"], .double),
            (["1.5", "x"], .string),
        ])
    func inference(values: [String], type: ColumnType) throws {
        let table = try read("i,value\n" + values.enumerated().map { "\($0),\($1)\n" }.joined())
        let column = try table["value"]
        #expect(column.type == type)
        #expect(column.missingCount == values.count { ["", "NA"].contains($0) })
        if type == .string { #expect(column.strings == values) }
    }

    @Test("integers that meet a fraction late round as their texts would")
    func lateFraction() throws {
        let table = try read("x\n9007199254740993\nNA\n0.5\n")
        let values = try table["x"].doubles
        #expect(values[0] == 9_007_199_254_740_992)
        #expect(values[1].isNaN)
        #expect(values[2] == 0.5)
    }

    @Test("a quoted marker is text, a quoted empty field is missing")
    func quotedMarkers() throws {
        let column = try read("a,b\n\"NA\",1\nNA,2\n\"\",3\n")["a"]
        #expect(column.strings == ["NA", nil, nil])
    }

    @Test("in a single column an empty line is a missing value")
    func singleColumn() throws {
        #expect(try read("a\n1\n\n3\n")["a"].integers == [1, nil, 3])
    }

    @Test("other delimiters, own markers, no header, chosen columns and given types")
    func options() throws {
        var options = TableOptions()
        options.delimiter = UInt8(ascii: ";")
        options.missingMarkers = ["-"]
        let table = try read("a;b\n1;-\n2;3,5\n", options)
        #expect(try table["b"].strings == [nil, "3,5"])

        var headless = TableOptions()
        headless.hasHeader = false
        #expect(try read("1,2\n3,4\n", headless)["column2"].integers == [2, 4])

        var some = TableOptions()
        some.columns = ["c"]
        some.types = ["c": .double]
        let chosen = try read("a,b,c\n1,x,3\n", some)
        #expect(chosen.columns.map(\.name) == ["c"])
        #expect(try chosen["c"].type == .double)

        let tabs = try Table(parsing: Array("a\tb\n1\tx,y\n".utf8), name: "test.tsv")
        #expect(try tabs["b"].strings == ["x,y"])
    }

    @Test("batches add up to the whole table and keep its types")
    func batches() throws {
        let path = folder.appending(path: "flights.csv.gz").path
        let whole = try Table(contentsOf: path)
        var reader = try TableReader(contentsOf: path, rowsPerBatch: 700)
        #expect(reader.schema == whole.schema)
        var rows = 0
        while let batch = try reader.next() {
            #expect(batch.schema == whole.schema)
            for column in batch.columns {
                let other = try whole[column.name]
                for row in stride(from: 0, to: batch.rowCount, by: 37) {
                    #expect(column[row] == other[rows + row])
                }
            }
            rows += batch.rowCount
        }
        #expect(rows == whole.rowCount)
    }

    @Test("several gzip members, as bgzip and log rotation write them, are one file")
    func members() throws {
        let content = try Data(contentsOf: folder.appending(path: "flights.csv.gz"))
        var options = TableOptions()
        options.hasHeader = false
        options.columns = ["column10"]
        let once = try Table(parsing: Array(content), name: "flights.csv.gz", options: options)
        let twice = try Table(parsing: Array(content + content), name: "flights.csv.gz", options: options)
        #expect(twice.rowCount == 2 * once.rowCount)
    }
}
