// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import DataContracts
import DatasetVersioning
import Foundation
import TableReading
import TestSupport
import Testing

@Suite("Datasets that earlier programs wrote")
struct GoldenDatasetTests {
    static let names = ["format-1"]

    @Test("every version is read, verified and restored", arguments: names)
    func versions(name: String) async throws {
        try await withGolden(name) { datasets, expected, folder in
            var count = 0
            for (reference, version) in members(try #require(expected["datasets"])) {
                let found = try await datasets.version(reference)
                #expect(found.digest.description == version["digest"]?.string)
                #expect(found.rowCount.map(Int64.init) == version["rows"]?.integer)
                #expect(
                    found.message == version["message"]?.string && found.author == version["author"]?.string)
                #expect(found.parents == version["parents"]?.array?.compactMap(\.string))
                #expect(try await datasets.verify(reference).isSound)
                let target = folder.appending(path: "restored\(count)").path
                try await datasets.restore(reference, to: target)
                let files = members(try #require(version["files"]))
                #expect(found.fileCount == files.count)
                for (path, file) in files {
                    let path = found.isFolder ? target + "/" + path : target
                    #expect(try Digest(ofFileAt: path).hexadecimal == file["sha256"]?.string)
                }
                count += 1
            }
            #expect(count == 4)
            #expect(try await datasets.tags(of: "days") == ["gold": 1])
            #expect(try await datasets.log("long").map(\.number) == [1, 2])
        }
    }

    @Test("differences and fingerprints are what they were", arguments: names)
    func differences(name: String) async throws {
        try await withGolden(name) { datasets, _, _ in
            let (before, after) = (try await datasets.version("days@1"), try await datasets.version("days@2"))
            #expect(before.rows != nil && before.rows == after.rows)
            #expect(before.digest != after.digest)
            #expect(before.schema?["delay"] == .double)
            #expect(try await datasets.profile(of: before)?.column("delay")?.moments.maximum == 45)
            // What was restored is read as a table to the same fingerprint today.
            #expect(try await datasets.table("days@2").rowCount == 30)
        }
    }

    @Test("the same again is the same version, and another is the next one", arguments: names)
    func snapshots(name: String) async throws {
        try await withGolden(name) { datasets, _, folder in
            for (dataset, name) in [("long", "long.txt"), ("days", "days")] {
                let target = folder.appending(path: name).path
                try await datasets.restore(dataset, to: target)
                let again = try await datasets.snapshot(dataset, of: target)
                #expect(!again.isNew && again.reference == dataset + "@2")
            }
            try Data("new".utf8).write(to: folder.appending(path: "days/new.txt"))
            let next = try await datasets.snapshot("days", of: folder.appending(path: "days").path)
            #expect(next.reference == "days@3" && next.receipt.newChunks < 4)
            #expect(try await StoreMaintenance(datasets.store).check(dataShare: 1).isSound)
        }
    }

    private func withGolden(
        _ name: String, _ body: (DatasetStore, JSONValue, URL) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let golden = fixtures.appending(path: "ArtifactStores/" + name)
            let copy = folder.appending(path: "store")
            try FileManager.default.copyItem(at: golden.appending(path: "store"), to: copy)
            var options = DatasetStore.Options()
            options.cacheFolder = folder.appending(path: "cache").path
            let expected = try JSONValue(
                parsing: Array(Data(contentsOf: golden.appending(path: "expected.json"))))
            try await body(
                DatasetStore(try LocalObjectStore(at: copy.path), options: options), expected, folder)
        }
    }

    private func members(_ value: JSONValue) -> [String: JSONValue] {
        if case .object(let members) = value { members } else { [:] }
    }
}
