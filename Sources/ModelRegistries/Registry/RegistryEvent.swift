// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing
public import RunLineage

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Something that happened to a model: the history of a registry is a chain of these, and nothing else.
public struct RegistryEvent: Hashable, Sendable, Codable {
    /// What happened.
    public enum Action: Hashable, Sendable, Codable {
        /// A version was registered.
        case registered(
            version: Int, artifact: ModelArtifact, origin: ModelVersion.Origin?, lineage: Digest?,
            signature: ModelSignature?, tags: [String: String])
        /// A version was evaluated.
        case evaluated(version: Int, evaluation: Evaluation)
        /// A version was approved.
        case approved(version: Int)
        /// Tags of a version were set; those without a value were removed.
        case tagged(version: Int, set: [String: String], removed: [String])
        /// A version was taken out of use.
        case archived(version: Int)
        /// An alias moved: from nil it was new, to nil it was removed. The gates tell what was checked.
        case aliasMoved(alias: String, from: Int?, to: Int?, isRollBack: Bool, gates: [GateResult])
        /// A promotion was refused by its gates.
        case promotionRefused(alias: String, version: Int, gates: [GateResult])
    }

    /// What happened.
    public let action: Action
    /// Who did it.
    public let by: String
    /// Why; nil where nothing was said.
    public let why: String?
    /// When, in microseconds since 1970 by the clock of who did it.
    ///
    /// The order of events is that of the chain.
    public let microseconds: Int64

    /// Describes an event.
    public init(_ action: Action, by: String, why: String?, microseconds: Int64) {
        self.action = action
        self.by = by
        self.why = why
        self.microseconds = microseconds
    }

    /// When it happened.
    public var time: Date { Date(timeIntervalSince1970: Double(microseconds) / 1e6) }

    /// What happened, in one line for people.
    public var summary: String {
        switch action {
        case .registered(let version, let artifact, let origin, _, _, _):
            return "registered version \(version), \(artifact.digest.short)"
                + (origin.map { " from \($0.experiment)/\($0.name)" } ?? "")
        case .evaluated(let version, let evaluation):
            let values = evaluation.metrics.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return "evaluated version \(version) on \(evaluation.data): \(values.joined(separator: ", "))"
        case .approved(let version): return "approved version \(version)"
        case .tagged(let version, let set, let removed):
            let changes =
                set.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + removed.map { "-\($0)" }
            return "tagged version \(version): \(changes.joined(separator: ", "))"
        case .archived(let version): return "archived version \(version)"
        case .aliasMoved(let alias, let from, let to, let isRollBack, let gates):
            let path = "\(from.map { "\($0)" } ?? "none") -> \(to.map { "\($0)" } ?? "none")"
            let checks = gates.isEmpty ? "" : ", \(gates.count) gates passed"
            return "\(isRollBack ? "rolled back" : "moved") \(alias): \(path)\(checks)"
        case .promotionRefused(let alias, let version, let gates):
            let refusing = gates.filter { $0.outcome != .passed }.map(\.gate)
            return "refused version \(version) as \(alias): \(refusing.joined(separator: ", "))"
        }
    }
}
