// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import MLOpsTesting
import TestSupport
import Testing

struct ChunkStoreTests {
    /// Small chunks and packs, so that small contents have many.
    static var options: ChunkStore.Options {
        var options = ChunkStore.Options()
        options.chunking =
            ContentDefinedChunking(minimum: 256, average: 1_024, maximum: 4_096, table: "tests")
            ?? .standard
        options.packSize = 64 << 10
        return options
    }

    static let sizes = [0, 1, 255, 256, 257, 4_096, 5_000, 100_000, 1_200_000]

    @Test(arguments: sizes, [ChunkCompression.none, .deflate(level: 6)])
    func whatGoesInComesOut(size: Int, compression: ChunkCompression) async throws {
        var options = ChunkStoreTests.options
        options.compression = compression
        let store = InMemoryObjectStore()
        let bytes = compression == .none ? randomBytes(seed: 1, count: size) : text(size)
        let content = try await add(bytes, to: ChunkStore(store, options: options))
        #expect(content.size == size)
        #expect(content.digest == Digest(of: bytes))
        // Another process, with other options: the store's own way counts.
        let other = ChunkStore(store)
        #expect(try await other.read(content) == bytes)
        let again = try await other.write { writer in
            let again = try await writer.add(bytes)
            #expect(writer.receipt.newChunks == 0)
            #expect(writer.receipt.bytes >= size)
            try await writer.commit()
            return again
        }
        #expect(again == content)
        let packs = try await store.listAll(prefix: "chunks/packs/").map(\.size)
        #expect(packs.isEmpty == (size == 0))
        #expect(packs.count { $0 < options.packSize } <= 1)
        #expect(try await store.listAll(prefix: "chunks/leases/").isEmpty)
    }

    @Test func aFileAStreamAndMemoryGiveTheSame() async throws {
        try await withTemporaryFolder { folder in
            for size in ChunkStoreTests.sizes + [9_000_000] {
                let bytes = randomBytes(seed: UInt64(size), count: size)
                let path = folder.appending(path: "file").path
                try Data(bytes).write(to: URL(filePath: path))
                let chunks = ChunkStore(InMemoryObjectStore(), options: ChunkStoreTests.options)
                try await chunks.write { writer in
                    let file = try await writer.add(contentsOf: path)
                    let several = try await writer.add(contentsOf: [path, path])
                    var start = 0
                    let stream = try await writer.add {
                        defer { start += 70_001 }
                        return start < size ? Array(bytes[start..<min(size, start + 70_001)]) : nil
                    }
                    let memory = try await writer.add(bytes)
                    #expect(file == memory)
                    #expect(several == [memory, memory])
                    #expect(stream == memory)
                    try await writer.commit()
                }
            }
        }
    }

    @Test func onlyChunksThatShrinkAreCompressed() async throws {
        var options = ChunkStoreTests.options
        options.compression = .deflate(level: 6)
        let chunks = ChunkStore(InMemoryObjectStore(), options: options)
        let noise = randomBytes(seed: 21, count: 20_000)
        let words = text(20_000)
        try await chunks.write { writer in
            let random = try await writer.add(noise)
            #expect(writer.receipt.storedBytes == writer.receipt.newBytes)
            let before = writer.receipt
            let prose = try await writer.add(words)
            #expect(
                writer.receipt.storedBytes - before.storedBytes < (writer.receipt.newBytes - before.newBytes)
                    / 2)
            try await writer.commit()
            #expect(try await chunks.read(random) == noise)
            #expect(try await chunks.read(prose) == words)
        }
    }

    @Test func manySmallFilesAtOnceGiveWhatEachGivesAlone() async throws {
        try await withTemporaryFolder { folder in
            var generator = SeededGenerator(seed: 11)
            var contents = ChunkStoreTests.sizes.map { randomBytes(seed: 7, count: $0) }
            contents += (0..<150).map {
                randomBytes(seed: UInt64($0 % 140), count: Int.random(in: 0...90_000, using: &generator))
            }
            // Several of nearly the largest small size do not fit into the memory of one batch.
            contents += (0..<6).map { randomBytes(seed: 200 + UInt64($0), count: (1 << 20) - $0) }
            contents.shuffle(using: &generator)
            let paths = contents.indices.map { folder.appending(path: "\($0)").path }
            for (path, bytes) in zip(paths, contents) { try Data(bytes).write(to: URL(filePath: path)) }
            let store = InMemoryObjectStore()
            let chunks = ChunkStore(store, options: ChunkStoreTests.options)
            try await chunks.write { writer in
                let files = try await writer.add(contentsOf: paths)
                for (file, bytes) in zip(files, contents) { #expect(try await writer.add(bytes) == file) }
                try await writer.commit()
                for (file, bytes) in zip(files, contents) { #expect(try await chunks.read(file) == bytes) }
            }
        }
    }

    @Test(arguments: 1...12)
    func aRangeIsThatPartOfTheContent(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let bytes = randomBytes(seed: seed, count: 300_000)
        let chunks = ChunkStore(InMemoryObjectStore(), options: ChunkStoreTests.options)
        let content = try await add(bytes, to: chunks)
        for _ in 0..<20 {
            let start = Int.random(in: 0...300_000, using: &generator)
            let end = Int.random(in: start...310_000, using: &generator)
            #expect(
                try await chunks.read(content, range: start..<end) == Array(bytes[start..<min(end, 300_000)]))
        }
    }

    @Test func aRangeFetchesOnlyItsChunks() async throws {
        let store = FaultInjectingObjectStore(InMemoryObjectStore()) { _ in nil }
        let bytes = randomBytes(seed: 4, count: 2_000_000)
        let content = try await add(bytes, to: ChunkStore(store, options: ChunkStoreTests.options))
        let reader = ChunkStore(store, options: ChunkStoreTests.options)
        _ = try await reader.read(content, range: 0..<1)
        let before = store.calls.count
        _ = try await reader.read(content, range: 1_000_000..<1_000_100)
        // Two lists of parts at most, and one or two packs.
        #expect(store.calls.count - before <= 4)
    }

    @Test func anInsertionCostsLittle() async throws {
        let store = InMemoryObjectStore()
        let bytes = randomBytes(seed: 9, count: 3_000_000)
        let chunks = ChunkStore(store, options: ChunkStoreTests.options)
        _ = try await add(bytes, to: chunks)
        let edited = Array(bytes[..<1_500_000]) + [1, 2, 3] + bytes[1_500_000...]
        try await chunks.write { writer in
            let content = try await writer.add(edited)
            try await writer.commit()
            // The chunk itself, and a list of up to 1024 entries on each level.
            #expect(writer.receipt.newBytes < 4 * 4_096 + 2 * 1_024 * 40)
            #expect(try await chunks.read(content) == edited)
        }
    }

    @Test func aReferenceReadsBackFromJSON() async throws {
        for size in ChunkStoreTests.sizes {
            let chunks = ChunkStore(InMemoryObjectStore(), options: ChunkStoreTests.options)
            let content = try await add(randomBytes(seed: 2, count: size), to: chunks)
            let json = try CanonicalJSON.encode(content)
            #expect(try CanonicalJSON.decode(StoredContent.self, from: json) == content)
            #expect(json.count < 4_000)
        }
    }

    @Test(arguments: [
        #"{"content":"chunks/2","sha256":"$","size":1}"#, #"{"content":"chunks/1","sha256":"12","size":1}"#,
        #"{"content":"chunks/1","sha256":"$","size":-1}"#,
        #"{"content":"chunks/1","sha256":"$","size":3,"depth":9,"parts":[["$",3]]}"#,
        #"{"content":"chunks/1","sha256":"$","size":3,"depth":0,"parts":[["$",1],["$",1]]}"#,
        #"{"content":"chunks/1","sha256":"$","size":3,"holds":"gold"}"#,
        #"{"content":"chunks/1","sha256":"$","size":3,"depth":0,"parts":[["$",9223372036854775807],["$",4]]}"#,
    ])
    func anUnsoundReferenceIsRefused(json: String) {
        let text = json.replacingOccurrences(of: "$", with: Digest(of: "x").hexadecimal)
        #expect(throws: DecodingError.self) {
            try CanonicalJSON.decode(StoredContent.self, from: Array(text.utf8))
        }
    }

    @Test func damageIsFoundAndNamed() async throws {
        let store = InMemoryObjectStore()
        let bytes = randomBytes(seed: 3, count: 50_000)
        let content = try await add(bytes, to: ChunkStore(store, options: ChunkStoreTests.options))
        let pack = try #require(try await store.listAll(prefix: "chunks/packs/").first?.key)
        let sound = try await store.get(pack)
        for position in [30, 80, 1_000, sound.count - 1] {
            var damaged = sound
            damaged[position] ^= 1
            try await store.put(damaged, at: pack)
            let error = await #expect(throws: StoreError.self) { try await ChunkStore(store).read(content) }
            #expect(error?.code == .corrupted)
            #expect(error?.key == pack)
        }
        try await store.put(Array(sound.dropLast(5)), at: pack)
        await #expect(throws: StoreError.self) { try await ChunkStore(store).read(content) }
        try await store.delete(pack)
        let error = await #expect(throws: StoreError.self) { try await ChunkStore(store).read(content) }
        #expect(error?.code == .corrupted)
    }

    @Test func aNewerFormatIsRefused() async throws {
        let store = InMemoryObjectStore()
        let content = try await add([1, 2, 3], to: ChunkStore(store))
        let format = String(decoding: try await store.get("chunks/format.json"), as: UTF8.self)
        let newer = format.replacingOccurrences(of: "\"version\":1", with: "\"version\":2")
        #expect(newer != format)
        try await store.put(Array(newer.utf8), at: "chunks/format.json")
        for action in [
            { _ = try await ChunkStore(store).read(content) },
            { _ = try await add([4], to: ChunkStore(store)) },
        ] {
            let error = await #expect(throws: StoreError.self) { try await action() }
            #expect(error?.code == .unsupportedFormat)
        }
        #expect(try await store.listAll(prefix: "chunks/packs/").count == 1)
    }

    @Test func aFileIsRestoredWholeOrNotAtAll() async throws {
        try await withTemporaryFolder { folder in
            let store = InMemoryObjectStore()
            let bytes = randomBytes(seed: 3, count: 500_000)
            let chunks = ChunkStore(store, options: ChunkStoreTests.options)
            let content = try await add(bytes, to: chunks)
            let path = folder.appending(path: "out").path
            try await chunks.restore(content, to: path, isExecutable: true, isDurable: true)
            #expect(try Array(Data(contentsOf: URL(filePath: path))) == bytes)
            #expect(FileManager.default.isExecutableFile(atPath: path))
            try Data([7]).write(to: URL(filePath: path))
            let pack = try #require(try await store.listAll(prefix: "chunks/packs/").last?.key)
            try await store.delete(pack)
            await #expect(throws: StoreError.self) {
                try await ChunkStore(store).restore(content, to: path)
            }
            #expect(try Array(Data(contentsOf: URL(filePath: path))) == [7])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
        }
    }

    @Test func aFailedContentSpoilsTheCommit() async throws {
        let chunks = ChunkStore(InMemoryObjectStore(), options: ChunkStoreTests.options)
        await #expect(throws: FileReadError.self) {
            try await chunks.write { try await $0.add(contentsOf: "/nowhere/at/all") }
        }
        try await chunks.write { writer in
            await #expect(throws: FileReadError.self) { try await writer.add(contentsOf: "/nowhere/at/all") }
            _ = try await writer.add([1])
            try await writer.commit()
        }
    }

    private func text(_ size: Int) -> [UInt8] {
        Array(repeatElement("station,hour,delay\nUA,12,0\n".utf8, count: size / 27 + 1).joined().prefix(size))
    }
}

/// Adds and commits a content.
func add(_ bytes: [UInt8], to chunks: ChunkStore) async throws -> StoredContent {
    try await chunks.write { writer in
        let content = try await writer.add(bytes)
        try await writer.commit()
        return content
    }
}

/// Bytes of a seed.
func randomBytes(seed: UInt64, count: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
        let word = generator.next()
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return Array(bytes.prefix(count))
}
