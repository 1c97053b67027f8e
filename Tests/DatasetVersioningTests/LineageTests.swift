// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import MLOpsTesting
import TestSupport
import Testing

@testable import DatasetVersioning

@Suite("Lineage, retention, reading in part")
struct LineageTests {
    @Test("a version leads to all it came from, across datasets, and each once")
    func lineage() async throws {
        try await Workbench.use { bench in
            let datasets = bench.datasets
            @discardableResult func make(_ name: String, _ parents: [String]) async throws -> DatasetVersion {
                let path = try bench.write("f.txt", Data("\(name) \(parents) \(UUID())".utf8))
                var options = SnapshotOptions()
                options.parents = parents
                return try await datasets.snapshot(name, of: path, options).version
            }
            try await make("raw", [])
            try await make("raw", ["raw@1"])
            try await make("weather", [])
            try await make("clean", ["raw@2"])
            try await make("joined", ["clean@1", "weather@1", "raw@2"])
            try await datasets.tag("joined@1", as: "gold")
            #expect(
                try await datasets.lineage(of: "joined@gold").map(\.reference)
                    == ["clean@1", "weather@1", "raw@2", "raw@1"])
            #expect(try await datasets.lineage(of: "raw@1").isEmpty)
            // A tag or the latest is written down as the number it meant then.
            try await make("later", ["joined@gold", "raw"])
            #expect(try await datasets.version("later").parents == ["joined@1", "raw@2"])
            // What was retired still tells where things came from.
            #expect(try await datasets.retire(versionsOf: "raw", keeping: RetentionPolicy(latest: 1)) == [1])
            #expect(try await datasets.lineage(of: "later").map(\.reference).last == "raw@1")
            try await bench.store.delete("datasets/raw/versions/00000000000000000001.json")
            let error = await #expect(throws: DatasetError.self) { try await datasets.lineage(of: "later") }
            #expect(error?.code == .notFound && error?.subject == "raw@1")
        }
    }

    @Test("retention keeps the latest, the tagged and the young, and collects what only the others held")
    func retention() async throws {
        try await Workbench.use { bench in
            let datasets = bench.datasets
            for number in 1...5 {
                try bench.write("d/own", Data(randomBytes(100_000, seed: UInt64(number))))
                try bench.write("d/shared", Data(randomBytes(100_000, seed: 99)))
                try await datasets.snapshot("d", of: bench.path("d"))
            }
            try await datasets.tag("d@2", as: "gold")
            let policy = RetentionPolicy(latest: 0)
            #expect(try await datasets.retire(versionsOf: "d", keeping: policy, isDryRun: true) == [1, 3, 4])
            #expect(try await datasets.log("d").count == 5)
            let young = RetentionPolicy(latest: 1, after: .distantPast)
            #expect(try await datasets.retire(versionsOf: "d", keeping: young) == [])
            #expect(try await datasets.retire(versionsOf: "d", keeping: policy) == [1, 3, 4])
            #expect(try await datasets.log("d").map(\.number) == [2, 5])
            let error = await #expect(throws: DatasetError.self) {
                try await datasets.restore("d@3", to: bench.path("o"))
            }
            #expect(error?.code == .notFound && error?.message.contains("retired") == true)
            await #expect(throws: DatasetError.self) { try await datasets.tag("d@3", as: "late") }
            var collection = CollectionPolicy()
            (collection.age, collection.delay, collection.trashAge) = (0, 0, 0)
            try await Task.sleep(for: .milliseconds(20))
            for _ in 0..<4 { _ = try await StoreMaintenance(bench.store).collectGarbage(collection) }
            let packs = try await bench.store.listAll(prefix: "chunks/packs/").reduce(0) { $0 + $1.size }
            #expect(packs < 330_000)
            for reference in ["d@2", "d@5"] {
                #expect(
                    try await DatasetStore(bench.store, options: datasets.options).verify(reference).isSound)
            }
            // The same files again are still the version that is kept, and a retired content comes back as a new one.
            #expect(try await !datasets.snapshot("d", of: bench.path("d")).isNew)
            try bench.write("d/own", Data(randomBytes(100_000, seed: 3)))
            #expect(try await datasets.snapshot("d", of: bench.path("d")).reference == "d@6")
            #expect(try await datasets.verify("d@6").isSound)
        }
    }

    @Test("a range of a large file fetches its chunks and nothing else")
    func ranges() async throws {
        let counting = FaultInjectingObjectStore(InMemoryObjectStore())
        try await Workbench.use(counting) { bench in
            let bytes = randomBytes(8_000_000, seed: 4)
            try bench.write("d/large", Data(bytes))
            try bench.write("d/other", Data(randomBytes(3_000_000, seed: 5)))
            try await bench.datasets.snapshot("d", of: bench.path("d"))
            let datasets = DatasetStore(counting, options: bench.datasets.options)
            _ = try await datasets.read("other", of: "d", range: 0..<1)
            let before = counting.calls.count
            let range = 4_000_000..<4_000_100
            #expect(try await datasets.read("large", of: "d", range: range) == Array(bytes[range]))
            let packs = counting.calls[before...].filter { $0.key.hasSuffix(".pack") }
            // The list of files, a list of parts, and the one or two chunks.
            #expect((1...3).contains(packs.count), "\(packs)")
            #expect(try await datasets.read("large", of: "d") == bytes)
            let missing = await #expect(throws: DatasetError.self) {
                try await datasets.read("none", of: "d")
            }
            #expect(missing?.code == .notFound && missing?.message.contains("'none'") == true)
            await #expect(throws: DatasetError.self) { try await datasets.read(of: "d") }
        }
    }

    @Test("a shuffled table is known to have the same rows")
    func shuffled() async throws {
        try await Workbench.use { bench in
            var rows = (0..<2_000).map { "\($0),\($0 % 7),name \($0 % 11)" }
            let path = try bench.write("t.csv", Data(("id,k,n\n" + rows.joined(separator: "\n") + "\n").utf8))
            let first = try await bench.datasets.snapshot("t", of: path).version
            var generator = SeededGenerator(seed: 1)
            rows.shuffle(using: &generator)
            try bench.write("t.csv", Data(("id,k,n\n" + rows.joined(separator: "\n") + "\n").utf8))
            let second = try await bench.datasets.snapshot("t", of: path).version
            #expect(first.digest != second.digest)
            #expect(first.rows != nil && first.rows == second.rows)
            rows[7] += "x"
            try bench.write("t.csv", Data(("id,k,n\n" + rows.joined(separator: "\n") + "\n").utf8))
            #expect(try await bench.datasets.snapshot("t", of: path).version.rows != first.rows)
        }
    }

    @Test("names that differ in case or accents come back apart, or nothing is restored")
    func collidingNames() async throws {
        try await Workbench.use { bench in
            let names = ["a.txt", "A.txt", "caf\u{e9}", "cafe\u{301}"]
            for name in names { try bench.write("d/" + name, Data(name.utf8)) }
            let kept = try FileManager.default.contentsOfDirectory(atPath: bench.path("d")).count
            try await bench.datasets.snapshot("d", of: bench.path("d"))
            do {
                let receipt = try await bench.datasets.restore("d", to: bench.path("out"))
                #expect(receipt.written == kept)
                #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).count == kept)
            } catch let error as DatasetError {
                #expect(error.code == .unsafePath)
            }
        }
    }

    @Test("equal files are taken from an earlier restore", arguments: FileReuse.Method.allCases)
    func reuse(method: FileReuse.Method) async throws {
        try await Workbench.use { bench in
            try bench.write("d/same", Data(randomBytes(50_000, seed: 1)))
            try bench.write("d/changed", Data("one".utf8))
            try await bench.datasets.snapshot("d", of: bench.path("d"))
            try await bench.datasets.restore("d", to: bench.path("first"))
            try bench.write("d/changed", Data("two".utf8))
            try await bench.datasets.snapshot("d", of: bench.path("d"))
            var options = RestoreOptions()
            options.reuse = FileReuse(bench.path("first"), by: method)
            let receipt = try await bench.datasets.restore("d", to: bench.path("second"), options: options)
            #expect(receipt.written == 2 && receipt.sources.fetched == 1)
            #expect(receipt.sources.linked == (method == .hardLink ? 1 : 0))
            #expect(try bench.content("second/same") == bench.content("d/same"))
            #expect(try bench.content("second/changed") == Data("two".utf8))
        }
    }
}
