// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import TableReading
import TestSupport
import Testing

@testable import DatasetVersioning

@Suite("Differences and fingerprints")
struct DifferenceTests {
    private func csv(_ rows: [String]) -> Data {
        Data((["id,city,temp"] + rows).joined(separator: "\n").utf8)
    }

    @Test("rows with a key are compared column by column")
    func keyed() async throws {
        try await Workbench.use { bench in
            let path = try bench.write(
                "t.csv", csv(["1,Rome,10", "2,Oslo,5", "3,Bern,7", "4,Wien,8", "9,x,1", "9,y,2"]))
            try await bench.datasets.snapshot("t", of: path)
            try bench.write("t.csv", csv(["4,Wien,8.0", "3,Bern,9.5", "2,Osló,6", "5,Prag,1", "9,x,1"]))
            try await bench.datasets.snapshot("t", of: path)
            let diff = try await bench.datasets.diff("t@1", "t@2", key: ["id"])
            let rows = try #require(diff.rows)
            #expect((rows.added, rows.removed, rows.changed, rows.equal) == (1, 1, 2, 1))
            #expect(rows.columnChanges == ["temp": 2, "city": 1])
            #expect(rows.ambiguous == 3)
            #expect(rows.addedExamples.map(\.key) == [["5"]])
            #expect(rows.removedExamples.map(\.key) == [["1"]])
            let oslo = try #require(rows.changedExamples.first { $0.key == ["2"] })
            #expect(oslo.changes == ["city": ["Oslo", "Osló"], "temp": ["5", "6"]])
            #expect(diff.schema?.retyped.map(\.name) == ["temp"])
            #expect(diff.schema?.isCompatible == true)
            #expect(diff.hasEqualRows == false)
            await #expect(throws: TableError.self) {
                try await bench.datasets.diff("t@1", "t@2", key: ["no"])
            }
        }
    }

    @Test("rows without a key are compared as a multiset, and a shuffle is recognised")
    func keyless() async throws {
        try await Workbench.use { bench in
            let rows = (0..<500).map { "\($0 % 50),c\($0 % 7),\(Double($0) / 4)" }
            let path = try bench.write("t.csv", csv(rows))
            try await bench.datasets.snapshot("t", of: path)
            var random = SeededGenerator(seed: 4)
            try bench.write("t.csv", csv(rows.shuffled(using: &random)))
            try await bench.datasets.snapshot("t", of: path)
            let shuffled = try await bench.datasets.diff("t@1", "t@2")
            #expect(shuffled.hasEqualRows == true && shuffled.changedFiles.map(\.hasEqualRows) == [true])
            #expect(shuffled.rows.map { [$0.added, $0.removed, $0.equal] } == [0, 0, 500])
            try bench.write("t.csv", csv(rows.dropFirst(3) + ["7,new,1", rows[10], rows[10]]))
            try await bench.datasets.snapshot("t", of: path)
            let diff = try await bench.datasets.diff("t@2", "t@3")
            #expect(diff.rows.map { [$0.added, $0.removed, $0.equal] } == [3, 3, 497])
        }
    }

    @Test("files and columns")
    func files() async throws {
        try await Workbench.use { bench in
            try bench.write("data/a.csv", csv(["1,Rome,10"]))
            try bench.write("data/b.csv", csv(["2,Oslo,5"]))
            try bench.write("data/same.csv", csv(["8,x,1", "9,y,2"]))
            try await bench.datasets.snapshot("d", of: bench.path("data"))
            try FileManager.default.removeItem(atPath: bench.path("data/b.csv"))
            try bench.write("data/a.csv", csv(["1,Rome,11"]))
            try bench.write("data/c.csv", csv(["2,Oslo,5"]))
            try await bench.datasets.snapshot("d", of: bench.path("data"))
            let diff = try await bench.datasets.diff("d@1", "d@2", key: ["id"])
            #expect((diff.addedFiles, diff.removedFiles) == (["c.csv"], ["b.csv"]))
            #expect(diff.changedFiles.map(\.path) == ["a.csv"])
            #expect(diff.equalFileCount == 1)
            #expect(diff.schema?.isEmpty == true)
            #expect(diff.rows.map { [$0.added, $0.removed, $0.changed, $0.equal] } == [0, 0, 1, 3])
            let schema = SchemaDiff(
                before: ["a": .integer, "b": .string, "c": .double],
                now: ["c": .string, "a": .double, "d": .boolean])
            #expect(schema.added.map(\.name) == ["d"] && schema.removed.map(\.name) == ["b"])
            #expect(schema.retyped.map(\.isWidening) == [true, false])
            #expect(schema.isReordered && !schema.isCompatible)
        }
    }

    @Test("a fingerprint is blind to order and spelling, and to nothing else")
    func fingerprints() throws {
        func print(_ text: String, _ name: String = "t.csv") throws -> RowFingerprint {
            RowFingerprint(of: try Table(parsing: Array(text.utf8), name: name))
        }
        let base = try print("a,b\n1,x\n2.5,y\n,z\n")
        #expect(try base == print("b,a\nz,NA\ny,2.50\nx,1.0\n"))
        #expect(
            try base
                == print(#"{"b":"x","a":1}"# + "\n" + #"{"a":2.5,"b":"y"}"# + "\n" + #"{"b":"z"}"#, "t.jsonl")
        )
        for other in [
            "a,b\n1,x\n2.5,y\n,w\n", "a,b\n1,x\n2.5,y\n", "a,b\n1,y\n2.5,x\n,z\n", "a,c\n1,x\n2.5,y\n,z\n",
            "b,a\n1,x\n2.5,y\n,z\n",
            "a,b\n1,x\n1,x\n2.5,y\n,z\n",
        ] { #expect(try base != print(other), "\(other)") }
        let parts = try print("a,b\n1,x\n") + print("a,b\n2.5,y\n,z\n")
        #expect(parts == base)
        #expect(parts.description.count == 32)
    }

    @Test("no two of many rows have the same hash")
    func collisions() throws {
        let table = try Table([
            Column("a", integers: (0..<20_000).map { Int64($0 / 100) }),
            Column("b", integers: (0..<20_000).map { Int64($0 % 100) }),
        ])
        let hashes = RowHashes.hashes(of: table)
        #expect(Set(hashes).count == 20_000)
        #expect(Set(hashes.map { UInt64(truncatingIfNeeded: $0) }).count == 20_000)
    }
}
