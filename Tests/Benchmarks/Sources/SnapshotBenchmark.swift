// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import DatasetVersioning
import Foundation

/// Snapshots of a folder or a file, durable when they return, and restores.
enum SnapshotBenchmark {
    private static let options = [
        Option("--path", "PATH", "the file or folder to keep"),
        Option("--store", "DIR", "the store's folder"),
        Option("--cache", "DIR", "where the stat cache stands; else beside the store"),
        Option("--tables", nil, "read files as tables too, which the peers do not"),
        Option("--compress", "LEVEL", "compress chunks that shrink, from 1, fast, to 9, small"),
    ]

    static let commands = [
        Command("snapshot", "the first snapshot of a folder into a fresh store", options: options) {
            try await snapshot($0, "snapshot")
        },
        Command("resnapshot", "the same again, nothing changed", options: options) {
            try await snapshot($0, "resnapshot")
        },
        Command("update", "the next snapshot after a change", options: options) {
            try await snapshot($0, "update")
        },
        Command(
            "checkout", "the latest snapshot back to a fresh place",
            options: options.filter { $0.name != "--path" } + [Option("--to", "PATH", "where it goes")]
        ) { try await restore($0) },
    ]

    private static let name = "benchmark"

    private static func datasets(_ arguments: Arguments) throws -> DatasetStore {
        let path = try arguments.required("--store")
        var options = DatasetStore.Options()
        options.cacheFolder = arguments["--cache"] ?? path + ".stat"
        if !arguments.has("--tables") { options.tableLimit = 0 }
        if arguments.has("--compress") {
            options.compression = .deflate(level: try arguments.integer("--compress", default: 6))
        }
        return DatasetStore(try LocalObjectStore(at: path), options: options)
    }

    private static func snapshot(_ arguments: Arguments, _ benchmark: String) async throws -> ExitStatus {
        let datasets = try datasets(arguments)
        let path = try arguments.required("--path")
        let isFirst = try await datasets.datasets().isEmpty
        guard benchmark != "snapshot" || isFirst else {
            throw UsageError("the store holds a snapshot already; name a fresh folder")
        }
        if isFirst, benchmark != "snapshot" { try await datasets.snapshot(name, of: path) }
        var snapshot: DatasetSnapshot?
        var measurement = try await Measurement(benchmark, case: URL(filePath: path).lastPathComponent) {
            snapshot = try await datasets.snapshot(name, of: path)
        }
        guard let snapshot else { return .negative }
        guard benchmark != "resnapshot" || !snapshot.isNew else {
            throw UsageError("something changed since the last snapshot")
        }
        measurement.details = [
            "files": .integer(Int64(snapshot.version.fileCount)),
            "bytes": .integer(Int64(snapshot.version.size)),
            "files_read": .integer(Int64(snapshot.filesRead)),
            "chunks": .integer(Int64(snapshot.receipt.chunks)),
            "new_chunks": .integer(Int64(snapshot.receipt.newChunks)),
            "new_bytes": .integer(Int64(snapshot.receipt.newBytes)),
            "stored_bytes": .integer(Int64(snapshot.receipt.storedBytes)),
            "peak_memory_bytes": .integer(peakMemory()),
        ]
        measurement.report()
        return .success
    }

    private static func restore(_ arguments: Arguments) async throws -> ExitStatus {
        let datasets = try datasets(arguments)
        let path = try arguments.required("--to")
        var receipt: RestoreReceipt?
        var measurement = try await Measurement("checkout", case: URL(filePath: path).lastPathComponent) {
            receipt = try await datasets.restore(name, to: path)
        }
        measurement.details = [
            "files": .integer(Int64(receipt?.written ?? 0)), "bytes": .integer(Int64(receipt?.bytes ?? 0)),
            "peak_memory_bytes": .integer(peakMemory()),
        ]
        measurement.report()
        return .success
    }

    /// The most memory the process ever had, in bytes.
    private static func peakMemory() -> Int64 {
        var usage = rusage()
        #if canImport(Darwin)
            _ = unsafe getrusage(RUSAGE_SELF, &usage)
            return Int64(usage.ru_maxrss)
        #else
            // Linux counts in KiB.
            _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return Int64(usage.ru_maxrss) * 1_024
        #endif
    }
}
