// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

struct ExportTests {
    @Test(arguments: ExportFormat.allCases, [0, 2])
    func aVersionComesBackTheSame(format: ExportFormat, largeFiles: Int) async throws {
        try await withTemporaryFolder { folder in
            let source = try makeTree(in: folder, largeFiles: largeFiles)
            let artifacts = ArtifactStore(InMemoryObjectStore(), options: ChunkStoreTests.options)
            let version = try await artifacts.publish(
                "Flight delay/ü", contentsOf: source, metadata: ["a": "b\"ü"])
            let archive = folder.appending(path: "export").path
            try await artifacts.export(version, to: archive, as: format, isDurable: true)
            let back = try await ArtifactStore(InMemoryObjectStore()).publish("other", importing: archive)
            #expect(back.digest == version.digest)
            #expect(back.kind == .folder)
            #expect(back.fileCount == version.fileCount)
            #expect(back.metadata == (format == .folder ? [:] : version.metadata))
            #expect(try leftovers(folder).isEmpty)
        }
    }

    @Test(arguments: [ExportFormat.tar, .oci]) func theSameVersionGivesTheSameBytes(format: ExportFormat)
        async throws
    {
        try await withTemporaryFolder { folder in
            let source = try makeTree(in: folder, largeFiles: 1)
            let store = InMemoryObjectStore()
            let first = ArtifactStore(store, options: ChunkStoreTests.options)
            let version = try await first.publish("m", contentsOf: source)
            try await first.export(version, to: folder.path + "/0", as: format)
            try await ArtifactStore(store).export(version, to: folder.path + "/1", as: format)
            #expect(try contents(folder.path + "/0") == contents(folder.path + "/1"))
            guard format == .tar else { return }
            // Chunks and packs differ here, and so does the time.
            let other = ArtifactStore(InMemoryObjectStore())
            try await other.export(
                other.publish("other", contentsOf: source), to: folder.path + "/2", as: format)
            #expect(try contents(folder.path + "/0") == contents(folder.path + "/2"))
        }
    }

    #if os(Linux)
        @Test(arguments: ExportFormat.allCases, ["/proc/out", "/proc/none/out"])
        func aPlaceWhereNothingCanBeWrittenIsNamed(format: ExportFormat, place: String) async throws {
            try await withTemporaryFolder { folder in
                let source = try makeTree(in: folder, largeFiles: 1)
                let artifacts = ArtifactStore(InMemoryObjectStore())
                let version = try await artifacts.publish("m", contentsOf: source)
                let error = await #expect(throws: StoreError.self) {
                    try await artifacts.export(version, to: place, as: format)
                }
                let said = error.map { "\($0)" } ?? ""
                #expect(said.contains(place == "/proc/out" ? place : "/proc/none"))
                #expect(!said.contains(".exporting") && !said.contains(".restoring"), "\(said)")
            }
        }
    #endif

    @Test(arguments: ExportFormat.allCases) func oneFileComesBackAsAFile(format: ExportFormat) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "model.txt").path
            try Data("trees".utf8).write(to: URL(filePath: path))
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let version = try await artifacts.publish("m", contentsOf: path)
            let archive = folder.appending(path: "export").path
            try await artifacts.export(version, to: archive, as: format)
            let back = try await artifacts.publish("n", importing: archive, as: format)
            #expect(back.digest == version.digest)
            #expect(back.kind == (format == .folder ? .folder : .file))
        }
    }

    @Test(arguments: ExportFormat.allCases) func whatStandsThereStays(format: ExportFormat) async throws {
        try await withTemporaryFolder { folder in
            let source = try makeTree(in: folder, largeFiles: 0)
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let version = try await artifacts.publish("m", contentsOf: source)
            let target = folder.appending(path: "target").path
            try Data("mine".utf8).write(to: URL(filePath: target))
            let error = await #expect(throws: StoreError.self) {
                try await artifacts.export(version, to: target, as: format)
            }
            #expect(error?.code == .alreadyExists)
            #expect(error?.key == target)
            #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
            #expect(try leftovers(folder).isEmpty)
        }
    }

    @Test(arguments: ExportFormat.allCases) func aFailedExportLeavesNothing(format: ExportFormat) async throws
    {
        try await withTemporaryFolder { folder in
            let source = try makeTree(in: folder, largeFiles: 1)
            let store = InMemoryObjectStore()
            let artifacts = ArtifactStore(store, options: ChunkStoreTests.options)
            let version = try await artifacts.publish("m", contentsOf: source)
            let packs = try await store.listAll(prefix: "chunks/packs/")
            let last = try #require(packs.max { $0.size < $1.size })
            var pack = try await store.get(last.key)
            for index in stride(from: 200, to: pack.count, by: 1_000) { pack[index] ^= 1 }
            try await store.put(pack, at: last.key)
            let target = folder.appending(path: "target").path
            let error = await #expect(throws: StoreError.self) {
                try await ArtifactStore(store).export(version, to: target, as: format)
            }
            #expect(error?.code == .corrupted)
            #expect(error?.message.contains("mlops store") == true)
            #expect(!FileManager.default.fileExists(atPath: target))
            #expect(try leftovers(folder).isEmpty)
        }
    }

    @Test func manyFilesBecomeOneLayer() async throws {
        try await withTemporaryFolder { folder in
            let root = folder.appending(path: "many")
            for number in 0..<41 {
                let below = root.appending(path: "f\(number)")
                try FileManager.default.createDirectory(at: below, withIntermediateDirectories: true)
                for index in 0..<100 {
                    try Data("\(number) \(index)".utf8).write(to: below.appending(path: "\(index)"))
                }
            }
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let version = try await artifacts.publish("m", contentsOf: root.path)
            let target = folder.appending(path: "layout").path
            try await artifacts.export(version, to: target, as: .oci)
            let blobs = try FileManager.default.contentsOfDirectory(atPath: target + "/blobs/sha256")
            #expect(blobs.count == 3)
            #expect(try await artifacts.publish("n", importing: target).digest == version.digest)
        }
    }

    @Test func aLayoutNamesEachFileByItsDigest() async throws {
        try await withTemporaryFolder { folder in
            let source = try makeTree(in: folder, largeFiles: 1)
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let version = try await artifacts.publish(
                "m", contentsOf: source, metadata: ["format": "lightgbm"])
            let target = folder.appending(path: "layout").path
            try await artifacts.export(version, to: target, as: .oci)
            for name in try FileManager.default.contentsOfDirectory(atPath: target + "/blobs/sha256") {
                #expect(try Digest(ofFileAt: target + "/blobs/sha256/" + name).hexadecimal == name)
            }
            let index = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: target + "/index.json"))))
            let digest = try #require(index["manifests"]?.array?.first?["digest"]?.string)
            let manifest = try JSONValue(
                parsing: Array(
                    Data(contentsOf: URL(filePath: target + "/blobs/sha256/" + digest.dropFirst(7)))))
            #expect(manifest["artifactType"]?.string == "application/vnd.cncf.model.manifest.v1+json")
            #expect(manifest["config"]?["mediaType"]?.string == "application/vnd.cncf.model.config.v1+json")
            let types = manifest["layers"]?.array?.compactMap { $0["mediaType"]?.string } ?? []
            #expect(types.contains("application/vnd.cncf.model.weight.v1.raw"))
            #expect(types.contains("application/vnd.cncf.model.code.v1.raw"))
            #expect(types.count == version.fileCount + 1)
        }
    }
}

/// A folder with everything that is hard to keep: long and foreign names, an executable, empty files and folders.
func makeTree(in folder: URL, largeFiles: Int) throws -> String {
    let root = folder.appending(path: "tree")
    let manager = FileManager.default
    let long = String(repeating: "long-", count: 30) + "ä"
    for name in ["weights", "tools", "nothing/here", long + "/" + long] {
        try manager.createDirectory(at: root.appending(path: name), withIntermediateDirectories: true)
    }
    for number in 0..<largeFiles {
        let bytes = randomBytes(seed: UInt64(number), count: 1_300_000 + number)
        try Data(bytes).write(to: root.appending(path: "weights/größe\(number).bin"))
    }
    try Data("trees".utf8).write(to: root.appending(path: "model.txt"))
    try Data("trees".utf8).write(to: root.appending(path: "the same.txt"))
    try Data().write(to: root.appending(path: "empty"))
    try Data("deep".utf8).write(to: root.appending(path: long + "/" + long + "/file"))
    let split = String(repeating: "x", count: 90)
    try manager.createDirectory(at: root.appending(path: split), withIntermediateDirectories: true)
    try Data("split".utf8).write(to: root.appending(path: split + "/" + split))
    try Data(randomBytes(seed: 3, count: 20_000)).write(to: root.appending(path: "tools/run"))
    try manager.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: root.appending(path: "tools/run").path)
    return root.path
}

/// What unfinished work would have left in a folder.
func leftovers(_ folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
        $0.contains(".exporting-") || $0.contains(".restoring-")
    }
}

private func contents(_ path: String) throws -> [String: Data] {
    guard isFolder(path) == true else { return ["": try Data(contentsOf: URL(filePath: path))] }
    var contents: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
        contents[name] = FileManager.default.contents(atPath: path + "/" + name)
    }
    return contents
}
