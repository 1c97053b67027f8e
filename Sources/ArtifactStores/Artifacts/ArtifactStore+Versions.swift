// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension ArtifactStore {
    static let prefix = "artifacts/"

    /// The names of all artifacts, in the order of their UTF-8 bytes.
    ///
    /// - Throws: ``StoreError``
    public func names() async throws -> [String] {
        var names: Set<String> = []
        for object in try await store.listAll(prefix: ArtifactStore.prefix) {
            let part = object.key.dropFirst(ArtifactStore.prefix.count).prefix { $0 != "/" }
            if let name = ObjectKey.name(ofPart: part) { names.insert(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The versions of an artifact that are not retired, the oldest first.
    ///
    /// - Throws: ``StoreError``
    public func versions(of name: String) async throws -> [ArtifactVersion] {
        let retired = try await retiredVersions(of: name)
        return try await versionHistory(of: name).entries()
            .filter { !retired.contains($0.number) }
            .map { ArtifactVersion(name, $0.number, $0.record) }
    }

    /// The version that a text means: `name` for the latest, `name@3` for a number, `name@champion` for an alias.
    ///
    /// - Throws: ``StoreError`` with the code `notFound` where there is none.
    public func version(_ reference: String) async throws -> ArtifactVersion {
        let parts = reference.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        guard parts.count == 2 else {
            guard let latest = try await versions(of: name).last else { throw notFound(reference) }
            return latest
        }
        let which = String(parts[1])
        if let number = Int(which) { return try await version(name, number) }
        guard let number = try await aliasHistory(which, of: name).latest()?.record.version else {
            throw notFound(reference)
        }
        return try await version(name, number)
    }

    /// The version with a number.
    ///
    /// - Throws: ``StoreError`` with the code `notFound` where there is none, or none any more.
    public func version(_ name: String, _ number: Int) async throws -> ArtifactVersion {
        guard number > 0, let record = try await versionHistory(of: name).record(number) else {
            throw notFound("\(name)@\(number)")
        }
        guard try await !isRetired(name, number) else {
            throw StoreError(
                .notFound, "the version was retired, and its data may be gone", key: "\(name)@\(number)",
                location: store.location)
        }
        return ArtifactVersion(name, number, record)
    }

    private func notFound(_ reference: String) -> StoreError {
        StoreError(.notFound, "there is no such version", key: reference, location: store.location)
    }

    func versionHistory(of name: String) throws(StoreError) -> RecordHistory<ArtifactRecord> {
        RecordHistory(in: store, at: ArtifactStore.prefix + (try ObjectKey.part(for: name)) + "/versions")
    }

    func aliasHistory(_ alias: String, of name: String) throws(StoreError) -> RecordHistory<AliasRecord> {
        let prefix = ArtifactStore.prefix + (try ObjectKey.part(for: name)) + "/aliases/"
        return RecordHistory(in: store, at: prefix + (try ObjectKey.part(for: alias)))
    }
}

// MARK: Aliases

extension ArtifactStore {
    /// A move of an alias.
    public struct AliasMove: Hashable, Sendable {
        /// The version to which the alias led from then on; nil where it was removed.
        public let version: Int?
        /// When that was, to the second.
        public let moved: Date
    }

    /// Makes an alias lead to a version.
    ///
    /// - Parameters:
    ///   - alias: A name such as `champion`, not a number.
    ///   - name: The artifact.
    ///   - number: The version; nil removes the alias.
    ///   - expected: Where given, the move is made only if the alias leads there now; `.some(nil)` means nowhere.
    /// - Throws: ``StoreError`` with the code `changed` where the alias leads elsewhere than expected, `notFound` where there
    ///   is no such version.
    public func move(
        _ alias: String, of name: String, to number: Int?, from expected: Int?? = nil
    ) async throws {
        guard !alias.isEmpty, Int(alias) == nil, !alias.contains("@") else {
            throw StoreError(
                .invalidArgument, "an alias is neither empty nor a number and has no '@'", key: alias)
        }
        if let number { _ = try await version(name, number) }
        try await aliasHistory(alias, of: name).append { latest in
            if let expected, latest?.record.version != expected {
                throw StoreError(
                    .changed, "the alias leads to another version than expected", key: "\(name)@\(alias)",
                    location: store.location)
            }
            return AliasRecord(version: number, moved: Date())
        }
        // Whoever retires a version looks at the aliases after marking it, and we look for marks after moving: one
        // of the two sees the other.
        if let number { _ = try await version(name, number) }
    }

    /// Where the aliases of an artifact lead.
    ///
    /// - Throws: ``StoreError``
    public func aliases(of name: String) async throws -> [String: Int] {
        let prefix = ArtifactStore.prefix + (try ObjectKey.part(for: name)) + "/aliases/"
        var aliases: [String: Int] = [:]
        for object in try await store.listAll(prefix: prefix) {
            let part = object.key.dropFirst(prefix.count).prefix { $0 != "/" }
            guard let alias = ObjectKey.name(ofPart: part), aliases[alias] == nil else { continue }
            aliases[alias] = try await aliasHistory(alias, of: name).latest()?.record.version
        }
        return aliases
    }

    /// All moves of an alias, the oldest first.
    ///
    /// - Throws: ``StoreError``
    public func moves(of alias: String, of name: String) async throws -> [AliasMove] {
        try await aliasHistory(alias, of: name).entries().map {
            AliasMove(version: $0.record.version, moved: $0.record.moved)
        }
    }
}
