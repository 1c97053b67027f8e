// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
import ContentHashing
public import RunLineage
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A model registry in any object store, without a server: a folder, a bucket, memory.
///
/// Each model is a chain of events (`registry/models/<name>/`); what the registry says is what they add up to. The next
/// event's number is taken by create-if-absent, so of racing changes one wins and the others are checked again.
public final class ObjectStoreModelRegistry: ModelRegistry {
    /// Tells whether the files of an artifact are intact; nil where it cannot tell.
    public typealias ArtifactCheck = @Sendable (ModelArtifact) async throws -> Bool?

    /// Where the registry is.
    public var location: String { store.location }
    /// Who makes changes that do not name anybody.
    public let user: String

    private let store: any ObjectStore
    private let check: ArtifactCheck?
    private let states = Mutex<[String: RegistryState]>([:])

    /// Opens a registry; it need not exist yet.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - user: Who makes changes that do not name anybody; nil takes the user of the process.
    ///   - artifactCheck: Tells whether files are intact; nil reads them from the `ArtifactStore` in this store.
    public init(_ store: any ObjectStore, user: String? = nil, artifactCheck: ArtifactCheck? = nil) {
        self.store = store
        let variables = ProcessInfo.processInfo.environment
        self.user = user ?? variables["USER"] ?? variables["LOGNAME"] ?? "unknown"
        check = artifactCheck
    }

    /// Registers a version.
    ///
    /// The same files from the same run are the same version, so a retry changes nothing.
    public func register(_ candidate: ModelCandidate, note: ChangeNote) async throws -> ModelVersion {
        try Self.check(name: candidate.model)
        let lineage = candidate.run?.lineage
        if let lineage {
            // The record goes first, under its own digest: a crash leaves it unused, never missing.
            try await keep(lineage.canonicalJSON, at: Self.key(ofLineage: lineage.digest))
        }
        let origin = candidate.run.map {
            ModelVersion.Origin(experiment: $0.experiment, id: $0.id, name: $0.name)
        }
        var number = 0
        try await change(candidate.model, note: note) { state in
            let same = state.versions.first {
                $0.artifact.digest == candidate.artifact.digest && $0.origin?.id == origin?.id
                    && $0.lineage == lineage?.digest
            }
            number = same?.number ?? state.versions.count + 1
            return same != nil
                ? nil
                : .registered(
                    version: number, artifact: candidate.artifact, origin: origin, lineage: lineage?.digest,
                    signature: candidate.signature, tags: candidate.tags)
        }
        // The name comes last: a listed model has a version.
        let name = CanonicalJSON.encode(.object(["model": .string(candidate.model)]))
        try await keep(name, at: Self.namePrefix + candidate.model + Self.nameSuffix)
        var version = try await version(number, of: candidate.model)
        for evaluation in candidate.evaluations {
            version = try await record(evaluation, of: version, note: note)
        }
        return version
    }

    /// The names of all models, sorted.
    public func models() async throws -> [String] {
        try await store.listAll(prefix: Self.namePrefix).map {
            String($0.key.dropFirst(Self.namePrefix.count).dropLast(Self.nameSuffix.count))
        }
    }

    /// The versions of a model, the oldest first.
    public func versions(of model: String) async throws -> [ModelVersion] {
        try await state(of: model).versions
    }

    /// The numbers of the versions that the aliases of a model hold.
    public func aliases(of model: String) async throws -> [String: Int] { try await state(of: model).aliases }

    /// Everything that happened to a model, the oldest first.
    public func history(of model: String) async throws -> [RegistryEvent] {
        try await state(of: model).events
    }

    /// Moves an alias, if it holds the expected version.
    public func moveAlias(_ move: AliasMove, of model: String, note: ChangeNote) async throws {
        try Self.check(name: move.alias)
        guard Int(move.alias) == nil else {
            throw RegistryError(
                .invalidName, "an alias that is a number would look like a version",
                subject: "\(model)@\(move.alias)")
        }
        try await change(model, note: note) { state in
            let present = state.aliases[move.alias]
            guard present == move.from else {
                let (found, expected) = (present.map { "version \($0)" }, move.from.map { "version \($0)" })
                throw RegistryError(
                    .aliasMoved,
                    "it holds \(found ?? "no version"), not \(expected ?? "none"); look again before moving it",
                    subject: "\(model)@\(move.alias)")
            }
            if let to = move.to, try state.version(to).isArchived {
                throw RegistryError(.archived, "the version is archived", subject: "\(model)@\(to)")
            }
            return .aliasMoved(
                alias: move.alias, from: move.from, to: move.to, isRollBack: move.isRollBack,
                gates: move.gates)
        }
    }

    /// Adds what a version scored; an evaluation that stands already is not added again.
    public func record(
        _ evaluation: Evaluation, of version: ModelVersion, note: ChangeNote
    ) async throws -> ModelVersion {
        try await change(version, note: note) { found, _ in
            found.evaluations.contains(evaluation)
                ? nil : .evaluated(version: version.number, evaluation: evaluation)
        }
    }

    /// Adds somebody's word that a version may be used; the same person's second word is not added.
    public func approve(_ version: ModelVersion, note: ChangeNote) async throws -> ModelVersion {
        try await change(version, note: note) { found, _ in
            found.approvals.contains { $0.by == note.by } ? nil : .approved(version: version.number)
        }
    }

    /// Sets tags of a version, and removes those whose value is nil.
    public func tag(
        _ version: ModelVersion, _ tags: [String: String?], note: ChangeNote
    ) async throws -> ModelVersion {
        try await change(version, note: note) { found, _ in
            let set = tags.compactMapValues { $0 }.filter { found.tags[$0.key] != $0.value }
            let removed = tags.filter { $0.value == nil && found.tags[$0.key] != nil }.keys.sorted()
            return set.isEmpty && removed.isEmpty
                ? nil : .tagged(version: version.number, set: set, removed: removed)
        }
    }

    /// Takes a version out of use; it stays in the history.
    public func archive(_ version: ModelVersion, note: ChangeNote) async throws -> ModelVersion {
        try await change(version, note: note) { found, state in
            if let holder = state.aliases.filter({ $0.value == version.number }).keys.min() {
                throw RegistryError(
                    .archived, "'\(holder)' holds the version; move it first", subject: "\(version)")
            }
            return found.isArchived ? nil : .archived(version: version.number)
        }
    }

    /// Writes down that gates refused a promotion.
    public func recordRefusal(
        of version: ModelVersion, as alias: String, gates: [GateResult], note: ChangeNote
    ) async throws {
        _ = try await change(version, note: note) { _, _ in
            .promotionRefused(alias: alias, version: version.number, gates: gates)
        }
    }

    /// The lineage of a version, checked against its digest; nil where none was told.
    public func lineage(of version: ModelVersion) async throws -> LineageRecord? {
        guard let digest = version.lineage else { return nil }
        let bytes = try await store.get(Self.key(ofLineage: digest))
        guard Digest(of: bytes) == digest else {
            throw RegistryError(
                .corrupted, "its lineage is not the one that was registered", subject: "\(version)")
        }
        return try LineageRecord(canonicalJSON: bytes)
    }

    /// Whether the files of a version are still what was registered: every byte is read again.
    ///
    /// Nil for files that are no version of an `ArtifactStore`, where nobody can tell.
    public func artifactIsIntact(of version: ModelVersion) async throws -> Bool? {
        if let check { return try await check(version.artifact) }
        return try await Self.isIntact(version.artifact, in: store)
    }
}

extension ObjectStoreModelRegistry {
    private static let namePrefix = "registry/names/"
    /// Records are JSON, so that the store's garbage collection knows how to read them.
    private static let nameSuffix = ".json"

    private static func key(ofLineage digest: Digest) -> String {
        "registry/lineage/\(digest.hexadecimal).json"
    }

    private static func check(name: String) throws(RegistryError) {
        // The strictest of what keys, MLflow and people's shells allow.
        let isSound = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_.".utf8.contains(byte)
            }
        }
        guard isSound, (1...200).contains(name.utf8.count), !name.hasPrefix(".") else {
            throw RegistryError(
                .invalidName,
                "a name holds 1 to 200 ASCII letters, digits and -_. and does not begin with '.'",
                subject: "'\(name)'")
        }
    }

    /// Writes an object whose key tells its content, unless it stands.
    private func keep(_ content: [UInt8], at key: String) async throws {
        do {
            try await store.create(content, at: key)
        } catch let error as StoreError where error.code == .alreadyExists {
            return
        }
    }

    private func chain(of model: String) -> RecordHistory<RegistryEvent> {
        RecordHistory(in: store, at: "registry/models/\(model)")
    }

    /// What the events of a model add up to now.
    ///
    /// Events never change, so only new ones are read.
    private func state(of model: String) async throws -> RegistryState {
        try Self.check(name: model)
        var state = states.withLock { $0[model] } ?? RegistryState(model: model)
        let chain = chain(of: model)
        while let event = try await chain.record(state.events.count + 1) { try state.apply(event) }
        states.withLock { states in
            if states[model]?.events.count ?? 0 < state.events.count { states[model] = state }
        }
        return state
    }

    /// Appends the event that the closure makes of the present state; made again where another writer was
    /// faster.
    ///
    /// Nil changes nothing.
    private func change(
        _ model: String, note: ChangeNote,
        _ action: (RegistryState) async throws -> RegistryEvent.Action?
    ) async throws {
        while true {
            let state = try await state(of: model)
            guard let action = try await action(state) else { return }
            let now = Int64(Date().timeIntervalSince1970 * 1e6)
            let event = RegistryEvent(action, by: note.by, why: note.why, microseconds: now)
            do {
                return try await chain(of: model).append(event, as: state.events.count + 1)
            } catch let error as StoreError where error.code == .alreadyExists {
                continue
            }
        }
    }

    private func change(
        _ version: ModelVersion, note: ChangeNote,
        _ action: (ModelVersion, RegistryState) throws -> RegistryEvent.Action?
    ) async throws -> ModelVersion {
        try await change(version.model, note: note) { state in
            try action(state.version(version.number), state)
        }
        return try await self.version(version.number, of: version.model)
    }
}
