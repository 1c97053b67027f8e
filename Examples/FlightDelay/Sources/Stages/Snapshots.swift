// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import DatasetVersioning
import RunLineage

/// Each month as a version of the dataset `flights`, tagged with the month.
struct Snapshots {
    static let dataset = "flights"

    private let store: any ObjectStore
    private let datasets: DatasetStore

    /// Keeps datasets in a store.
    ///
    /// - Parameter cache: Where this machine remembers which files it has read.
    init(in store: any ObjectStore, cache: String) {
        self.store = store
        var options = DatasetStore.Options()
        options.cacheFolder = cache
        datasets = DatasetStore(store, options: options)
    }

    /// The version that holds a month's file: the one tagged with the month, or else a new one.
    func keep(_ month: String, file: String) async throws -> DatasetVersion {
        if let known = try await version(of: month) {
            let digests = try await datasets.files(of: known).map(\.digest)
            if digests == [try Digest(ofFileAt: file)] { return known }
        }
        let snapshot = try await datasets.snapshot(
            Snapshots.dataset, of: file, message: "flights of " + month)
        try await datasets.tag(snapshot.reference, as: month)
        return snapshot.version
    }

    private func version(of month: String) async throws -> DatasetVersion? {
        do {
            return try await datasets.version(Snapshots.dataset + "@" + month)
        } catch let error as DatasetError where error.code == .notFound {
            return nil
        }
    }

    /// How many bytes the whole store holds.
    func storedBytes() async throws -> Int {
        try await store.listAll(prefix: "").reduce(0) { $0 + $1.size }
    }
}

extension DatasetVersion {
    /// What a lineage records of this version.
    func lineage() throws -> DataReference {
        DataReference(
            name: dataset, version: number, digest: digest,
            schema: try schema.map { Digest(of: try CanonicalJSON.encode($0)) }, rows: rowCount)
    }
}
