// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import RunLineage

/// A condition on a promotion, as a value.
///
/// A gate that throws, or that cannot tell, does not let the version pass.
public struct PromotionGate: Sendable {
    /// How a gate decides, with the evidence in words.
    public enum Verdict: Hashable, Sendable {
        /// The version may pass.
        case passed(String)
        /// The version may not pass.
        case failed(String)
        /// Nobody can tell, so the version may not pass.
        case unknown(String)
    }

    /// The name of the gate, as it stands in the history.
    public let name: String
    private let decide: @Sendable (GateContext) async throws -> Verdict

    /// Makes a gate of your own.
    ///
    /// - Parameters:
    ///   - name: The name of the gate, with what it was given, such as `latency below 1 ms`.
    ///   - decide: Looks at the candidate; what it throws counts as unknown.
    public init(_ name: String, decide: @escaping @Sendable (GateContext) async throws -> Verdict) {
        self.name = name
        self.decide = decide
    }

    /// Asks the gate.
    public func result(in context: GateContext) async -> GateResult {
        do {
            switch try await decide(context) {
            case .passed(let evidence): return GateResult(gate: name, outcome: .passed, evidence: evidence)
            case .failed(let evidence): return GateResult(gate: name, outcome: .failed, evidence: evidence)
            case .unknown(let evidence): return GateResult(gate: name, outcome: .unknown, evidence: evidence)
            }
        } catch {
            return GateResult(gate: name, outcome: .unknown, evidence: "\(error)")
        }
    }
}

/// What a gate may look at.
public struct GateContext: Sendable {
    /// The version to be promoted.
    public let candidate: ModelVersion
    /// The alias it is to take.
    public let alias: String
    /// The versions that the aliases of the model hold now.
    public let aliases: [String: ModelVersion]
    /// Who wants the promotion.
    public let by: String
    private let registry: any ModelRegistry

    init(
        candidate: ModelVersion, alias: String, aliases: [String: ModelVersion], by: String,
        registry: any ModelRegistry
    ) {
        self.candidate = candidate
        self.alias = alias
        self.aliases = aliases
        self.by = by
        self.registry = registry
    }

    /// The candidate's lineage; nil where none was told.
    ///
    /// - Throws: ``RegistryError`` with the code `corrupted` where it is not the one that was registered.
    public func lineage() async throws -> LineageRecord? { try await registry.lineage(of: candidate) }

    /// Whether the candidate's files are still what was registered; nil where the registry cannot tell.
    public func artifactIsIntact() async throws -> Bool? {
        try await registry.artifactIsIntact(of: candidate)
    }
}
