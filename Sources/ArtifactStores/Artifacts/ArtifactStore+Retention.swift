// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Which versions of an artifact stay; a version to which an alias leads always stays.
public struct RetentionPolicy: Hashable, Sendable {
    /// How many of the latest versions stay at least.
    public var latest: Int
    /// Versions published after this stay.
    public var after: Date?

    /// Keeps the latest versions, and those published after a date.
    public init(latest: Int, after: Date? = nil) {
        self.latest = latest
        self.after = after
    }
}

extension ArtifactStore {
    /// Retires the versions that a policy does not keep; a collection of garbage may then remove their data.
    ///
    /// - Parameters:
    ///   - name: The artifact.
    ///   - policy: Which versions stay.
    ///   - isDryRun: Whether to only tell which versions would be retired.
    /// - Returns: The numbers of the versions that were retired.
    /// - Throws: ``StoreError``
    @discardableResult
    public func retire(
        versionsOf name: String, keeping policy: RetentionPolicy, isDryRun: Bool = false
    ) async throws -> [Int] {
        let versions = try await versions(of: name)
        let named = Set(try await aliases(of: name).values)
        let unwanted = versions.dropLast(max(policy.latest, 0)).filter { version in
            !named.contains(version.number) && !(policy.after.map { version.created > $0 } ?? false)
        }
        guard !isDryRun else { return unwanted.map(\.number) }
        var retired: [Int] = []
        let history = try versionHistory(of: name)
        for version in unwanted {
            let isRetired = try await history.retire(version.number) {
                try await aliases(of: name).values.contains(version.number)
            }
            if isRetired { retired.append(version.number) }
        }
        return retired
    }

    func isRetired(_ name: String, _ number: Int) async throws -> Bool {
        try await versionHistory(of: name).isRetired(number)
    }

    func retiredVersions(of name: String) async throws -> Set<Int> {
        try await versionHistory(of: name).retiredNumbers()
    }
}
