// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

@testable import DatasetVersioning

@Suite("Restoring, verifying, tags")
struct RestoreTests {
    private func folder(_ bench: Workbench) async throws {
        try bench.write("data/a.txt", Data("alpha".utf8))
        try bench.write("data/sub/b.txt", Data("beta".utf8))
        let script = try bench.write("data/sub/run.sh", Data("#!/bin/sh\n".utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        try await bench.datasets.snapshot("d", of: bench.path("data"))
    }

    @Test("some files, all files, and files that are there already")
    func partly() async throws {
        try await Workbench.use { bench in
            try await folder(bench)
            var some = RestoreOptions()
            some.paths = ["sub"]
            #expect(try await bench.datasets.restore("d", to: bench.path("out"), options: some).written == 2)
            #expect(!FileManager.default.fileExists(atPath: bench.path("out/a.txt")))
            #expect(FileManager.default.isExecutableFile(atPath: bench.path("out/sub/run.sh")))
            let rest = try await bench.datasets.restore("d", to: bench.path("out"))
            #expect((rest.written, rest.unchanged) == (1, 2))
            some.paths = ["su"]
            await #expect(throws: DatasetError.self) {
                try await bench.datasets.restore("d", to: bench.path("out"), options: some)
            }
        }
    }

    @Test("what stands in the way is not overwritten unless asked, and then nothing is written at all")
    func taken() async throws {
        try await Workbench.use { bench in
            try await folder(bench)
            try bench.write("out/sub/b.txt", Data("mine".utf8))
            let error = try await #require(throws: DatasetError.self) {
                try await bench.datasets.restore("d", to: bench.path("out"))
            }
            #expect(error.code == .destinationTaken)
            #expect(!FileManager.default.fileExists(atPath: bench.path("out/a.txt")))
            #expect(try bench.content("out/sub/b.txt") == Data("mine".utf8))
            var replacing = RestoreOptions()
            replacing.replaces = true
            try await bench.datasets.restore("d", to: bench.path("out"), options: replacing)
            #expect(try bench.content("out/sub/b.txt") == Data("beta".utf8))
        }
    }

    @Test("a symbolic link in the destination leads nothing astray")
    func link() async throws {
        try await Workbench.use { bench in
            try await folder(bench)
            try bench.write("elsewhere/keep.txt", Data("keep".utf8))
            try FileManager.default.createDirectory(
                atPath: bench.path("out"), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: bench.path("out/sub"), withDestinationPath: bench.path("elsewhere"))
            let error = try await #require(throws: DatasetError.self) {
                try await bench.datasets.restore("d", to: bench.path("out"))
            }
            #expect(error.code == .unsafePath)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: bench.path("elsewhere")) == ["keep.txt"])
        }
    }

    @Test(
        "a list of files that leads out of the destination is refused",
        arguments: ["../x", "/etc/x", "a//b", "a/./b", "a/../../b", "", "a/", "..", "a\0b"])
    func unsafePaths(path: String) async throws {
        #expect(!DatasetFile.isSafe(path))
        let store = InMemoryObjectStore()
        let content = try await ChunkStore(store).write { writer in
            let content = try await writer.add(Array("x".utf8))
            try await writer.commit()
            return content
        }
        let files = [DatasetFile(path: path, content: content, isExecutable: false, table: nil)]
        let lines = try Manifest.encode(files)
        #expect(throws: DatasetError.self) { try Manifest.decode(lines, of: "d@1") }
    }

    @Test("damaged data, lists and records are named, and nothing is restored from them")
    func damage() async throws {
        try await Workbench.use { bench in
            try await folder(bench)
            let pack = try #require(try await bench.store.listAll(prefix: "chunks/packs/").first)
            var bytes = try await bench.store.get(pack.key)
            let place = try #require(bytes.firstRange(of: Array("beta".utf8))?.lowerBound)
            bytes[place] ^= 1
            try await bench.store.put(bytes, at: pack.key)
            let datasets = DatasetStore(bench.store, options: bench.datasets.options)
            let report = try await datasets.verify("d")
            #expect(report.damaged.map(\.path) == ["sub/b.txt"])
            await #expect(throws: StoreError.self) { try await datasets.restore("d", to: bench.path("out")) }
            #expect(!FileManager.default.fileExists(atPath: bench.path("out/sub/b.txt")))

            try await bench.store.delete(pack.key)
            let lost = try await DatasetStore(bench.store, options: bench.datasets.options).verify("d")
            #expect(lost.damaged.map(\.path) == ["(the list of files)"])

            let record = try #require(try await bench.store.listAll(prefix: "datasets/d/versions/").first)
            try await bench.store.put(Array("{}".utf8), at: record.key)
            let error = try await #require(throws: StoreError.self) { try await datasets.version("d") }
            #expect(error.code == .corrupted)
        }
    }

    @Test("references name versions by number, tag and nothing")
    func references() async throws {
        try await Workbench.use { bench in
            let path = try bench.write("f.txt", Data("one".utf8))
            try await bench.datasets.snapshot("d", of: path)
            try bench.write("f.txt", Data("two".utf8))
            var derived = SnapshotOptions()
            derived.parents = ["d@1"]
            try await bench.datasets.snapshot("d", of: path, derived)
            try await bench.datasets.tag("d@1", as: "gold")
            #expect(try await bench.datasets.version("d@gold").number == 1)
            #expect(try await bench.datasets.version("d@latest").parents == ["d@1"])
            try await bench.datasets.tag("d", as: "gold")
            #expect(try await bench.datasets.tags(of: "d") == ["gold": 2])
            try await bench.datasets.removeTag("gold", from: "d")
            #expect(try await bench.datasets.tags(of: "d") == [:])
            try await bench.datasets.snapshot("a-first", of: path)
            #expect(try await bench.datasets.datasets() == ["a-first", "d"])
            for text in ["d@3", "d@gold", "none", "none@1"] {
                let error = await #expect(throws: DatasetError.self) {
                    try await bench.datasets.version(text)
                }
                #expect(error?.code == .notFound, "\(text)")
            }
            for text in ["", "@1", "d@", "d@0", "d@-1", "a/b", ".d", "d e"] {
                #expect(throws: DatasetError.self, "\(text)") { try DatasetReference(text) }
            }
            let missing = await #expect(throws: DatasetError.self) { try await bench.datasets.version("d@7") }
            #expect(missing?.description == "d@7: there is no such version; the latest is d@2")
        }
    }
}
