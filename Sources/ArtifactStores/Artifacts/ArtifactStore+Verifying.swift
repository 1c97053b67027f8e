// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

extension ArtifactStore {
    /// Reads every byte of a version again and checks it against the version's digest.
    ///
    /// - Throws: ``StoreError`` with the code `corrupted` for whatever is missing or is not what was published.
    public func verify(_ version: ArtifactVersion) async throws {
        let manifest = try await manifest(of: version)
        guard manifest.digest() == version.digest else {
            throw StoreError(
                .corrupted, "the list of files is not the one that was published", key: version.description,
                location: store.location)
        }
        for file in manifest.files {
            var hasher = SHA256()
            try await chunks.read(file.content) { hasher.update($0) }
            try chunks.check(hasher.finalize(), of: file.content)
        }
    }
}
