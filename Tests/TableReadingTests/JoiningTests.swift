// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TableReading
import Testing

@Suite("Joining tables")
struct JoiningTests {
    private let flights = Result {
        try Table([
            Column("origin", strings: ["EWR", "JFK", nil, "LGA", "EWR"]),
            Column("hour", integers: [5, 5, 5, 6, 6]),
            Column("delay", doubles: [1, 2, 3, 4, 5]),
        ])
    }

    @Test("rows stay in place and take what stands at their key")
    func leftJoin() throws {
        let weather = try Table([
            Column("hour", doubles: [6, 5, 5]), Column("origin", strings: ["EWR", "JFK", "EWR"]),
            Column("wind", integers: [60, 51, nil]), Column("sky", strings: ["c", "b", "a"]),
        ])
        let joined = try flights.get().joined(with: weather, on: ["origin", "hour"])
        #expect(joined.columns.map(\.name) == ["origin", "hour", "delay", "wind", "sky"])
        #expect(try joined["wind"].integers == [nil, 51, nil, nil, 60])
        #expect(try joined["sky"].strings == ["a", "b", nil, nil, "c"])
        #expect(try joined["delay"].doubles == [1, 2, 3, 4, 5])
    }

    @Test("a key that stands twice, a column in both and text against numbers are refused")
    func refused() throws {
        let flights = try flights.get()
        let twice = try Table([Column("hour", integers: [5, 6, 5]), Column("x", doubles: [1, 2, 3])])
        let error = #expect(throws: TableError.self) { try flights.joined(with: twice, on: ["hour"]) }
        #expect(error?.row == 3)
        let both = try Table([Column("hour", integers: [5]), Column("delay", doubles: [1])])
        #expect(throws: TableError.self) { try flights.joined(with: both, on: ["hour"]) }
        let text = try Table([Column("hour", strings: ["5"]), Column("x", doubles: [1])])
        #expect(throws: TableError.self) { try flights.joined(with: text, on: ["hour"]) }
        #expect(throws: TableError.self) { try flights.joined(with: both, on: []) }
    }
}
