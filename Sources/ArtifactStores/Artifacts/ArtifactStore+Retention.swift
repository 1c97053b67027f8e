// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

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

/// What stands in the store for a record whose contents need not be kept any more.
///
/// The record itself stays, for the history; the mark stands at ``Retirement/key(of:)``.
struct Retirement: Codable, Sendable {
    var retired: Date

    static let prefix = "retired/"

    /// Where the mark of a record stands.
    static func key(of record: String) -> String { prefix + record }
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
        for version in unwanted {
            let key = Retirement.key(of: try recordKey(name, version.number))
            try await store.put(try CanonicalJSON.encode(Retirement(retired: Date())), at: key)
            if try await aliases(of: name).values.contains(version.number) {
                try await store.delete(key)
            } else {
                retired.append(version.number)
            }
        }
        return retired
    }

    func isRetired(_ name: String, _ number: Int) async throws -> Bool {
        try await store.head(Retirement.key(of: try recordKey(name, number))) != nil
    }

    func retiredVersions(of name: String) async throws -> Set<Int> {
        let prefix = Retirement.key(of: try versionHistory(of: name).prefix + "/")
        return Set(
            try await store.listAll(prefix: prefix).compactMap {
                Int($0.key.dropFirst(prefix.count).dropLast(".json".count))
            })
    }

    private func recordKey(_ name: String, _ number: Int) throws -> String {
        try versionHistory(of: name).key(of: number)
    }
}
