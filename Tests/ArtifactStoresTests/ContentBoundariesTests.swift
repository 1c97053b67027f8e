// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

/// Cuts at the tensors of safetensors files.
struct ContentBoundariesTests {
    /// Tensors of all sizes, some of them too small for a chunk of their own.
    private static let sizes = [
        70_000, 400, 30_000, 90_001, 12, 12, 8_000, 250_000, 0, 60_000, 5_000, 110_000,
    ]

    private static func tensors(seed: UInt64 = 0) -> [(name: String, bytes: [UInt8])] {
        sizes.enumerated().map { ("layer.\($0)", randomBytes(seed: seed + UInt64($0), count: $1)) }
    }

    /// A file as the format's writers make it.
    static func file(
        _ tensors: [(name: String, bytes: [UInt8])], metadata: String = "pt", headerSize: Int? = nil
    ) -> [UInt8] {
        var offset = 0
        var members: [String: JSONValue] = ["__metadata__": .object(["format": .string(metadata)])]
        for tensor in tensors {
            let end = offset + tensor.bytes.count
            members[tensor.name] = .object([
                "dtype": .string("U8"), "shape": .array([.integer(Int64(tensor.bytes.count))]),
                "data_offsets": .array([.integer(Int64(offset)), .integer(Int64(end))]),
            ])
            offset = end
        }
        var header = CanonicalJSON.encode(.object(members))
        header += Array(repeating: 0x20, count: (8 - header.count % 8) % 8)
        let size = headerSize ?? header.count
        return (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + header + tensors.flatMap(\.bytes)
    }

    private func newBytes(
        _ content: [UInt8], after base: [UInt8], _ boundaries: [ContentBoundaries]
    ) async throws -> Int {
        var options = ChunkStore.Options()
        options.boundaries = boundaries
        let chunks = ChunkStore(InMemoryObjectStore(), options: options)
        _ = try await add(base, to: chunks)
        return try await chunks.write { writer in
            _ = try await writer.add(content)
            try await writer.commit()
            return writer.receipt.newBytes
        }
    }

    /// A file's cuts are found while its digest is made, those of a content in memory when it is cut.
    @Test(arguments: 0..<4)
    func filesAreCutLikeContentsInMemory(number: Int) async throws {
        // More than one stretch of a file, and ends that are no whole blocks.
        let count = 9_000_000 + number * 1_001
        var bytes = randomBytes(seed: UInt64(number), count: count)
        if number == 1 {
            bytes.replaceSubrange(3_000_000..<6_000_000, with: repeatElement(0, count: 3_000_000))
        }
        if number > 1 {
            let tensors = (0..<12).map { index in
                let start = index * 700_001
                return (name: "layer.\(index)", bytes: Array(bytes[start..<start + 700_001 - index * 20_000]))
            }
            bytes = ContentBoundariesTests.file(tensors, metadata: "number \(number)")
        }
        try await withTemporaryFolder { folder in
            var options = ChunkStore.Options()
            // The last has so many places that they are not kept.
            if number == 3 {
                options.chunking = try #require(
                    ContentDefinedChunking(
                        minimum: 64, average: 1_024, maximum: 4_096, normalization: 8, table: "dense"))
            }
            let path = folder.appending(path: "file").path
            try Data(bytes).write(to: URL(filePath: path))
            let ofFile = try await ChunkStore(InMemoryObjectStore(), options: options).write { writer in
                let content = try await writer.add(contentsOf: path)
                try await writer.commit()
                return content
            }
            let chunks = ChunkStore(InMemoryObjectStore(), options: options)
            #expect(ofFile.digest == Digest(of: bytes))
            #expect(try await add(bytes, to: chunks) == ofFile)
        }
    }

    @Test func whatMovesInTheFileIsKeptOnce() async throws {
        let tensors = ContentBoundariesTests.tensors()
        let base = ContentBoundariesTests.file(tensors)
        let reversed = ContentBoundariesTests.file(tensors.reversed())
        let cut = try await newBytes(reversed, after: base, [.safetensors])
        let plain = try await newBytes(reversed, after: base, [])
        // The header and the tensors that are too small for a chunk of their own.
        #expect(cut < 20_000)
        #expect(plain > 200_000)
    }

    @Test func aReplacedTensorCostsItself() async throws {
        var tensors = ContentBoundariesTests.tensors()
        let base = ContentBoundariesTests.file(tensors)
        tensors[3].bytes = randomBytes(seed: 99, count: 90_001)
        let changed = ContentBoundariesTests.file(tensors, metadata: "another text, so that all is moved")
        let header = 4_000
        #expect(try await newBytes(changed, after: base, [.safetensors]) < 90_001 + header)
        #expect(try await newBytes(changed, after: base, []) > 90_001 + 2 * header)
    }

    /// The cuts are those of the content, however it comes.
    @Test(arguments: [7, 1_000, 65_536, 1 << 20]) func piecesDoNotMatter(piece: Int) async throws {
        try await withTemporaryFolder { folder in
            for tensors in [ContentBoundariesTests.tensors(), [], many(9_000)] {
                let content = ContentBoundariesTests.file(tensors)
                let chunks = ChunkStore(InMemoryObjectStore(), options: ChunkStoreTests.options)
                let whole = try await add(content, to: chunks)
                let path = folder.appending(path: "file").path
                // Large enough not to be read in one piece.
                try Data(content).write(to: URL(filePath: path))
                try await chunks.write { writer in
                    var start = 0
                    let streamed = try await writer.add {
                        let next = content[start..<min(start + piece, content.count)]
                        start = next.endIndex
                        return next.isEmpty ? nil : Array(next)
                    }
                    #expect(streamed == whole)
                    #expect(try await writer.add(contentsOf: path) == whole)
                    #expect(try await writer.add(contentsOf: [path]) == [whole])
                    #expect(writer.receipt.newChunks == 0)
                }
                #expect(try await chunks.read(whole) == content)
            }
        }
    }

    /// What is no sound header is cut as though the format were not known.
    @Test func whatOnlyLooksLikeItIsCutAsAnythingElse() async throws {
        let tensors = ContentBoundariesTests.tensors()
        let sound = ContentBoundariesTests.file(tensors)
        var overlapping = sound
        let offsets = try #require(sound.firstRange(of: Array("[70000,70400]".utf8)))
        overlapping.replaceSubrange(offsets, with: Array("[69999,70400]".utf8))
        var noJSON = sound
        noJSON[40] = 0
        let others: [[UInt8]] = [
            overlapping, noJSON, ContentBoundariesTests.file(tensors, headerSize: 1 << 40),
            ContentBoundariesTests.file(tensors, headerSize: 1_000_000), randomBytes(seed: 1, count: 200_000),
            [1, 2], [],
            Array("a,b\n1,2\n".utf8),
        ]
        for (number, content) in others.enumerated() {
            var options = ChunkStore.Options()
            let aware = try await add(content, to: ChunkStore(InMemoryObjectStore(), options: options))
            options.boundaries = []
            let plain = try await add(content, to: ChunkStore(InMemoryObjectStore(), options: options))
            #expect(aware == plain, "\(number)")
        }
        var options = ChunkStore.Options()
        let aware = try await add(sound, to: ChunkStore(InMemoryObjectStore(), options: options))
        options.boundaries = []
        #expect(try await add(sound, to: ChunkStore(InMemoryObjectStore(), options: options)) != aware)
    }

    /// The store decides, not the program: an old store goes on as it was begun.
    @Test func theStoreSaysHowItIsCut() async throws {
        let content = ContentBoundariesTests.file(ContentBoundariesTests.tensors())
        let store = InMemoryObjectStore()
        var options = ChunkStore.Options()
        options.boundaries = []
        let first = try await add(content, to: ChunkStore(store, options: options))
        #expect(try await add(content, to: ChunkStore(store)) == first)
        let description = String(decoding: try await store.get("chunks/format.json"), as: UTF8.self)
        #expect(!description.contains("boundaries"))
        // One that cuts a format nobody knows is read, and not written.
        let later = description.replacingOccurrences(
            of: "\"chunking\":{", with: "\"chunking\":{\"boundaries\":[\"gguf\"],")
        try await store.put(Array(later.utf8), at: "chunks/format.json")
        #expect(try await ChunkStore(store).read(first) == content)
        let error = await #expect(throws: StoreError.self) { try await add([1], to: ChunkStore(store)) }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.message.contains("'gguf'") == true)
    }

    private func many(_ count: Int) -> [(name: String, bytes: [UInt8])] {
        (0..<count).map { ("a tensor with a long name, number \($0)", [UInt8(truncatingIfNeeded: $0)]) }
            + [("large", randomBytes(seed: 5, count: 2_000_000))]
    }
}
