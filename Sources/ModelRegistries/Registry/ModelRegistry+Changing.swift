// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import RunLineage

extension ModelRegistry {
    /// Registers a version.
    ///
    /// The same files from the same run are the same version, so a retry changes nothing.
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
        _ model: String, artifact: ModelArtifact, run: RunReference? = nil, signature: ModelSignature? = nil,
        evaluations: [Evaluation] = [], tags: [String: String] = [:], by: String? = nil, why: String? = nil
    ) async throws -> ModelVersion {
        let candidate = ModelCandidate(
            model: model, artifact: artifact, run: run, signature: signature, evaluations: evaluations,
            tags: tags)
        return try await register(candidate, note: note(by, why))
    }

    /// Lets an alias point at a version, if every gate passes.
    ///
    /// The results of the gates stay in the history.
    ///
    /// An alias that points at the version already is left as it is.
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - alias: The alias, such as `champion`.
    ///   - gates: What must hold; with none, the alias just moves.
    ///   - by: Who promotes it; nil takes ``user``.
    ///   - why: Why.
    /// - Returns: What the gates found.
    /// - Throws: ``RegistryError`` with the code `gateRefused` and the results, or `aliasMoved` where somebody moved
    ///   the alias while the gates were looking.
    @discardableResult
    public func promote(
        _ version: ModelVersion, to alias: String, if gates: [PromotionGate] = [], by: String? = nil,
        why: String? = nil
    ) async throws -> [GateResult] {
        let note = note(by, why)
        let numbers = try await aliases(of: version.model)
        guard numbers[alias] != version.number else { return [] }
        // The candidate is read again: approvals and evaluations may have come since the caller got it.
        let versions = try await versions(of: version.model)
        guard let candidate = versions.first(where: { $0.number == version.number }) else {
            throw RegistryError(.notFound, "there is no such version in \(location)", subject: "\(version)")
        }
        let holders = numbers.compactMapValues { number in versions.first { $0.number == number } }
        let context = GateContext(
            candidate: candidate, alias: alias, aliases: holders, by: note.by, registry: self)
        var results: [GateResult] = []
        for gate in gates { results.append(await gate.result(in: context)) }
        let refusals = results.filter { $0.outcome != .passed }
        guard refusals.isEmpty else {
            try await recordRefusal(of: candidate, as: alias, gates: results, note: note)
            throw RegistryError(
                .gateRefused,
                "not promoted to '\(alias)': " + refusals.map(\.description).joined(separator: "; "),
                subject: "\(candidate)", gates: results)
        }
        let move = AliasMove(alias, from: numbers[alias], to: candidate.number, gates: results)
        try await moveAlias(move, of: candidate.model, note: note)
        return results
    }

    /// Lets an alias point again at the version it held before the present one, in one step and without gates.
    ///
    /// Rolling back once more goes one step further back, not forth again. Archived versions are passed over.
    ///
    /// - Parameters:
    ///   - model: The name of the model.
    ///   - alias: The alias, such as `champion`.
    ///   - by: Who rolls it back; nil takes ``user``.
    ///   - why: Why.
    /// - Returns: The version that the alias holds now.
    /// - Throws: ``RegistryError`` with the code `nothingToRollBackTo`, `notFound` or `aliasMoved`.
    @discardableResult
    public func rollBack(
        _ model: String, _ alias: String, by: String? = nil, why: String? = nil
    ) async throws -> ModelVersion {
        guard let present = try await aliases(of: model)[alias] else {
            throw RegistryError(.notFound, "there is no such alias", subject: "\(model)@\(alias)")
        }
        let versions = try await versions(of: model)
        let usable = Set(versions.filter { !$0.isArchived }.map(\.number))
        var held = AliasPath(of: alias, in: try await history(of: model)).held
        // A registry whose history is incomplete still tells what the alias holds.
        if held.last == present { held.removeLast() }
        guard let number = held.last(where: { usable.contains($0) && $0 != present }),
            let previous = versions.first(where: { $0.number == number })
        else {
            throw RegistryError(
                .nothingToRollBackTo, "it has held no other version that could take over",
                subject: "\(model)@\(alias)")
        }
        let move = AliasMove(alias, from: present, to: number, isRollBack: true)
        try await moveAlias(move, of: model, note: note(by, why))
        return previous
    }

    /// Adds what a version scored.
    ///
    /// - Throws: ``RegistryError``
    @discardableResult
    public func record(
        _ evaluation: Evaluation, of version: ModelVersion, by: String? = nil, why: String? = nil
    ) async throws -> ModelVersion {
        try await record(evaluation, of: version, note: note(by, why))
    }

    /// Adds somebody's word that a version may be used.
    ///
    /// - Throws: ``RegistryError``
    @discardableResult
    public func approve(
        _ version: ModelVersion, by: String? = nil, why: String? = nil
    ) async throws -> ModelVersion {
        try await approve(version, note: note(by, why))
    }

    /// Sets tags of a version, and removes those whose value is nil.
    ///
    /// - Throws: ``RegistryError``
    @discardableResult
    public func tag(
        _ version: ModelVersion, _ tags: [String: String?], by: String? = nil, why: String? = nil
    ) async throws -> ModelVersion {
        try await tag(version, tags, note: note(by, why))
    }

    /// Takes a version out of use; it stays in the history.
    ///
    /// - Throws: ``RegistryError`` with the code `archived` where an alias holds it.
    @discardableResult
    public func archive(
        _ version: ModelVersion, by: String? = nil, why: String? = nil
    ) async throws -> ModelVersion {
        try await archive(version, note: note(by, why))
    }

    private func note(_ by: String?, _ why: String?) -> ChangeNote { ChangeNote(by: by ?? user, why: why) }
}

/// The versions an alias has held, without those that were rolled back.
struct AliasPath {
    private(set) var held: [Int] = []

    init(of alias: String, in history: [RegistryEvent]) {
        for event in history {
            guard case .aliasMoved(alias, _, let to, let isRollBack, _) = event.action else { continue }
            if isRollBack {
                // Back to where it was: what came after is no longer part of the path.
                if let place = held.dropLast().lastIndex(where: { $0 == to }) {
                    held.removeSubrange((place + 1)...)
                }
            } else if let to {
                held.append(to)
            }
        }
    }
}
