// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import DataContracts
import Foundation
import MLOpsTesting
import TableReading
import TestSupport
import Testing

@testable import DatasetVersioning

@Suite("Snapshots")
struct SnapshotTests {
    @Test("a file is kept with its rows, schema, profile and origin, and comes back byte for byte")
    func file() async throws {
        try await Workbench.use { bench in
            let source = fixtures.appending(path: "TableReading/flights.csv.gz")
            let snapshot = try await bench.datasets.snapshot("flights", of: source.path, message: "June")
            #expect(snapshot.isNew && snapshot.reference == "flights@1" && snapshot.filesRead == 1)
            let version = try await bench.datasets.version("flights")
            #expect(version == snapshot.version)
            #expect(version.rowCount == 2_466)
            #expect(version.schema?["carrier"] == .string)
            #expect((version.message, version.author, version.fileCount) == ("June", "tester", 1))
            #expect(version.source == source.path)
            let profile = try #require(try await bench.datasets.profile(of: version))
            #expect(profile == (try Table(contentsOf: source.path)).profile)
            let receipt = try await bench.datasets.restore("flights@1", to: bench.path("out/june.csv.gz"))
            #expect(receipt.written == 1)
            #expect(try bench.content("out/june.csv.gz") == Data(contentsOf: source))
            #expect(try await bench.datasets.verify("flights").isSound)
            #expect(try await bench.datasets.table("flights").rowCount == 2_466)
        }
    }

    @Test("the same again is the same version and adds not one byte to the store")
    func unchanged() async throws {
        try await Workbench.use { bench in
            let path = try bench.write("data/a.csv", Data("x,y\n1,a\n2,b\n".utf8))
            try bench.write("data/sub/b.bin", Data(randomBytes(300_000, seed: 1)))
            let first = try await bench.datasets.snapshot("d", of: bench.path("data"))
            let before = try await bench.store.listAll(prefix: "")
            // Once by stamps, once by content where the stamps are not believed, once with a cache that is damaged.
            let second = try await bench.datasets.snapshot("d", of: bench.path("data"))
            #expect((second.isNew, second.filesRead, second.version) == (false, 0, first.version))
            try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
            let third = try await bench.datasets.snapshot("d", of: bench.path("data"))
            #expect((third.isNew, third.filesRead, third.version) == (false, 1, first.version))
            for file in try FileManager.default.contentsOfDirectory(atPath: bench.path("cache")) {
                try Data("rubbish".utf8).write(to: bench.folder.appending(path: "cache/" + file))
            }
            let fourth = try await bench.datasets.snapshot("d", of: bench.path("data"))
            #expect((fourth.isNew, fourth.filesRead) == (false, 2))
            let after = try await bench.store.listAll(prefix: "")
            #expect(before.map(\.key) == after.map(\.key))
            #expect(before.map(\.size) == after.map(\.size))
            var forced = SnapshotOptions()
            forced.isForced = true
            #expect(try await bench.datasets.snapshot("d", of: bench.path("data"), forced).reference == "d@2")
        }
    }

    @Test("a change of content with the same size and the old modification time is seen")
    func disguised() async throws {
        try await Workbench.use { bench in
            let path = try bench.write("f.bin", Data("before".utf8))
            let date = Date(timeIntervalSince1970: 1_000_000_000)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
            try await Task.sleep(for: .milliseconds(12))
            try await bench.datasets.snapshot("d", of: path)
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.write(contentsOf: Data("after!".utf8))
            try handle.close()
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
            #expect(try await bench.datasets.snapshot("d", of: path).isNew)
        }
    }

    @Test("what was written in the tick of the look is read again")
    func racy() async throws {
        try await Workbench.use { bench in
            let path = try bench.write("f.bin", Data("before".utf8))
            var options = bench.datasets.options
            options.clockGranularity = 2_000_000_000
            let datasets = DatasetStore(bench.store, options: options)
            try await datasets.snapshot("d", of: path)
            #expect(try await datasets.snapshot("d", of: path).filesRead == 1)
        }
    }

    @Test("a folder shares what is equal between versions and reads only what changed")
    func sharing() async throws {
        try await Workbench.use { bench in
            for index in 0..<5 {
                try bench.write("data/\(index).bin", Data(randomBytes(400_000, seed: UInt64(index))))
            }
            let first = try await bench.datasets.snapshot("d", of: bench.path("data"))
            var changed = randomBytes(400_000, seed: 2)
            changed.insert(7, at: 200_000)
            try bench.write("data/2.bin", Data(changed))
            let second = try await bench.datasets.snapshot("d", of: bench.path("data"))
            #expect(second.isNew && second.filesRead == 1)
            #expect(second.receipt.newBytes < 300_000)
            #expect(first.version.newBytes >= 2_000_000)
            try await bench.datasets.restore("d@1", to: bench.path("one"))
            try await bench.datasets.restore("d@2", to: bench.path("two"))
            #expect(try bench.content("one/2.bin") == Data(randomBytes(400_000, seed: 2)))
            #expect(try bench.content("two/2.bin") == Data(changed))
            #expect(try await bench.datasets.log("d").map(\.number) == [1, 2])
        }
    }

    @Test("several tables are described together, with the types that hold for all")
    func tables() async throws {
        try await Workbench.use { bench in
            try bench.write("data/a.csv", Data("x,y\n1,a\n2,b\n".utf8))
            try bench.write("data/b.csv", Data("y,x\nc,2.5\n".utf8))
            try bench.write("data/notes.txt", Data("x".utf8))
            let version = try await bench.datasets.snapshot("d", of: bench.path("data")).version
            #expect(version.rowCount == 3)
            #expect(version.schema == ["x": .double, "y": .string])
            let profile = try #require(try await bench.datasets.profile(of: version))
            #expect(profile.column("x")?.moments.maximum == 2.5)
            #expect(try await bench.datasets.table("d").rowCount == 3)
            try bench.write("data/c.csv", Data("z\n\"open\n".utf8))
            let broken = try await bench.datasets.snapshot("d", of: bench.path("data"))
            #expect(broken.notes.count == 1 && broken.notes[0].contains("c.csv"))
            #expect(broken.version.rowCount == 3)
        }
    }

    @Test("a table in memory becomes a CSV file that reads back to it")
    func memory() async throws {
        try await Workbench.use { bench in
            let table = try Table([
                Column("s", strings: ["a,b", "\"q\"", "NA", nil, "", "x\ny"]),
                Column("d", doubles: [0.1, 1e300, .nan, -0.0, 3, 1e-7]),
                Column("b", booleans: [true, nil, false, true, true, true]),
                Column("t", timestamps: [0, nil, 1, 2, 3, 1_500_000]),
            ])
            try await bench.datasets.snapshot("t", of: table, message: "made")
            let back = try await bench.datasets.table("t")
            #expect(back.columns.map(\.strings) == (try Table(parsing: table.csv())).columns.map(\.strings))
            #expect(try back["s"].strings == ["a,b", "\"q\"", "NA", nil, nil, "x\ny"])
            #expect(
                try back["d"].doubles.map(\.description) == ["0.1", "1e+300", "nan", "-0.0", "3.0", "1e-07"])
        }
    }

    @Test("what cannot be kept is refused with its path")
    func badSources() async throws {
        try await Workbench.use { bench in
            try bench.write("data/a.txt", Data("x".utf8))
            try FileManager.default.createSymbolicLink(
                atPath: bench.path("data/link"), withDestinationPath: bench.path("data/a.txt"))
            let error = try await #require(throws: DatasetError.self) {
                try await bench.datasets.snapshot("d", of: bench.path("data"))
            }
            #expect(error.code == .badSource && error.subject?.hasSuffix("data/link") == true)
            var follows = SnapshotOptions()
            follows.followsLinks = true
            #expect(
                try await bench.datasets.snapshot("d", of: bench.path("data"), follows).version.fileCount == 2
            )
            try FileManager.default.createSymbolicLink(
                atPath: bench.path("data/circle"), withDestinationPath: bench.path("data"))
            await #expect(throws: DatasetError.self) {
                try await bench.datasets.snapshot("d", of: bench.path("data"), follows)
            }
            await #expect(throws: DatasetError.self) {
                try await bench.datasets.snapshot("d", of: bench.path("none"))
            }
            await #expect(throws: DatasetError.self) {
                try await bench.datasets.snapshot("../evil", of: bench.path("data/a.txt"))
            }
            var orphan = SnapshotOptions()
            orphan.parents = ["nothing@3"]
            await #expect(throws: DatasetError.self) {
                try await bench.datasets.snapshot("d", of: bench.path("data/a.txt"), orphan)
            }
        }
    }

    @Test(
        "a store that fails at any call leaves no version in part, and the next try succeeds",
        arguments: 1..<40)
    func faults(call: Int) async throws {
        let base = InMemoryObjectStore()
        try await Workbench.use(FaultInjectingObjectStore(base, .fail(.unavailable), atCall: call)) { bench in
            try bench.write("data/a.csv", Data("x\n1\n".utf8))
            try bench.write("data/b.bin", Data(randomBytes(50_000, seed: 9)))
            do { try await bench.datasets.snapshot("d", of: bench.path("data")) } catch is StoreError {}
            let sound = DatasetStore(base, options: bench.datasets.options)
            if let versions = try? await sound.log("d") {
                for version in versions { #expect(try await sound.verify(version.reference).isSound) }
            }
            let again = try await sound.snapshot("d", of: bench.path("data"))
            #expect(again.reference == "d@1")
            #expect(try await sound.verify("d").isSound)
        }
    }

    @Test("eight writers at once make eight versions and lose none")
    func racing() async throws {
        try await Workbench.use { bench in
            for index in 0..<8 { try bench.write("f\(index)", Data(randomBytes(2_000, seed: UInt64(index)))) }
            try await withThrowingTaskGroup { group in
                for index in 0..<8 {
                    group.addTask {
                        try await DatasetStore(bench.store, options: bench.datasets.options)
                            .snapshot("d", of: bench.path("f\(index)"))
                    }
                }
                try await group.waitForAll()
            }
            let versions = try await bench.datasets.log("d")
            #expect(versions.map(\.number) == Array(1...8))
            #expect(Set(versions.map(\.digest)).count == 8)
            for version in versions { #expect(try await bench.datasets.verify(version.reference).isSound) }
        }
    }
}
