// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing
public import RunLineage

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A version of a model as a registry holds it.
///
/// What it is made of never changes: number, artifact, run, lineage, signature. What is said about it grows:
/// evaluations, approvals, tags, whether it is archived.
public struct ModelVersion: Hashable, Sendable {
    /// The run a version came from.
    public struct Origin: Hashable, Sendable, Codable {
        /// The experiment the run belongs to.
        public var experiment: String
        /// The identity of the run.
        public var id: String
        /// The name of the run.
        public var name: String

        /// Describes a run.
        public init(experiment: String, id: String, name: String) {
            self.experiment = experiment
            self.id = id
            self.name = name
        }
    }

    /// Somebody's word that the version may be used.
    public struct Approval: Hashable, Sendable, Codable {
        /// Who approved.
        public let by: String
        /// Why; nil where nothing was said.
        public let why: String?
        /// When, in microseconds since 1970.
        public let microseconds: Int64

        /// Describes an approval.
        public init(by: String, why: String?, microseconds: Int64) {
            self.by = by
            self.why = why
            self.microseconds = microseconds
        }
    }

    /// The name of the model.
    public let model: String
    /// The number of the version, counted from 1 and never used again.
    public let number: Int
    /// The files.
    public let artifact: ModelArtifact
    /// The run it came from; nil where none was told.
    public let origin: Origin?
    /// The digest of the lineage record; nil where none was told.
    public let lineage: Digest?
    /// What the model takes and gives; nil where it was not told.
    public let signature: ModelSignature?
    /// Who registered it.
    public let registeredBy: String
    /// When it was registered, in microseconds since 1970.
    public let microseconds: Int64
    /// What it scored, the oldest first.
    public internal(set) var evaluations: [Evaluation]
    /// Who approved it, the oldest first.
    public internal(set) var approvals: [Approval]
    /// Its tags by name.
    public internal(set) var tags: [String: String]
    /// Whether it was taken out of use.
    public internal(set) var isArchived: Bool

    /// Describes a version.
    public init(
        model: String, number: Int, artifact: ModelArtifact, origin: Origin? = nil, lineage: Digest? = nil,
        signature: ModelSignature? = nil, registeredBy: String, microseconds: Int64,
        evaluations: [Evaluation] = [], approvals: [Approval] = [], tags: [String: String] = [:],
        isArchived: Bool = false
    ) {
        self.model = model
        self.number = number
        self.artifact = artifact
        self.origin = origin
        self.lineage = lineage
        self.signature = signature
        self.registeredBy = registeredBy
        self.microseconds = microseconds
        self.evaluations = evaluations
        self.approvals = approvals
        self.tags = tags
        self.isArchived = isArchived
    }

    /// When it was registered.
    public var registered: Date { Date(timeIntervalSince1970: Double(microseconds) / 1e6) }

    /// The latest value of a metric for each content of data it was measured on.
    public func values(of metric: String) -> [Digest: Double] {
        var values: [Digest: Double] = [:]
        for evaluation in evaluations {
            if let value = evaluation.metrics[metric] { values[evaluation.data.digest] = value }
        }
        return values
    }
}

extension ModelVersion: CustomStringConvertible {
    /// The model and the number, as `flight-delay@3`.
    public var description: String { "\(model)@\(number)" }
}
