// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A run, and what made what it made: the tie between a model in a registry and its origin.
public struct RunReference: Hashable, Sendable, Codable {
    /// The experiment the run belongs to.
    public var experiment: String
    /// The identity of the run.
    public var id: String
    /// The name of the run.
    public var name: String
    /// What made the run's results.
    public var lineage: LineageRecord

    /// Describes a run.
    public init(experiment: String, id: String, name: String, lineage: LineageRecord) {
        self.experiment = experiment
        self.id = id
        self.name = name
        self.lineage = lineage
    }
}

extension RunReference: CustomStringConvertible {
    /// The experiment and the name, as `flight-delay/july`.
    public var description: String { experiment + "/" + name }
}
