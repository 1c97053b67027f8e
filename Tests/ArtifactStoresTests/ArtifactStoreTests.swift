// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import MLOpsTesting
import TestSupport
import Testing

struct ArtifactStoreTests {
    @Test func aFolderIsPublishedAndRestored() async throws {
        try await withTemporaryFolder { folder in
            let source = try makeModel(in: folder)
            let store = InMemoryObjectStore()
            let artifacts = ArtifactStore(store, options: ChunkStoreTests.options)
            let version = try await artifacts.publish(
                "Flight delay/ü", contentsOf: source, metadata: ["framework": "lightgbm"])
            #expect(version.number == 1)
            #expect(version.kind == .folder)
            #expect(version.fileCount == 4)
            #expect(version.metadata == ["framework": "lightgbm"])
            #expect(version.size == 300_000 + 5 + 0 + 20_000)
            let files = try await artifacts.files(of: version)
            #expect(files.map(\.path) == ["empty", "model.txt", "tools/run", "weights/größe.bin"])
            #expect(files.map(\.isExecutable) == [false, false, true, false])
            let target = folder.appending(path: "restored").path
            // Another process.
            let other = ArtifactStore(store)
            try await other.restore(try await other.version("Flight delay/ü"), to: target)
            #expect(try listing(target) == listing(source))
            #expect(FileManager.default.isExecutableFile(atPath: target + "/tools/run"))
            #expect(try await other.names() == ["Flight delay/ü"])
            #expect(
                try await other.read("weights/größe.bin", of: version, range: 10..<20)
                    == Array(randomBytes(seed: 2, count: 300_000)[10..<20]))
        }
    }

    @Test func theSameAgainAddsNothing() async throws {
        try await withTemporaryFolder { folder in
            let source = try makeModel(in: folder)
            let store = InMemoryObjectStore()
            let artifacts = ArtifactStore(store)
            let first = try await artifacts.publish("m", contentsOf: source)
            let objects = try await store.listAll(prefix: "")
            #expect(try await ArtifactStore(store).publish("m", contentsOf: source) == first)
            #expect(try await store.listAll(prefix: "") == objects)
            // Other metadata make another version, but no data.
            let second = try await artifacts.publish("m", contentsOf: source, metadata: ["a": "b"])
            #expect(second.number == 2)
            #expect(second.digest == first.digest)
            #expect(
                try await store.listAll(prefix: "chunks/") == objects.filter { $0.key.hasPrefix("chunks/") })
        }
    }

    @Test func theDigestIsThatOfTheFilesInAnyStore() async throws {
        try await withTemporaryFolder { folder in
            let source = try makeModel(in: folder)
            let one = try await ArtifactStore(InMemoryObjectStore()).publish("a", contentsOf: source)
            let two = try await ArtifactStore(InMemoryObjectStore(), options: ChunkStoreTests.options)
                .publish("b", contentsOf: source)
            #expect(one.digest == two.digest)
            try Data([1]).write(to: URL(filePath: source + "/new"))
            let three = try await ArtifactStore(InMemoryObjectStore()).publish("a", contentsOf: source)
            #expect(one.digest != three.digest)
        }
    }

    @Test func oneFileIsRestoredAsThatFile() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "model.txt").path
            try Data("trees".utf8).write(to: URL(filePath: path))
            let artifacts = ArtifactStore(try LocalObjectStore(at: folder.appending(path: "store").path))
            let version = try await artifacts.publish("m", contentsOf: path)
            #expect(version.kind == .file)
            #expect(try await artifacts.read(of: version) == Array("trees".utf8))
            let target = folder.appending(path: "out.txt").path
            try await artifacts.restore(version, to: target, isDurable: true)
            #expect(try String(contentsOfFile: target, encoding: .utf8) == "trees")
        }
    }

    @Test func aliasesMoveAndKeepTheirHistory() async throws {
        try await withTemporaryFolder { folder in
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let path = folder.appending(path: "f").path
            for content in ["one", "two"] {
                try Data(content.utf8).write(to: URL(filePath: path))
                try await artifacts.publish("m", contentsOf: path)
            }
            try await artifacts.move("champion", of: "m", to: 1, from: .some(nil))
            try await artifacts.move("champion", of: "m", to: 2, from: 1)
            #expect(try await artifacts.version("m@champion").number == 2)
            let stale = await #expect(throws: StoreError.self) {
                try await artifacts.move("champion", of: "m", to: 1, from: 1)
            }
            #expect(stale?.code == .changed)
            try await artifacts.move("old", of: "m", to: 1)
            #expect(try await artifacts.aliases(of: "m") == ["champion": 2, "old": 1])
            try await artifacts.move("old", of: "m", to: nil)
            #expect(try await artifacts.aliases(of: "m") == ["champion": 2])
            #expect(try await artifacts.moves(of: "champion", of: "m").map(\.version) == [1, 2])
            for (alias, number) in [("x", 3), ("7", 1), ("a@b", 1), ("", 1)] {
                await #expect(throws: StoreError.self) {
                    try await artifacts.move(alias, of: "m", to: number)
                }
            }
            for reference in ["m@3", "m@0", "m@none", "n", "n@1", ""] {
                let error = await #expect(throws: StoreError.self) { try await artifacts.version(reference) }
                #expect(error?.code == .notFound || error?.code == .invalidKey)
            }
        }
    }

    @Test func retentionKeepsTheLatestAndTheNamed() async throws {
        try await withTemporaryFolder { folder in
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let path = folder.appending(path: "f").path
            for number in 1...6 {
                try Data("version \(number)".utf8).write(to: URL(filePath: path))
                try await artifacts.publish("m", contentsOf: path)
            }
            try await artifacts.move("champion", of: "m", to: 2)
            let policy = RetentionPolicy(latest: 2)
            #expect(
                try await artifacts.retire(versionsOf: "m", keeping: policy, isDryRun: true) == [1, 3, 4])
            #expect(try await artifacts.versions(of: "m").count == 6)
            #expect(
                try await artifacts.retire(
                    versionsOf: "m", keeping: RetentionPolicy(latest: 2, after: .distantPast)) == [])
            #expect(try await artifacts.retire(versionsOf: "m", keeping: policy) == [1, 3, 4])
            #expect(try await artifacts.versions(of: "m").map(\.number) == [2, 5, 6])
            let gone = await #expect(throws: StoreError.self) { try await artifacts.version("m@3") }
            #expect(gone?.code == .notFound)
            await #expect(throws: StoreError.self) { try await artifacts.move("x", of: "m", to: 1) }
            try Data("version 6".utf8).write(to: URL(filePath: path))
            #expect(try await artifacts.publish("m", contentsOf: path).number == 6)
        }
    }

    @Test func racingPublishersEachGetANumber() async throws {
        try await withTemporaryFolder { folder in
            let store = try LocalObjectStore(at: folder.appending(path: "store").path)
            let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<8 {
                    let path = folder.appending(path: "f\(writer)").path
                    try Data(randomBytes(seed: UInt64(writer), count: 40_000)).write(to: URL(filePath: path))
                    group.addTask { try await ArtifactStore(store).publish("m", contentsOf: path).number }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == Array(1...8))
            let artifacts = ArtifactStore(store)
            var contents: Set<Digest> = []
            for version in try await artifacts.versions(of: "m") {
                contents.insert(Digest(of: try await artifacts.read(of: version)))
            }
            #expect(contents.count == 8)
        }
    }

    @Test func symbolicLinksAreRefusedOrFollowed() async throws {
        try await withTemporaryFolder { folder in
            let source = try makeModel(in: folder)
            try FileManager.default.createSymbolicLink(
                atPath: source + "/link", withDestinationPath: "model.txt")
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let error = await #expect(throws: StoreError.self) {
                try await artifacts.publish("m", contentsOf: source)
            }
            #expect(error?.key == source + "/link")
            let version = try await artifacts.publish("m", contentsOf: source, symbolicLinks: .follow)
            #expect(try await artifacts.read("link", of: version) == artifacts.read("model.txt", of: version))
            try FileManager.default.createSymbolicLink(atPath: source + "/loop", withDestinationPath: ".")
            await #expect(throws: StoreError.self) {
                try await artifacts.publish("m", contentsOf: source, symbolicLinks: .follow)
            }
        }
    }

    @Test(arguments: [
        "../evil", "/etc/evil", "a/../../evil", "a//b", "", ".", "a/.", "a\0b",
        String(repeating: "x", count: 300),
    ])
    func pathsThatLeadOutAreRefused(path: String) async throws {
        try await withTemporaryFolder { folder in
            let chunks = ChunkStore(InMemoryObjectStore())
            let content = try await add([1], to: chunks)
            let target = folder.appending(path: "target").path
            for files in [[path], ["fine", path]] {
                let error = await #expect(throws: StoreError.self) {
                    try await chunks.restore(
                        files.map { StoredFile(path: $0, content: content) }, to: target)
                }
                #expect(error?.code == .invalidKey)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test(arguments: [["a", "a"], ["a", "a/b"], ["x/y/z", "x/y"]])
    func pathsThatCollideAreRefused(paths: [String]) async throws {
        try await withTemporaryFolder { folder in
            let chunks = ChunkStore(InMemoryObjectStore())
            let content = try await add([1], to: chunks)
            await #expect(throws: StoreError.self) {
                try await chunks.restore(
                    paths.map { StoredFile(path: $0, content: content) }, to: folder.path + "/t")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test func aSymbolicLinkInTheTargetIsNotFollowed() async throws {
        try await withTemporaryFolder { folder in
            let source = try makeModel(in: folder)
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let version = try await artifacts.publish("m", contentsOf: source)
            let outside = folder.appending(path: "outside").path
            let target = folder.appending(path: "target").path
            for path in [outside, target] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            try FileManager.default.createSymbolicLink(
                atPath: target + "/weights", withDestinationPath: outside)
            await #expect(throws: StoreError.self) { try await artifacts.restore(version, to: target) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: outside).isEmpty)
        }
    }

    @Test func namesThatDifferInLetterCaseAreRestoredWhereTheDiskTellsThemApart() async throws {
        try await withTemporaryFolder { folder in
            let chunks = ChunkStore(InMemoryObjectStore())
            let content = try await add([1], to: chunks)
            let target = folder.path + "/t"
            let files = ["a", "A", "é", "e\u{301}"].map { StoredFile(path: $0, content: content) }
            do {
                try await chunks.restore(files, to: target)
                #expect(try FileManager.default.contentsOfDirectory(atPath: target).count == 4)
            } catch let error as StoreError {
                #expect(error.code == .invalidKey)
                #expect(try FileManager.default.contentsOfDirectory(atPath: target).isEmpty)
            }
        }
    }

    @Test(arguments: [
        "Flight delay", "größe/1", ".hidden", "..", "a.b", "=41", "A", "a", "é", "e\u{301}", "a\0",
    ])
    func everyNameHasAKeyOfItsOwn(name: String) throws {
        let part = try ObjectKey.part(for: name)
        try ObjectKey.check(part)
        #expect(ObjectKey.name(ofPart: part)?.utf8.elementsEqual(name.utf8) == true)
        #expect(part == part.lowercased())
    }

    @Test(arguments: ["A", "=4", "=zz", "a=41=", "", ".a", "=61"])
    func otherPartsHaveNoName(part: String) {
        #expect(ObjectKey.name(ofPart: part) == nil)
    }

    private func makeModel(in folder: URL) throws -> String {
        let root = folder.appending(path: "model")
        let manager = FileManager.default
        for name in ["weights", "tools", "nothing/here"] {
            try manager.createDirectory(at: root.appending(path: name), withIntermediateDirectories: true)
        }
        try Data(randomBytes(seed: 2, count: 300_000)).write(to: root.appending(path: "weights/größe.bin"))
        try Data("trees".utf8).write(to: root.appending(path: "model.txt"))
        try Data().write(to: root.appending(path: "empty"))
        try Data(randomBytes(seed: 3, count: 20_000)).write(to: root.appending(path: "tools/run"))
        try manager.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: root.appending(path: "tools/run").path)
        return root.path
    }

    private func listing(_ root: String) throws -> [String: Data?] {
        var listing: [String: Data?] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
            listing[path] = FileManager.default.contents(atPath: root + "/" + path)
        }
        return listing
    }
}
