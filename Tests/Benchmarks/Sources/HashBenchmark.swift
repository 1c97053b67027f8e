// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import Foundation

/// Digests, cut points, and artifacts into and out of a store.
enum HashBenchmark {
    private static let path = Option("--path", "PATH", "what to read")
    private static let repetitions = Option("--repeat", "N", "how often, 5 by default")

    static let commands = [
        Command(
            "hash", "SHA-256 and CRC-32C of a file, from the disk and in memory",
            options: [path, repetitions], run: hash),
        Command(
            "chunk", "cut a file and hash its chunks, on one thread and on several",
            options: [path, repetitions, Option("--threads", "N", "how many threads, 2 by default")],
            run: chunk),
        Command(
            "publish", "publish a file or folder as an artifact, durably, and again unchanged",
            options: [path, Option("--store", "DIR", "the folder of the store")], run: publish),
        Command(
            "restore", "restore the latest version of the artifact that 'publish' made",
            options: [
                Option("--store", "DIR", "the folder of the store"),
                Option("--path", "PATH", "where to write; what stands there is removed first"), repetitions,
            ], run: restore),
    ]

    private static func hash(_ arguments: Arguments) async throws -> ExitStatus {
        let path = try arguments.required("--path")
        let repetitions = try arguments.integer("--repeat", default: 5)
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        let details: [String: JSONValue] = ["bytes": .integer(Int64(bytes.count))]
        var digests: Set<Digest> = []
        var file = try await Measurement("hash", case: "sha256 file", repeat: repetitions) {
            digests.insert(try Digest(ofFileAt: path))
        }
        var memory = await Measurement("hash", case: "sha256 memory", repeat: repetitions) {
            digests.insert(Digest(of: bytes))
        }
        var checksum: UInt32 = 0
        var crc = await Measurement("hash", case: "crc32c memory", repeat: repetitions) {
            checksum ^= CRC32C.checksum(bytes)
        }
        (file.details, memory.details, crc.details) = (details, details, details)
        for measurement in [file, memory, crc] { measurement.report() }
        guard digests.count == 1, checksum == 0 || checksum == CRC32C.checksum(bytes) else {
            return .negative
        }
        return .success
    }

    private static func chunk(_ arguments: Arguments) async throws -> ExitStatus {
        let path = try arguments.required("--path")
        let repetitions = try arguments.integer("--repeat", default: 5)
        let threads = try arguments.integer("--threads", default: 2)
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        let chunking = ContentDefinedChunking.standard
        var cuts: [Int] = []
        var scan = await Measurement("chunk", case: "cut points", repeat: repetitions) {
            cuts = chunking.cuts(in: bytes)
        }
        scan.details = ["bytes": .integer(Int64(bytes.count)), "chunks": .integer(Int64(cuts.count))]
        scan.report()
        var expected: [Digest]?
        for count in Set([1, threads]).sorted() {
            var digests: [Digest] = []
            var both = await Measurement("chunk", case: "cut and hash", repeat: repetitions) {
                digests = await cutAndHash(bytes, chunking, threads: count)
            }
            both.details = scan.details.merging(["threads": .integer(Int64(count))]) { $1 }
            both.report()
            guard digests.count == cuts.count, digests == expected ?? digests else { return .negative }
            expected = digests
        }
        return .success
    }

    /// Cuts the bytes and hashes the chunks on so many threads; the digests are the same for any number.
    private static func cutAndHash(
        _ bytes: [UInt8], _ chunking: ContentDefinedChunking, threads: Int
    ) async -> [Digest] {
        let cuts = await chunking.cuts(in: bytes, threads: threads)
        let chunks = zip([0] + cuts, cuts).map { $0..<$1 }
        return await withTaskGroup(of: (Int, [Digest]).self) { group in
            for thread in 0..<threads {
                let share = chunks[chunks.count * thread / threads..<chunks.count * (thread + 1) / threads]
                group.addTask {
                    (thread, unsafe bytes.withUnsafeBytes { unsafe SHA256.digests(of: share, in: $0) })
                }
            }
            var digests = [[Digest]](repeating: [], count: threads)
            for await (thread, part) in group { digests[thread] = part }
            return digests.flatMap { $0 }
        }
    }

    private static func publish(_ arguments: Arguments) async throws -> ExitStatus {
        let path = try arguments.required("--path")
        let store = try LocalObjectStore(at: try arguments.required("--store"))
        for name in ["first", "again"] {
            var version: ArtifactVersion?
            var measurement = try await Measurement("publish", case: name) {
                version = try await ArtifactStore(store).publish("benchmark", contentsOf: path)
            }
            measurement.details = [
                "bytes": .integer(Int64(version?.size ?? 0)),
                "files": .integer(Int64(version?.fileCount ?? 0)),
            ]
            measurement.report()
        }
        return .success
    }

    private static func restore(_ arguments: Arguments) async throws -> ExitStatus {
        let path = try arguments.required("--path")
        let artifacts = ArtifactStore(try LocalObjectStore(at: try arguments.required("--store")))
        let version = try await artifacts.version("benchmark")
        var seconds: [Double] = []
        for _ in 0..<(try arguments.integer("--repeat", default: 3)) {
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
            seconds += try await Measurement("restore", case: "restore") {
                try await artifacts.restore(version, to: path)
            }.seconds
        }
        var measurement = await Measurement("restore", case: "restore", repeat: 0) {}
        measurement.seconds = seconds
        measurement.details = ["bytes": .integer(Int64(version.size))]
        measurement.report()
        return .success
    }
}
