// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores

extension DatasetStore {
    /// Retires the versions that a policy does not keep; a collection of garbage may then remove data that no other version shares.
    ///
    /// The latest version always stays, and so do those with a tag. The records of the others stay too, so that
    /// ``lineage(of:)`` remains whole.
    ///
    /// - Parameters:
    ///   - dataset: The dataset.
    ///   - policy: Which versions stay.
    ///   - isDryRun: Whether to only tell which versions would be retired.
    /// - Returns: The numbers of the versions that were retired.
    /// - Throws: ``DatasetError`` with the code `notFound`; `StoreError`.
    @discardableResult
    public func retire(
        versionsOf dataset: String, keeping policy: RetentionPolicy, isDryRun: Bool = false
    ) async throws -> [Int] {
        let versions = try await log(dataset)
        let tagged = Set(try await tags(of: dataset).values)
        let unwanted = versions.dropLast(max(policy.latest, 1)).filter { version in
            !tagged.contains(version.number) && !(policy.after.map { version.created > $0 } ?? false)
        }
        guard !isDryRun else { return unwanted.map(\.number) }
        var retired: [Int] = []
        for version in unwanted {
            let isRetired = try await history(dataset).retire(version.number) {
                try await tags(of: dataset).values.contains(version.number)
            }
            if isRetired { retired.append(version.number) }
        }
        return retired
    }
}
