// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Two records side by side, and the first place where they part.
///
/// The rules, in this order:
/// 1. Stages are walked in the order in which they ran; the first whose outputs differ is named.
/// 2. What differs among the inputs is looked for in the order of ``LineageFacet``: code, data, schema, parameters,
///    environment, compute. An earlier part explains a later one, so the first that differs is the verdict.
/// 3. Where outputs differ although all inputs are equal, the verdict is nondeterminism.
/// 4. What a record does not tell is never taken as equal.
public struct LineageComparison: Sendable {
    /// How one part of two records compares.
    public enum Verdict: String, Hashable, Sendable, Codable {
        /// Both records tell it, and the same.
        case equal
        /// They tell it differently.
        case different
        /// At least one record does not tell all of it, and what both tell is equal.
        case notRecorded
    }

    /// The answer in one value.
    public enum Divergence: Hashable, Sendable {
        /// Everything was recorded, and all of it is equal.
        case none
        /// The first input that differs.
        case input(LineageDifference)
        /// All inputs are equal and the outputs of this stage, or the model or a metric, still differ.
        case nondeterminism(at: String)
        /// Nothing that both tell differs, but something is not told.
        case undecided([LineageDifference])
    }

    /// Everything that differs or is not told, in the fixed order.
    public let differences: [LineageDifference]
    /// The first stage whose outputs part; nil where none does or no stages were recorded.
    public let firstStage: StageDivergence?
    /// Whether the stages of both runs were recorded and could be walked.
    public let stagesVerdict: Verdict
    /// How the digests of the models compare.
    public let modelVerdict: Verdict
    /// The first point of any metric where the runs part beyond the tolerance; nil where none does or no metrics
    /// were given.
    public let firstMetric: MetricDivergence?

    /// Compares two records.
    ///
    /// - Parameters:
    ///   - left: One record.
    ///   - right: The other record.
    ///   - leftMetrics: The metrics of the left run by name, each in the order of its steps; nil compares none.
    ///   - rightMetrics: The metrics of the right run.
    ///   - tolerance: How far two values may lie apart and count as equal.
    public init(
        _ left: LineageRecord, _ right: LineageRecord, leftMetrics: [String: [MetricValue]]? = nil,
        rightMetrics: [String: [MetricValue]]? = nil, tolerance: MetricTolerance = .exact
    ) {
        differences = LineageDifferences(left, right).differences
        firstStage = StageDivergence.first(left.stages, right.stages)
        stagesVerdict =
            left.stages == nil || right.stages == nil ? .notRecorded : firstStage == nil ? .equal : .different
        modelVerdict =
            left.model == nil || right.model == nil
            ? .notRecorded : left.model == right.model ? .equal : .different
        if let leftMetrics, let rightMetrics {
            firstMetric = MetricDivergence.first(leftMetrics, rightMetrics, tolerance: tolerance)
        } else {
            firstMetric = nil
        }
    }

    /// How one part compares.
    public func verdict(_ facet: LineageFacet) -> Verdict {
        let found = differences.filter { $0.facet == facet }
        if found.isEmpty { return .equal }
        return found.contains(where: \.isKnown) ? .different : .notRecorded
    }

    /// The first place where the records part.
    public var firstDivergence: Divergence {
        // Another host is no cause while the outputs agree: it is named only to explain outputs that part.
        let causes = differences.filter { $0.facet != .compute && mayExplain($0.facet) }
        if let first = causes.first(where: \.isKnown) { return .input(first) }
        if !causes.isEmpty { return .undecided(causes) }
        guard let output = partingOutput else { return .none }
        let machine = differences.first { $0.facet == .compute && $0.isKnown }
        return machine.map { .input($0) } ?? .nondeterminism(at: output)
    }

    /// Whether a difference in this part can be why the outputs part: the first stage that parts, where it read
    /// equal inputs, did so whatever else the runs read.
    private func mayExplain(_ facet: LineageFacet) -> Bool {
        guard let firstStage, !firstStage.isMissing, firstStage.inputs.isEmpty else { return true }
        return facet != .data && facet != .schema
    }

    /// What came out differently, in words; nil where nothing known did.
    public var partingOutput: String? {
        if let firstStage { return "stage '\(firstStage.stage)'" }
        if modelVerdict == .different { return "model" }
        return firstMetric.map { "metric '\($0.metric)' at step \($0.step)" }
    }
}
