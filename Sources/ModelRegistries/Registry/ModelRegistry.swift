// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import RunLineage

/// A place that numbers the versions of models and lets names such as `champion` point at them.
///
/// A version's content never changes, an alias moves only from the version it is known to hold, and every change leaves
/// an event that says who, when and why. `MLOpsTesting` holds the conformance suite for registries of your own.
public protocol ModelRegistry: Sendable {
    /// Where the registry is, as people write it: a path or a URL, never a credential.
    var location: String { get }

    /// Who makes changes that do not name anybody.
    var user: String { get }

    /// Registers a version. The same files from the same run are the same version, so a retry changes nothing.
    ///
    /// - Throws: ``RegistryError`` with the code `invalidName`, and what the store throws.
    func register(_ candidate: ModelCandidate, note: ChangeNote) async throws -> ModelVersion

    /// The names of all models, sorted.
    func models() async throws -> [String]

    /// The versions of a model, the oldest first, archived ones among them; none for an unknown model.
    func versions(of model: String) async throws -> [ModelVersion]

    /// The numbers of the versions that the aliases of a model hold.
    func aliases(of model: String) async throws -> [String: Int]

    /// Everything that happened to a model, the oldest first.
    func history(of model: String) async throws -> [RegistryEvent]

    /// Moves an alias, if it holds the expected version.
    ///
    /// - Parameters:
    ///   - move: Where from and where to.
    ///   - model: The name of the model.
    ///   - note: Who, and why.
    /// - Throws: ``RegistryError`` with the code `aliasMoved` where it holds another version, `notFound`, or
    ///   `archived`.
    func moveAlias(_ move: AliasMove, of model: String, note: ChangeNote) async throws

    /// Adds what a version scored.
    func record(_ evaluation: Evaluation, of version: ModelVersion, note: ChangeNote) async throws
        -> ModelVersion

    /// Adds somebody's word that a version may be used.
    func approve(_ version: ModelVersion, note: ChangeNote) async throws -> ModelVersion

    /// Sets tags of a version, and removes those whose value is nil.
    func tag(_ version: ModelVersion, _ tags: [String: String?], note: ChangeNote) async throws
        -> ModelVersion

    /// Takes a version out of use; it stays in the history.
    ///
    /// - Throws: ``RegistryError`` with the code `archived` where an alias holds it.
    func archive(_ version: ModelVersion, note: ChangeNote) async throws -> ModelVersion

    /// Writes down that gates refused a promotion. A registry that has no place for it may do nothing.
    func recordRefusal(
        of version: ModelVersion, as alias: String, gates: [GateResult], note: ChangeNote) async throws

    /// The lineage of a version, checked against its digest; nil where none was told.
    func lineage(of version: ModelVersion) async throws -> LineageRecord?

    /// Whether the files of a version are still what was registered; nil where the registry cannot tell.
    func artifactIsIntact(of version: ModelVersion) async throws -> Bool?
}

/// A move of an alias.
public struct AliasMove: Hashable, Sendable {
    /// The alias.
    public var alias: String
    /// The version it must hold; nil where it must not be there.
    public var from: Int?
    /// The version it is to hold; nil removes it.
    public var to: Int?
    /// Whether this takes back an earlier move.
    public var isRollBack: Bool
    /// What was checked before.
    public var gates: [GateResult]

    /// Describes a move.
    public init(
        _ alias: String, from: Int?, to: Int?, isRollBack: Bool = false, gates: [GateResult] = []
    ) {
        self.alias = alias
        self.from = from
        self.to = to
        self.isRollBack = isRollBack
        self.gates = gates
    }
}
