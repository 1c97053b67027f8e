// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import TableReading
import TestSupport
import Testing

@testable import DatasetVersioning

@Suite("Rows compared in little memory")
struct RowComparisonTests {
    /// Compares tables in batches, with this much memory.
    private func compare(
        _ before: Table, _ now: Table, key: [String], memory: Int, in folder: URL, rowsPerBatch: Int = 97
    ) throws -> RowDiff {
        var limits = RowComparison.Limits()
        (limits.memory, limits.folder) = (memory, folder.path)
        var comparison = try RowComparison(
            before: before.schema, now: now.schema, key: key, limits: limits)
        for (table, isNow) in [(before, false), (now, true)] {
            for start in stride(from: 0, to: table.rowCount, by: rowsPerBatch) {
                let rows = Array(start..<min(start + rowsPerBatch, table.rowCount))
                try comparison.add(Table(table.columns.map { $0.taking(rows) }), isNow: isNow)
            }
        }
        return try comparison.finish()
    }

    /// Two tables with equal, new, missing, changed and repeated rows, values of all types and gaps.
    private func tables(seed: UInt64, rows: Int) throws -> (before: Table, now: Table) {
        var random = SeededGenerator(seed: seed)
        func table(_ shift: Int) throws -> Table {
            var order = Array(0..<rows)
            order.shuffle(using: &random)
            func values<Value>(_ make: (Int, Bool) -> Value) -> [Value?] {
                order.map { row in
                    let isOther = (row * 31 + shift * 17) % 29 == 0
                    return (row * 7 + (isOther ? shift : 0)) % 23 == 0 ? nil : make(row, isOther)
                }
            }
            return try Table([
                Column(
                    "text", strings: values { row, isOther in "t\(row % 40)" + (isOther ? "é\(shift)" : "") }),
                // Some keys stand twice, one a hundred times, some are missing.
                Column(
                    "id",
                    integers: order.map { row in
                        row % 53 == 0
                            ? nil : row % 10 == 9 ? 7 : Int64(row + (row % 41 == 0 ? shift * rows : 0))
                    }),
                Column("kind", strings: order.map { row in ["a", "b", "a\u{0}", nil][row % 4] }),
                Column(
                    "number",
                    doubles: values { row, isOther in Double(row) / 4 + (isOther ? Double(shift) : 0) }.map {
                        $0 ?? .nan
                    }),
                Column(
                    "flag", booleans: values { row, isOther in (row % 2 == 0) != (isOther && shift == 1) }),
                Column("when", timestamps: values { row, _ in Int64(row) * -1_000_003 }),
            ])
        }
        return (try table(0), try table(1))
    }

    @Test(
        "the answer does not depend on the memory, and is that of a plain comparison",
        arguments: [["id"], ["id", "kind"], []], [UInt64](1...4))
    func memoryDoesNotMatter(key: [String], seed: UInt64) async throws {
        try await withTemporaryFolder { folder in
            let (before, now) = try tables(seed: seed, rows: 400)
            let expected = PlainRowDiff(before, now, key: key)
            let whole =
                try key.isEmpty
                ? RowDiff(before: before, now: now) : RowDiff(before: before, now: now, key: key)
            #expect(PlainRowDiff(whole) == expected)
            // The least memory parts the rows until each part has one key.
            for memory in [1, 6_000, 40_000, Int.max] {
                let parted = try compare(before, now, key: key, memory: memory, in: folder)
                #expect(parted == whole, "\(memory) bytes")
            }
            #expect(whole.added > 0 && whole.removed > 0 && whole.equal > 0)
            if !key.isEmpty {
                #expect(whole.changed > 0 && whole.ambiguous > 0 && whole.columnChanges.count >= 3)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("a key that stands in all rows takes the memory of one row")
    func hotKey() async throws {
        let cells = [UInt8](repeating: 7, count: 1_000)
        var rows = KeyedRows()
        for row in 0..<5_000 {
            rows.add(1, isNow: row % 2 == 0, count: 1, row: row, cells: cells, 0..<1_000)
        }
        #expect(rows.size < 10_000)
        #expect(rows.entries.map { [$0.before.count, $0.now.count] } == [[2_500, 2_500]])
        // Also where it was parted into a file before: it is gathered there again.
        try await withTemporaryFolder { folder in
            let table = try Table([
                Column("id", integers: (0..<6_000).map { $0 < 5_000 ? 5 : $0 }),
                Column("text", strings: (0..<6_000).map { "\($0)" }),
            ])
            let diff = try compare(table, table, key: ["id"], memory: 6_000, in: folder)
            #expect((diff.ambiguous, diff.equal, diff.changed) == (10_000, 1_000, 0))
        }
    }

    @Test("whole numbers equal the same numbers as doubles, also in keys")
    func numbers() throws {
        let before = try Table([Column("id", integers: [1, 2, 3]), Column("n", doubles: [0.0, 5, 1])])
        let now = try Table([Column("n", integers: [0, 5, 2]), Column("id", doubles: [1, 2, 3])])
        let diff = try RowDiff(before: before, now: now, key: ["id"])
        #expect((diff.equal, diff.changed, diff.added) == (2, 1, 0))
        #expect(diff.changedExamples == [RowDiff.Example(key: ["3"], changes: ["n": ["1", "2"]])])
        let text = try Table([Column("id", strings: ["1"]), Column("n", doubles: [1])])
        #expect {
            try RowDiff(before: before, now: text, key: ["id"])
        } throws: { error in
            "\(error)".contains("the key is integer here and string there")
        }
        #expect(throws: TableError.self) { try RowDiff(before: before, now: now, key: []) }
    }

    @Test("a temporary folder that cannot be used is named, with what mends it")
    func badFolder() async throws {
        try await withTemporaryFolder { folder in
            let (before, now) = try tables(seed: 1, rows: 300)
            let place = folder.appending(path: "no")
            #expect {
                try compare(before, now, key: ["id"], memory: 6_000, in: place)
            } throws: { error in
                (error as? DatasetError)?.code == .badTemporaryFolder
                    && "\(error)".contains(place.path) && "\(error)".contains("TMPDIR")
            }
        }
    }

    @Test(
        "files of several types and formats are one table, and batches do not matter",
        arguments: [1, 64 << 20])
    func mixedFiles(memory: Int) async throws {
        try await Workbench.use { bench in
            var random = SeededGenerator(seed: 9)
            func write(_ shift: Int) throws {
                // The key is whole here, broken there, and nothing at all in one file; a text is a number in one.
                let rows = (0..<400).shuffled(using: &random)
                try bench.write(
                    "d/a.csv",
                    Data(("id,x,t\n" + rows.map { "\($0),\($0 % 5 + shift),u\($0)\n" }.joined()).utf8))
                try bench.write(
                    "d/b.csv", Data(("t,id,x\n" + rows.map { "\($0),\($0).5,\n" }.joined()).utf8))
                try bench.write(
                    "d/c.jsonl",
                    Data(
                        rows.prefix(3).map { #"{"id":null,"x":\#(shift),"t":"v\#($0)"}"# + "\n" }.joined()
                            .utf8))
            }
            try write(0)
            try await bench.datasets.snapshot("d", of: bench.path("d"))
            try write(1)
            try await bench.datasets.snapshot("d", of: bench.path("d"))
            var options = bench.datasets.options
            options.rowDifferenceMemory = memory
            options.temporaryFolder = bench.path("spill")
            try FileManager.default.createDirectory(
                atPath: bench.path("spill"), withIntermediateDirectories: true)
            let datasets = DatasetStore(bench.store, options: options)
            for key in [["id"], ["t", "id"], []] {
                let before = try await datasets.table("d@1")
                let now = try await datasets.table("d@2")
                let found = try await datasets.diff("d@1", "d@2", key: key).rows
                let expected =
                    try key.isEmpty
                    ? RowDiff(before: before, now: now) : RowDiff(before: before, now: now, key: key)
                #expect(found == expected, "\(key)")
                #expect(key.isEmpty || expected.columnChanges["x"] ?? 0 >= 400)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("spill")).isEmpty)
        }
    }

    @Test("a store that fails, and a task that is cancelled, end the comparison with that reason")
    func interrupted() async throws {
        try await Workbench.use { bench in
            let path = bench.path("t.csv")
            for shift in 0..<2 {
                try bench.write(
                    "t.csv", Data(("id,x\n" + (0..<25_000).map { "\($0),\($0 + shift)\n" }.joined()).utf8))
                try await bench.datasets.snapshot("t", of: path)
            }
            var options = bench.datasets.options
            options.rowDifferenceMemory = 100_000
            options.temporaryFolder = bench.path("spill")
            try FileManager.default.createDirectory(
                atPath: bench.path("spill"), withIntermediateDirectories: true)
            let datasets = DatasetStore(bench.store, options: options)
            let found = try await datasets.diff("t@1", "t@2", key: ["id"]).rows
            #expect(found?.changed == 25_000)
            let task = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return try await datasets.diff("t@1", "t@2", key: ["id"])
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            // The packs vanish behind the first look at the store.
            for object in try await bench.store.listAll(prefix: "chunks/packs/") {
                try await bench.store.delete(object.key)
            }
            await #expect {
                try await DatasetStore(bench.store, options: options).diff("t@1", "t@2", key: ["id"])
            } throws: { error in
                (error as? StoreError)?.code == .corrupted
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("spill")).isEmpty)
        }
    }
}

/// What a comparison that knows of no memory finds: the oracle of these tests.
private struct PlainRowDiff: Hashable {
    var counts: [Int]
    var columnChanges: [String: Int] = [:]
    var examples: [[RowDiff.Example]] = [[], [], []]

    init(_ diff: RowDiff) {
        counts = [diff.added, diff.removed, diff.changed, diff.equal, diff.ambiguous]
        columnChanges = diff.columnChanges
        examples = [diff.addedExamples, diff.removedExamples, diff.changedExamples]
    }

    init(_ before: Table, _ now: Table, key: [String]) {
        func rows(_ table: Table, _ columns: [String]) -> [[ColumnValue]] {
            (0..<table.rowCount).map { row in columns.map { table.column($0)?[row] ?? .missing } }
        }
        let names = before.columns.map(\.name)
        let keys = key.isEmpty ? names : key
        let others = names.filter { !keys.contains($0) }
        let (oldKeys, newKeys) = (rows(before, keys), rows(now, keys))
        let (old, new) = (rows(before, others), rows(now, others))
        let oldPlaces = Dictionary(grouping: oldKeys.indices) { oldKeys[$0] }
        let newPlaces = Dictionary(grouping: newKeys.indices) { newKeys[$0] }
        var (added, removed, changed, equal, ambiguous) = (0, 0, 0, 0, 0)
        if key.isEmpty {
            for (row, places) in oldPlaces { removed += max(0, places.count - (newPlaces[row]?.count ?? 0)) }
            for (row, places) in newPlaces { added += max(0, places.count - (oldPlaces[row]?.count ?? 0)) }
            counts = [added, removed, 0, before.rowCount - removed, 0]
            return
        }
        func text(_ values: [ColumnValue]) -> [String] { values.map(\.description) }
        for (row, key) in oldKeys.enumerated() {
            let (left, right) = (oldPlaces[key] ?? [], newPlaces[key] ?? [])
            if left.count > 1 || right.count > 1 {
                ambiguous += 1
            } else if let other = right.first {
                var changes: [String: [String]] = [:]
                for (place, name) in others.enumerated() where old[row][place] != new[other][place] {
                    changes[name] = [old[row][place].description, new[other][place].description]
                    columnChanges[name, default: 0] += 1
                }
                if changes.isEmpty { equal += 1 } else { changed += 1 }
                if !changes.isEmpty { examples[2].append(RowDiff.Example(key: text(key), changes: changes)) }
            } else {
                removed += 1
                examples[1].append(RowDiff.Example(key: text(key), changes: [:]))
            }
        }
        for key in newKeys {
            let (left, right) = (oldPlaces[key] ?? [], newPlaces[key] ?? [])
            if left.count > 1 || right.count > 1 {
                ambiguous += 1
            } else if left.isEmpty {
                added += 1
                examples[0].append(RowDiff.Example(key: text(key), changes: [:]))
            }
        }
        counts = [added, removed, changed, equal, ambiguous]
        examples = examples.map { Array($0.prefix(10)) }
    }
}
