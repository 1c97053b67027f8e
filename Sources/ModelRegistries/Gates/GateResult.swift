// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a gate found; it is written into the history with the promotion.
public struct GateResult: Hashable, Sendable, Codable {
    /// How a gate decides.
    public enum Outcome: String, Hashable, Sendable, Codable {
        /// The version may pass.
        case passed
        /// The version may not pass.
        case failed
        /// Nobody can tell, so the version may not pass.
        case unknown
    }

    /// The name of the gate.
    public let gate: String
    /// How it decided.
    public let outcome: Outcome
    /// What it decided by, in words.
    public let evidence: String

    /// Describes what a gate found.
    public init(gate: String, outcome: Outcome, evidence: String) {
        self.gate = gate
        self.outcome = outcome
        self.evidence = evidence
    }
}

extension GateResult: CustomStringConvertible {
    /// The outcome, the gate and the evidence, as `failed: beats champion on auc by 0.002: 0.741 against 0.743`.
    public var description: String { "\(outcome.rawValue): \(gate): \(evidence)" }
}
