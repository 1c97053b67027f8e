// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

/// Stores that earlier programs wrote must be read, and written to, for ever.
struct GoldenStoreTests {
    static let names = ["format-1"]

    @Test(arguments: names) func everyVersionIsReadAndRestored(name: String) async throws {
        try await withGoldenStore(name) { store, expected, folder in
            let artifacts = ArtifactStore(store)
            var count = 0
            for (reference, version) in try #require(expected["artifacts"]).members {
                let found = try await artifacts.version(reference)
                #expect(found.digest.description == version["digest"]?.string)
                #expect(found.kind.rawValue == version["kind"]?.string)
                #expect(found.metadata == version["metadata"]?.members.mapValues { $0.string ?? "" })
                try await artifacts.verify(found)
                let target = folder.appending(path: "restored\(count)").path
                try await artifacts.restore(found, to: target)
                let files = try #require(version["files"]).members
                #expect(found.fileCount == files.count)
                for (path, file) in files {
                    let path = found.kind == .file ? target : target + "/" + path
                    #expect(try Digest(ofFileAt: path).hexadecimal == file["sha256"]?.string)
                    #expect(
                        FileManager.default.isExecutableFile(atPath: path)
                            == (file["executable"] == .bool(true)))
                }
                count += 1
            }
            #expect(count >= 5)
            for (name, aliases) in try #require(expected["aliases"]).members {
                #expect(
                    try await artifacts.aliases(of: name)
                        == aliases.members.mapValues { Int($0.integer ?? 0) })
            }
            for reference in try #require(expected["retired"]?.array).compactMap(\.string) {
                let error = await #expect(throws: StoreError.self) { try await artifacts.version(reference) }
                #expect(error?.code == .notFound && error?.message.contains("retired") == true)
            }
        }
    }

    @Test(arguments: names) func itIsSound(name: String) async throws {
        try await withGoldenStore(name) { store, _, _ in
            let report = try await StoreMaintenance(store).check(dataShare: 1)
            #expect(report.isSound, "\(report.problems)")
            #expect(report.problems.isEmpty)
            #expect(report.packsRead == report.packs && report.packs > 5)
        }
    }

    /// Whoever adds to an old store cuts as it was begun: the same files are the same version.
    @Test(arguments: names) func theSameFilesAddNothing(name: String) async throws {
        try await withGoldenStore(name) { store, expected, folder in
            let artifacts = ArtifactStore(store)
            let latest = try await artifacts.version("Flight delay/ü")
            let target = folder.appending(path: "restored").path
            try await artifacts.restore(latest, to: target)
            let objects = try await store.listAll(prefix: "").map(\.key)
            #expect(try await ArtifactStore(store).publish("Flight delay/ü", contentsOf: target) == latest)
            #expect(try await store.listAll(prefix: "").map(\.key) == objects)
            // A large one is cut into the very same chunks, and its list of parts too.
            let record = try await store.get("datasets/long/versions/00000000000000000002.json")
            let manifest = try #require(try JSONValue(parsing: record)["record"]?["manifest"])
            let chunks = ChunkStore(store)
            let lines = try await chunks.read(try #require(StoredContent(json: manifest))).split(
                separator: 0x0a)
            let line = try JSONValue(parsing: Array(try #require(lines.last)))
            let content = try #require(line["content"].flatMap { StoredContent(json: $0) })
            let bytes = try await chunks.read(content)
            let again = try await chunks.write { writer in
                let again = try await writer.add(bytes)
                #expect(writer.receipt.newChunks == 0)
                return again
            }
            #expect(again == content)
        }
    }

    @Test(arguments: names) func itIsExtendedAndCollected(name: String) async throws {
        try await withGoldenStore(name) { store, expected, folder in
            let artifacts = ArtifactStore(store)
            let path = folder.appending(path: "new").path
            try Data(randomBytes(seed: 1, count: 300_000)).write(to: URL(filePath: path))
            #expect(try await artifacts.publish("log", contentsOf: path).number == 4)
            var policy = CollectionPolicy()
            (policy.age, policy.delay) = (0, 0)
            for _ in 0..<2 { _ = try await StoreMaintenance(store).collectGarbage(policy) }
            for reference in try #require(expected["artifacts"]).members.keys {
                try await ArtifactStore(store).verify(ArtifactStore(store).version(reference))
            }
            #expect(try await StoreMaintenance(store).check(dataShare: 1).isSound)
        }
    }

    /// A store of a later version is refused by name, whatever is tried, and left as it is.
    @Test(arguments: names, [false, true])
    func aLaterFormatIsRefused(name: String, hasOtherMembers: Bool) async throws {
        try await withGoldenStore(name) { store, _, folder in
            let old = ArtifactStore(store)
            let version = try await old.version("one")
            let description = String(decoding: try await store.get("chunks/format.json"), as: UTF8.self)
            // Nothing but its name and its number can be expected of a later one.
            let later =
                hasOtherMembers
                ? #"{"format":"swift-mlops chunk store","version":7,"layout":[1,2]}"#
                : description.replacingOccurrences(of: "\"version\":1", with: "\"version\":7")
            try await store.put(Array(later.utf8), at: "chunks/format.json")
            let objects = try await store.listAll(prefix: "").map(\.key)
            let path = folder.appending(path: "file").path
            try Data("new".utf8).write(to: URL(filePath: path))
            let actions: [@Sendable () async throws -> Void] = [
                { _ = try await ArtifactStore(store).read(of: version) },
                { try await ArtifactStore(store).restore(version, to: folder.path + "/restored") },
                { try await ArtifactStore(store).verify(version) },
                { try await ArtifactStore(store).export(version, to: folder.path + "/exported", as: .tar) },
                { try await ArtifactStore(store).publish("one", contentsOf: path) },
                { _ = try await StoreMaintenance(store).collectGarbage() },
                { _ = try await StoreMaintenance(store).repair() },
            ]
            for (number, action) in actions.enumerated() {
                let error = await #expect(throws: StoreError.self, "\(number)") { try await action() }
                #expect(error?.code == .unsupportedFormat)
                #expect(error?.key == "chunks/format.json")
                #expect(error?.message.contains("version 7") == true)
                #expect(error?.message.contains("this program knows version 1; use a newer one") == true)
            }
            let problems = try await StoreMaintenance(store).check().problems
            #expect(problems.contains { $0.key == "chunks/format.json" && $0.message.contains("version 7") })
            #expect(try await store.listAll(prefix: "").map(\.key) == objects)
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/restored"))
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/exported"))
        }
    }
}

/// Gives a copy of a golden store to the body, with what it should hold and a folder to work in.
func withGoldenStore(
    _ name: String, _ body: (LocalObjectStore, JSONValue, URL) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let golden = fixtures.appending(path: "ArtifactStores/" + name)
        let copy = folder.appending(path: "store")
        try FileManager.default.copyItem(at: golden.appending(path: "store"), to: copy)
        let expected = try JSONValue(
            parsing: Array(Data(contentsOf: golden.appending(path: "expected.json"))))
        try await body(try LocalObjectStore(at: copy.path), expected, folder)
    }
}

extension JSONValue {
    fileprivate var members: [String: JSONValue] {
        if case .object(let members) = self { members } else { [:] }
    }
}
