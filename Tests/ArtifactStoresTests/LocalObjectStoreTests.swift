// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import MLOpsTesting
import TestSupport
import Testing

struct LocalObjectStoreTests {
    @Test func itKeepsEveryPromise() async throws {
        try await withTemporaryFolder { folder in
            let report = await ObjectStoreConformance(
                of: try LocalObjectStore(at: folder.path), rounds: 3, longListingCount: 120
            ).run()
            #expect(report.isConforming, "\(report)")
            #expect(report.outcomes.allSatisfy { $0.verdict == .passed }, "\(report)")
        }
    }

    @Test func aMissingFolderIsMade() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "a/b/c").path
            try await LocalObjectStore(at: path).put([1], at: "x/y")
            let content = try Data(contentsOf: URL(filePath: path + "/x/y"))
            #expect(Array(content) == [1])
        }
    }

    @Test func aFileIsNoStore() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "file").path
            try Data().write(to: URL(filePath: path))
            let error = #expect(throws: StoreError.self) { try LocalObjectStore(at: path) }
            #expect(error?.location == path)
        }
    }

    @Test func symbolicLinksLeadNowhere() async throws {
        try await withTemporaryFolder { folder in
            let outside = folder.appending(path: "outside")
            let root = folder.appending(path: "store")
            let manager = FileManager.default
            try manager.createDirectory(at: outside, withIntermediateDirectories: true)
            try manager.createDirectory(at: root, withIntermediateDirectories: true)
            try Data([1]).write(to: outside.appending(path: "secret"))
            try manager.createSymbolicLink(at: root.appending(path: "way"), withDestinationURL: outside)
            try manager.createSymbolicLink(
                at: root.appending(path: "file"), withDestinationURL: outside.appending(path: "secret"))
            let store = try LocalObjectStore(at: root.path)
            for key in ["way/secret", "file"] {
                await #expect(throws: StoreError.self) { try await store.get(key) }
                #expect(try await store.head(key) == nil)
            }
            let error = await #expect(throws: StoreError.self) { try await store.create([2], at: "way/new") }
            #expect(error?.code == .invalidKey)
            await #expect(throws: StoreError.self) { try await store.create([2], at: "file") }
            #expect(try await store.listAll(prefix: "").isEmpty)
            #expect(try manager.contentsOfDirectory(atPath: outside.path) == ["secret"])
            try await store.put([3], at: "file")
            #expect(try Array(Data(contentsOf: outside.appending(path: "secret"))) == [1])
        }
    }

    @Test func aKeyCannotLeadThroughAnother() async throws {
        try await withTemporaryFolder { folder in
            let store = try LocalObjectStore(at: folder.path)
            try await store.create([1], at: "a")
            let error = await #expect(throws: StoreError.self) { try await store.create([1], at: "a/b") }
            #expect(error?.code == .invalidKey)
            try await store.create([1], at: "c/d")
            await #expect(throws: StoreError.self) { try await store.create([1], at: "c") }
            await #expect(throws: StoreError.self) { try await store.put([1], at: "c") }
        }
    }

    @Test func whatKilledWritersLeaveIsRemovedAndWhatLivingOnesHoldIsNot() async throws {
        try await withTemporaryFolder { folder in
            let manager = FileManager.default
            let dead = folder.appending(path: "~writers/dead")
            try manager.createDirectory(at: dead, withIntermediateDirectories: true)
            try Data([1, 2]).write(to: dead.appending(path: "1"))
            try Data().write(to: dead.appending(path: "lock"))
            let old = Date(timeIntervalSinceNow: -3_600)
            try manager.setAttributes(
                [.modificationDate: old], ofItemAtPath: dead.appending(path: "lock").path)
            let young = folder.appending(path: "~writers/young")
            try manager.createDirectory(at: young, withIntermediateDirectories: true)
            try Data().write(to: young.appending(path: "lock"))

            let living = try LocalObjectStore(at: folder.path)
            #expect(try await living.listAll(prefix: "").isEmpty)
            let batch = living.makeBatch()
            try await batch.create([7], at: "seven")
            let lock = try #require(
                try manager.subpathsOfDirectory(atPath: folder.path + "/~writers")
                    .first { $0.hasSuffix("/lock") && !$0.hasPrefix("young") && !$0.hasPrefix("dead") })
            try manager.setAttributes(
                [.modificationDate: old], ofItemAtPath: folder.path + "/~writers/" + lock)

            try await LocalObjectStore(at: folder.path).create([1], at: "one")
            #expect(!manager.fileExists(atPath: dead.path))
            #expect(manager.fileExists(atPath: young.path))
            try await batch.commit()
            #expect(try await living.get("seven") == [7])
        }
    }

    @Test func aBatchAppearsAtItsCommitAndLeavesWhatIsTaken() async throws {
        try await withTemporaryFolder { folder in
            let store = try LocalObjectStore(at: folder.path)
            try await store.create([9], at: "k/5")
            let batch = store.makeBatch()
            for index in 0..<40 { try await batch.create([UInt8(index)], at: "k/\(index)") }
            let large = [UInt8](repeating: 3, count: 1 << 20)
            try await batch.create(large, at: "large")
            #expect(try await store.listAll(prefix: "").map(\.key) == ["k/5"])
            try await batch.commit()
            #expect(try await store.listAll(prefix: "k/").count == 40)
            #expect(try await store.get("k/5") == [9])
            #expect(try await store.get("k/6") == [6])
            #expect(try await store.get("large") == large)
            do {
                let dropped = store.makeBatch()
                try await dropped.create([1], at: "dropped")
            }
            #expect(try await store.head("dropped") == nil)
            let left = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/~writers")
            #expect(left.filter { !$0.hasSuffix("lock") }.count == 1)
        }
    }

    @Test func aFolderThatMayNotBeWrittenIsNamed() async throws {
        try await withTemporaryFolder { folder in
            let store = try LocalObjectStore(at: folder.path)
            try await store.create([1], at: "a/b")
            let path = folder.appending(path: "a").path
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: path)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path) }
            do {
                try await store.create([1], at: "a/c")
                // Whoever may do everything, as root in a container, is not refused.
                #expect(try await store.get("a/c") == [1])
            } catch let error as StoreError {
                #expect(error.code == .permissionDenied)
                #expect(error.key == "a/c")
            }
        }
    }

    @Test func anObjectIsReadPartByPart() async throws {
        let store = InMemoryObjectStore()
        let content = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try await store.put(content, at: "k")
        var parts: [[UInt8]] = []
        try await store.get("k", partSize: 300) { parts.append($0) }
        #expect(parts.map(\.count) == [300, 300, 300, 100])
        #expect(Array(parts.joined()) == content)
        let error = await #expect(throws: StoreError.self) {
            try await store.get("k", partSize: 300) { _ in
                try await store.put([UInt8](repeating: 0, count: 1_000), at: "k")
            }
        }
        #expect(error?.code == .changed)
    }
}
