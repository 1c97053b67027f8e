// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a model scored on some data: metrics mean something only together with the data they were measured on.
public struct Evaluation: Hashable, Sendable, Codable {
    /// The data the model was evaluated on.
    public var data: DataReference
    /// The metrics by name, such as `auc`, without those that are not finite: they decide nothing.
    public let metrics: [String: Double]

    /// Describes an evaluation.
    public init(on data: DataReference, metrics: [String: Double]) {
        self.data = data
        self.metrics = metrics.filter(\.value.isFinite)
    }
}
