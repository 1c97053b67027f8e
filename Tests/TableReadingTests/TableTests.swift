// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TableReading
import Testing

@Suite("Tables and columns")
struct TableTests {
    private func sample() throws -> Table {
        try Table([
            Column("carrier", strings: ["UA", nil, "B6", "UA"]), Column("delay", integers: [5, -3, nil, 12]),
            Column("rate", doubles: [0.5, .nan, 2, 3]), Column("late", booleans: [true, false, nil, true]),
            Column("at", timestamps: [0, 1_500_000, nil, -1]),
        ])
    }

    @Test("columns read as doubles, text, codes and single values")
    func access() throws {
        let table = try sample()
        #expect(try table["carrier"].codes == [0, -1, 1, 0])
        #expect(try table["carrier"].categories == ["UA", "B6"])
        #expect(try table["delay"].doubles.map(\.description) == ["5.0", "-3.0", "nan", "12.0"])
        #expect(try table["rate"].strings == ["0.5", nil, "2", "3"])
        #expect(try table["late"].doubles.prefix(2) == [1, 0])
        #expect(try table["at"].strings[1] == "1970-01-01T00:00:01.5Z")
        #expect(try table["delay"][3] == .integer(12))
        let error = #expect(throws: TableError.self) { try table["carrier"].doubles }
        #expect(error?.message == "the column holds string values, such as 'UA', and numbers were asked for")
    }

    @Test("rows and columns are chosen, added and taken away")
    func choosing() throws {
        let table = try sample()
        let late = table.filtered { row in table.columns[3][row] == .boolean(true) }
        #expect(try late["delay"].integers == [5, 12])
        #expect(try table.taking([3, 0])["carrier"].strings == ["UA", "UA"])
        #expect(try table.selecting(["rate", "delay"]).columns.map(\.name) == ["rate", "delay"])
        #expect(table.removing(["at", "none"]).columns.count == 4)
        #expect(try table.adding(Column("rate", doubles: [1, 2, 3, 4]))["rate"].doubles == [1, 2, 3, 4])
        #expect(throws: TableError.self) { try table.adding(Column("x", doubles: [1])) }
        #expect(throws: TableError.self) { try table.selecting(["rate", "rate"]) }
        #expect(table.prefix(2).rowCount == 2)
        #expect(try table.filtered(!table["delay"].missing & !table["rate"].missing).rowCount == 2)
    }

    @Test("masks count, combine and list their rows")
    func masks() {
        var mask = RowMask((0..<200).map { $0.isMultiple(of: 7) })
        #expect(mask.setCount == 29)
        #expect(mask.rows == Array(stride(from: 0, to: 200, by: 7)))
        #expect((!mask).setCount == 171)
        #expect((mask & !mask).first == nil)
        #expect((mask | !mask).setCount == 200)
        mask[0] = false
        mask[0] = false
        #expect(mask.first == 7)
        #expect(mask.setCount == 28)
    }
}
