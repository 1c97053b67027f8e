// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import RunLineage

/// What is to become a version of a model.
public struct ModelCandidate: Hashable, Sendable {
    /// The name of the model: ASCII letters, digits and `-_.`.
    public var model: String
    /// The files.
    public var artifact: ModelArtifact
    /// The run it came from, with the lineage.
    public var run: RunReference?
    /// What the model takes and gives.
    public var signature: ModelSignature?
    /// What it scored.
    public var evaluations: [Evaluation]
    /// Its first tags.
    public var tags: [String: String]

    /// Describes a candidate.
    public init(
        model: String, artifact: ModelArtifact, run: RunReference? = nil, signature: ModelSignature? = nil,
        evaluations: [Evaluation] = [], tags: [String: String] = [:]
    ) {
        self.model = model
        self.artifact = artifact
        self.run = run
        self.signature = signature
        self.evaluations = evaluations
        self.tags = tags
    }
}
