// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import DatasetVersioning
import Foundation
import TestSupport

/// A folder for a test, with a store in memory and a stat cache of its own.
struct Workbench: Sendable {
    let folder: URL
    let store: any ObjectStore
    let datasets: DatasetStore

    static func use(
        _ store: any ObjectStore = InMemoryObjectStore(), _ body: (Workbench) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            var options = DatasetStore.Options()
            options.cacheFolder = folder.appending(path: "cache").path
            options.author = "tester"
            options.clockGranularity = 0
            try await body(
                Workbench(folder: folder, store: store, datasets: DatasetStore(store, options: options)))
        }
    }

    /// Writes a file and waits until its time is past.
    @discardableResult
    func write(_ path: String, _ content: some DataProtocol) throws -> String {
        let url = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content).write(to: url)
        Thread.sleep(forTimeInterval: 0.012)
        return url.path
    }

    func path(_ path: String) -> String { folder.appending(path: path).path }

    func content(_ path: String) throws -> Data { try Data(contentsOf: folder.appending(path: path)) }
}

/// Bytes that no chunk store finds twice.
func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}
