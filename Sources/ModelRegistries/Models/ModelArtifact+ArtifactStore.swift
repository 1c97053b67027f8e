// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
public import RunLineage

extension ModelArtifact {
    /// The files of a version in an `ArtifactStore`.
    public init(_ version: ArtifactVersion) {
        self.init(name: version.name, version: version.number, digest: version.digest, size: version.size)
    }
}

extension ModelRegistry {
    /// Registers a version whose files are a version in an `ArtifactStore`.
    ///
    /// - Parameters:
    ///   - model: The name of the model.
    ///   - artifact: The files.
    ///   - run: The run it came from, with the lineage.
    ///   - signature: What the model takes and gives.
    ///   - evaluations: What it scored.
    ///   - tags: Its first tags.
    ///   - by: Who registers it; nil takes ``user``.
    ///   - why: Why.
    /// - Throws: ``RegistryError`` with the code `invalidName`, and what the store throws.
    @discardableResult
    public func register(
        _ model: String, artifact: ArtifactVersion, run: RunReference? = nil,
        signature: ModelSignature? = nil,
        evaluations: [Evaluation] = [], tags: [String: String] = [:], by: String? = nil, why: String? = nil
    ) async throws -> ModelVersion {
        try await register(
            model, artifact: ModelArtifact(artifact), run: run, signature: signature,
            evaluations: evaluations,
            tags: tags, by: by, why: why)
    }
}

extension ObjectStoreModelRegistry {
    /// Reads the files again from the `ArtifactStore` in a store; nil where they are not kept there.
    static func isIntact(_ artifact: ModelArtifact, in store: any ObjectStore) async throws -> Bool? {
        guard let number = artifact.version else { return nil }
        let artifacts = ArtifactStore(store)
        do {
            let version = try await artifacts.version(artifact.name, number)
            guard version.digest == artifact.digest else { return false }
            try await artifacts.verify(version)
            return true
        } catch let error as StoreError where error.code == .corrupted || error.code == .notFound {
            return false
        }
    }
}
