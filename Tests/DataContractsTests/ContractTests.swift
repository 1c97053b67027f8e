// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import DataContracts
import Foundation
import TableReading
import TestSupport
import Testing

@Suite("Data contracts")
struct ContractTests {
    private let june = Result {
        try Table(contentsOf: fixtures.appending(path: "TableReading/flights.csv.gz").path)
    }

    private func messages(_ change: (Table) throws -> Table) throws -> [String] {
        let table = try june.get()
        let report = try DataContract.infer(from: table).check(change(table))
        #expect(report.passes == report.problems.isEmpty)
        return report.problems.map(\.message)
    }

    @Test("a table keeps the contract inferred from it, and a part of it does too but for the count of rows")
    func kept() throws {
        #expect(try messages { $0 } == [])
        #expect(try messages { $0.filtered { row in row.isMultiple(of: 3) } }.count == 1)
        var contract = try DataContract.infer(from: june.get())
        contract.minimumRows = nil
        #expect(try contract.check(june.get().filtered { $0.isMultiple(of: 3) }).passes)
    }

    @Test("a new, a missing and a renamed column are named")
    func columns() throws {
        #expect(
            try messages { try $0.adding(Column("gate", integers: (0..<$0.rowCount).map { Int64($0) })) }
                == ["column 'gate' is new"])
        #expect(try messages { $0.removing(["dest"]) } == ["column 'dest' is missing"])
        #expect(
            try messages { try $0.removing(["dest"]).adding($0["dest"].renamed("dests")) }
                == ["column 'dest' is missing", "column 'dests' is new; was 'dest' renamed?"])
    }

    @Test("a changed type is named with the first value that has it")
    func changedType() throws {
        let found = try messages { table in
            var texts = try table["distance"].strings
            texts[117] = "abc"
            texts[400] = "?"
            return try table.adding(Column("distance", strings: texts))
        }
        #expect(
            found == [
                "column 'distance' changed its type from integer to string: 'abc' in row 118 is not an integer (2 rows)"
            ])
        let fraction = try messages { table in
            var values = try table["minute"].doubles
            values[4] += 0.5
            return try table.adding(Column("minute", doubles: values))
        }
        #expect(fraction.count == 1)
        #expect(fraction[0].hasSuffix("' in row 5 is not an integer"))
        let digits = try messages {
            try $0.adding(Column("carrier", integers: (0..<$0.rowCount).map { Int64($0 % 9) }))
        }
        #expect(digits == ["column 'carrier' changed its type from string to integer: '0' in row 1 first"])
        #expect(
            try messages { table in
                try table.adding(
                    Column("distance", integers: [Int64?](repeating: nil, count: table.rowCount)))
            }
                == ["column 'distance' null rate 0.0 -> 1.0 (at most 0.01), row 1 first"])
    }

    @Test("a surge of missing values is named with its rates and its first row")
    func missing() throws {
        let found = try messages { table in
            let values = try table["arr_delay"].integers
            return try table.adding(
                Column(
                    "arr_delay",
                    integers: values.enumerated().map { row, value in row >= 117 && row % 2 == 1 ? nil : value
                    })
            )
        }
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("column 'arr_delay' null rate 0.04 -> 0.5 (at most 0.1), row "))
    }

    @Test("values out of range, not finite, unknown and repeated are named")
    func values() throws {
        let table = try Table([
            Column("id", integers: (0..<1_000).map { Int64($0) }),
            Column("temp", doubles: (0..<1_000).map { Double($0 % 30) }),
            Column("city", strings: (0..<1_000).map { ["Rome", "Oslo", "Bern"][$0 % 3] }),
        ])
        let contract = try DataContract.infer(from: table)
        #expect(contract["id"]?.isUnique == true)
        #expect(contract["temp"]?.minimum == 0)
        #expect(contract["temp"]?.maximum == 58)
        #expect(contract["city"]?.values == ["Bern", "Oslo", "Rome"])
        func check(_ column: Column) throws -> ContractReport { contract.check(try table.adding(column)) }

        var temps = (0..<1_000).map { Double($0 % 30) }
        temps[11] = 999
        temps[20] = -1
        #expect(
            try check(Column("temp", doubles: temps)).description
                == "column 'temp' holds 999.0 in row 12, above the largest 58 (2 rows)"
                || check(Column("temp", doubles: temps)).description
                    == "column 'temp' holds 999 in row 12, above the largest 58 (2 rows)"
        )
        temps = temps.map { min(max($0, 0), 58) }
        let infinite = try Table(
            parsing: Array(
                ("temp\n" + temps.enumerated().map { $0 == 7 ? "inf" : "\($1)" }.joined(separator: "\n")).utf8
            ))
        #expect(
            try check(infinite["temp"]).problems.map(\.code).contains(.notFinite))
        var cities = (0..<1_000).map { ["Rome", "Oslo", "Bern"][$0 % 3] }
        cities[5] = "Rom"
        let note = try check(Column("city", strings: cities))
        #expect(note.passes)
        #expect(
            note.notes.map(\.message) == [
                "column 'city' holds 'Rom' in row 6, which is not one of the 3 known values; did it mean 'Rome'?"
            ])
        for row in 100..<200 { cities[row] = "Paris" }
        #expect(try check(Column("city", strings: cities)).problems.map(\.code) == [.unknownValue])
        var ids = (0..<1_000).map { Int64($0) }
        ids[300] = 4
        #expect(
            try check(Column("id", integers: ids)).description
                == "column 'id' holds '4' in row 5 and again in row 301")
    }

    @Test("contracts survive canonical JSON and are refused where they are broken")
    func codable() throws {
        let contract = try DataContract.infer(from: june.get())
        let bytes = try contract.encoded()
        #expect(try DataContract(parsing: bytes) == contract)
        #expect(try DataContract(parsing: bytes).digest() == contract.digest())
        for text in [
            "", "{}", #"{"format":2,"columns":[],"allowsOtherColumns":false}"#,
            #"{"format":1,"columns":[{"name":"a","type":"double"},{"name":"a","type":"string"}],"allowsOtherColumns":false}"#,
        ] {
            #expect(throws: ContractError.self) { try DataContract(parsing: Array(text.utf8)) }
        }
        let short = #"{"format":1,"columns":[{"name":"a","type":"double"}],"allowsOtherColumns":false}"#
        #expect(try DataContract(parsing: Array(short.utf8)).columns == [ColumnRule("a", .double)])
        #expect(throws: ContractError.self) { try DataContract.infer(from: Table([])) }
    }
}
