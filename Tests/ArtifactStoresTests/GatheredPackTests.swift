// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

/// Packs are written straight from the memory into which files were read.
struct GatheredPackTests {
    /// More pieces than the system takes in one call, chunks that are copied among them, and packs that end in the middle.
    @Test(arguments: [1 << 20, 16 << 20])
    func manyFilesComeBackFromTheDisk(packSize: Int) async throws {
        try await withTemporaryFolder { folder in
            var options = ChunkStore.Options()
            options.packSize = packSize
            let sizes = [0, 1, 100, 2_047, 2_048, 2_500, 3_000, 4_096, 20_000]
            var contents: [[UInt8]] = []
            var paths: [String] = []
            for index in 0..<900 {
                // Every fifth repeats an earlier one.
                let seed = index % 5 == 4 ? index / 2 : index
                contents.append(randomBytes(seed: UInt64(seed), count: sizes[seed % sizes.count]))
                paths.append(folder.appending(path: "\(index)").path)
                try Data(contents[index]).write(to: URL(filePath: paths[index]))
            }
            let store = try LocalObjectStore(at: folder.appending(path: "store").path)
            let added = try await ChunkStore(store, options: options).write { writer in
                let added = try await writer.add(contentsOf: paths)
                try await writer.commit()
                return added
            }
            let reader = ChunkStore(store)
            for (content, bytes) in zip(added, contents) {
                let isSame = try await reader.read(content) == bytes
                #expect(isSame)
            }
            let report = try await StoreMaintenance(store).check(dataShare: 1)
            #expect(report.problems.isEmpty)
        }
    }

    /// A pack that takes little from each stretch must not keep them all in memory; and what it takes must stay as it was.
    @Test func aLargeFileOfWhichLittleIsNewComesBack() async throws {
        try await withTemporaryFolder { folder in
            let row = randomBytes(seed: 7, count: 1 << 20)
            var bytes: [UInt8] = []
            for _ in 0..<100 { bytes += row }
            for (number, place) in stride(from: 300_000, to: bytes.count, by: 1_400_000).enumerated() {
                bytes.replaceSubrange(place..<place + 8, with: randomBytes(seed: UInt64(number), count: 8))
            }
            let path = folder.appending(path: "large").path
            try Data(bytes).write(to: URL(filePath: path))
            let store = try LocalObjectStore(at: folder.appending(path: "store").path)
            let content = try await ChunkStore(store).write { writer in
                let content = try await writer.add(contentsOf: path)
                #expect(writer.receipt.newBytes < bytes.count / 4)
                try await writer.commit()
                return content
            }
            #expect(content.digest == Digest(of: bytes))
            let isSame = try await ChunkStore(store).read(content) == bytes
            #expect(isSame)
        }
    }

    @Test func aContentIsWrittenOnce() async throws {
        try await withTemporaryFolder { folder in
            let files = try SystemFiles(root: folder.path)
            let bytes = randomBytes(seed: 3, count: 5_000)
            try files.create("whole", GatheredBytes(bytes), isDurable: true)
            #expect(try files.read("whole", range: nil) == bytes)
            try files.create("none", GatheredBytes([]), isDurable: false)
            #expect(try files.read("none", range: nil).isEmpty)
            #expect(throws: FileOperationError.self) {
                try files.create("whole", GatheredBytes([1]), isDurable: false)
            }
            #expect(try files.read("whole", range: nil) == bytes)
        }
    }
}
