// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import MLOpsTesting
import Synchronization
import TestSupport
import Testing

/// What is damaged, hostile or refused: the message says what, where and how to mend it; nothing is published, nothing lost.
struct BadInputTests {
    private let store = InMemoryObjectStore()

    /// A version of two files, one of them large.
    private func publish(in folder: URL) async throws -> ArtifactVersion {
        let source = folder.appending(path: "source")
        try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
        try Data(randomBytes(seed: 1, count: 100_000)).write(to: source.appending(path: "large"))
        try Data("small".utf8).write(to: source.appending(path: "small"))
        return try await ArtifactStore(store, options: ChunkStoreTests.options).publish(
            "m", contentsOf: source.path)
    }

    @Test(arguments: [100, -1]) func aDamagedPack(place: Int) async throws {
        try await withTemporaryFolder { folder in
            let version = try await publish(in: folder)
            let pack = try #require(
                try await store.listAll(prefix: "chunks/packs/").max { $0.size < $1.size }?.key)
            var bytes = try await store.get(pack)
            bytes[place < 0 ? bytes.count + place : place] ^= 1
            try await store.put(bytes, at: pack)
            let before = try await contents(of: store)
            let target = folder.path + "/restored"
            let error = await #expect(throws: StoreError.self) {
                try await ArtifactStore(store).restore(version, to: target)
            }
            #expect(error?.code == .corrupted)
            #expect(error?.key == pack)
            #expect(error?.location == store.location)
            #expect(error?.message.contains("'mlops store repair' finds what can be saved") == true)
            #expect(!FileManager.default.fileExists(atPath: target + "/large"))
            #expect(try leftovers(folder).isEmpty)
            #expect(try await contents(of: store) == before)
        }
    }

    @Test func aTruncatedManifest() async throws {
        try await withTemporaryFolder { folder in
            let version = try await publish(in: folder)
            try await rewriteManifest { Array($0.dropLast(30)) }
            let error = await #expect(throws: StoreError.self) {
                try await ArtifactStore(store).restore(
                    ArtifactStore(store).version("m"), to: folder.path + "/restored")
            }
            #expect(error?.code == .corrupted)
            #expect(error?.key == version.description)
            #expect(error?.location == store.location)
            #expect(
                error?.message.contains("list of files cannot be read; 'mlops store check' tells") == true)
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/restored"))
        }
    }

    @Test(arguments: ["../evil", "/etc/evil", "a/../../evil"]) func aManifestThatNamesAPathOutside(
        path: String
    ) async throws {
        try await withTemporaryFolder { folder in
            _ = try await publish(in: folder)
            try await rewriteManifest { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                return Array(
                    text.replacingOccurrences(of: "\"path\":\"small\"", with: "\"path\":\"\(path)\"").utf8)
            }
            let artifacts = ArtifactStore(store)
            let version = try await artifacts.version("m")
            let below = folder.appending(path: "x/y").path
            for format in ExportFormat.allCases {
                let error = await #expect(throws: StoreError.self) {
                    try await artifacts.export(version, to: below, as: format)
                }
                #expect(error?.code == .invalidKey && error?.key == path)
            }
            let error = await #expect(throws: StoreError.self) {
                try await artifacts.restore(version, to: below)
            }
            #expect(error?.code == .invalidKey && error?.key == path)
            #expect(error?.message.contains("leads out of its folder") == true)
            #expect(error?.message.contains("nothing was written") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["source"])
        }
    }

    /// A version's list of files may not be replaced by another sound one either.
    @Test func aListOfFilesThatIsNotTheOnePublished() async throws {
        try await withTemporaryFolder { folder in
            let version = try await publish(in: folder)
            try await rewriteManifest { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                return Array(
                    text.replacingOccurrences(of: "\"path\":\"small\"", with: "\"path\":\"other\"").utf8)
            }
            let artifacts = ArtifactStore(store)
            let error = await #expect(throws: StoreError.self) {
                try await artifacts.verify(artifacts.version("m"))
            }
            #expect(error?.code == .corrupted && error?.key == version.description)
            #expect(error?.message.contains("not the one that was published") == true)
        }
    }

    /// The keys that were read.
    private final class FirstReads: Sendable {
        private let keys = Mutex<Set<String>>([])

        func isFirst(_ key: String) -> Bool { keys.withLock { $0.insert(key).inserted } }
    }

    @Test func aServerThatSendsOtherBytes() async throws {
        try await withTemporaryFolder { folder in
            let version = try await publish(in: folder)
            // Once may be the network: what was sent is read again.
            let first = FirstReads()
            let packs = FaultInjectingObjectStore(store) { call in
                call.operation == .get && call.key.hasSuffix(".pack") && first.isFirst(call.key)
                    ? .flipBit(4_000) : nil
            }
            try await ArtifactStore(packs).restore(version, to: folder.path + "/first")
            #expect(
                try Digest(ofFileAt: folder.path + "/first/large")
                    == Digest(of: randomBytes(seed: 1, count: 100_000)))
            let always = FaultInjectingObjectStore(store) { call in
                call.operation == .get && call.key.hasSuffix(".pack") ? .flipBit(4_000) : nil
            }
            let error = await #expect(throws: StoreError.self) {
                try await ArtifactStore(always).restore(version, to: folder.path + "/second")
            }
            #expect(error?.code == .corrupted)
            #expect(error?.key?.hasSuffix(".pack") == true)
            #expect(error?.message.contains("does not hold the chunk") == true)
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/second/large"))
        }
    }

    /// An expired credential, a bucket that is gone, a full disk, a server that is down: at any call.
    @Test(arguments: [StoreError.Code.permissionDenied, .invalidArgument, .outOfSpace, .unavailable])
    func aStoreThatRefuses(code: StoreError.Code) async throws {
        try await withTemporaryFolder { folder in
            let first = try await publish(in: folder)
            let source = folder.path + "/source"
            try Data("changed".utf8).write(to: URL(filePath: source + "/small"))
            var isDone = false
            for number in 1..<200 where !isDone {
                let faulty = FaultInjectingObjectStore(store) { $0.number >= number ? .fail(code) : nil }
                do {
                    _ = try await ArtifactStore(faulty).publish("m", contentsOf: source)
                    isDone = true
                } catch let error as StoreError {
                    #expect(error.code == code)
                    #expect(error.location == store.location)
                }
                let artifacts = ArtifactStore(store)
                try await artifacts.verify(first)
                let versions = try await artifacts.versions(of: "m")
                for version in versions { try await artifacts.verify(version) }
                #expect(versions.count <= 2)
                if versions.count == 2 { break }
            }
            #expect(try await ArtifactStore(store).publish("m", contentsOf: source).number == 2)
            #expect(try await StoreMaintenance(store).check(dataShare: 1).isSound)
        }
    }

    /// Puts another list of files in the place of the version's own.
    private func rewriteManifest(_ change: ([UInt8]) -> [UInt8]) async throws {
        let key = "artifacts/m/versions/00000000000000000001.json"
        guard case .object(var envelope) = try JSONValue(parsing: try await store.get(key)),
            case .object(var record)? = envelope["record"],
            let content = record["manifest"].flatMap({ StoredContent(json: $0) })
        else { throw CocoaError(.coderReadCorrupt) }
        let chunks = ChunkStore(store)
        let old = try await chunks.read(content)
        let new = change(old)
        #expect(new != old)
        record["manifest"] = try await add(new, to: chunks).json
        envelope["record"] = .object(record)
        try await store.put(CanonicalJSON.encode(.object(envelope)), at: key)
    }

    private func contents(of store: InMemoryObjectStore) async throws -> [String: Digest] {
        var contents: [String: Digest] = [:]
        for object in try await store.listAll(prefix: "") {
            contents[object.key] = Digest(of: try await store.get(object.key))
        }
        return contents
    }
}
