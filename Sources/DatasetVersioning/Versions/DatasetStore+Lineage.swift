// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores

extension DatasetStore {
    /// The versions that a version came from: its parents, their parents and so on, each once, the nearest first.
    ///
    /// Retired versions are among them: their records stay.
    ///
    /// - Throws: ``DatasetError`` with the code `notFound` where the version or one it names does not exist; `StoreError`.
    public func lineage(of reference: String) async throws -> [DatasetVersion] {
        var found: [DatasetVersion] = []
        var waiting = try await version(reference).parents[...]
        var seen = Set(waiting)
        while let parent = waiting.popFirst() {
            let name = try DatasetReference(parent)
            guard case .number(let number) = name.selector,
                let record = try await history(name.dataset).record(number)
            else {
                throw DatasetError(
                    .notFound, "a version names it as its parent, but it is not in \(store.location)",
                    subject: parent)
            }
            let version = try record.version(name.dataset, number)
            found.append(version)
            waiting += version.parents.filter { seen.insert($0).inserted }
        }
        return found
    }
}
