// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The parameters of the pipeline, as `params.yaml` holds them.
struct Settings: Decodable, Sendable {
    /// The months to score, in order, each as `2013-06`.
    var months: [String]
    /// The month that contracts and drift compare with.
    var referenceMonth: String
    /// The month on which the gate compares the challenger with the champion.
    var evaluationMonth: String
    var label: Label
    var gate: Gate
    var scoring: Scoring

    /// What counts as late.
    struct Label: Decodable, Sendable {
        var lateAfterMinutes: Double
    }

    /// What the challenger must gain over the champion.
    struct Gate: Decodable, Sendable {
        var measure: String
        var betterBy: Double
    }

    struct Scoring: Decodable, Sendable {
        var threads: Int
    }
}
