// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What one run of the pipeline found: everything the report draws and the end-to-end test checks.
///
/// It holds no time, no identifier and no path, so that a run that was killed and started again, or a second run on
/// the same store, ends with the same bytes.
struct Summary: Codable, Sendable {
    var parameters: Parameters
    var datasets: [Dataset] = []
    var refusals: [Refusal] = []
    var scorings: [Scoring] = []
    var drift: [Drift] = []
    var registry: Registry = Registry()
    var comparison: [String] = []

    /// Which parameters were used.
    struct Parameters: Codable, Sendable {
        var digest: String
        var origins: [String: String]
    }

    /// A month as a version of the dataset `flights`.
    struct Dataset: Codable, Sendable {
        var month: String
        var reference: String
        var rows: Int
        var bytes: Int
        var chunks: Int
        /// What taking the same snapshot again added to the store.
        var bytesAddedAgain: Int
        /// What the check against June's contract says of it without refusing it.
        var notes: [String]
    }

    /// A damaged month and why it was refused.
    struct Refusal: Codable, Sendable {
        var damage: String
        var reasons: [String]
    }

    /// One model on one month.
    struct Scoring: Codable, Sendable {
        var model: String
        var month: String
        var rows: Int
        /// How many raw scores differ in any bit from those that Python wrote.
        var rowsUnlikePython: Int
        var rocAUC: Double
        var meanProbability: Double
        /// Rows by probability in twentieths of the range from 0 to 1.
        var histogram: [Int]
    }

    /// How far one column of one month lies from June.
    struct Drift: Codable, Sendable {
        var month: String
        var column: String
        var psi: Double
        var threshold: Double
        var hasDrifted: Bool
    }

    /// What the registry holds at the end.
    struct Registry: Codable, Sendable {
        var versions: [Version] = []
        var gates: [String] = []
        var history: [String] = []
        var champion = ""

        /// A registered version and what it came from.
        struct Version: Codable, Sendable {
            var name: String
            var model: String
            var run: String
            var data: String
            var parameters: String
            var artifact: String
        }
    }
}
