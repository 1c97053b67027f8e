// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import RunLineage

extension RunReader {
    /// Compares two runs: what made them, and the first step where a metric parts.
    ///
    /// - Parameters:
    ///   - other: The other run.
    ///   - tolerance: How far two values of a metric may lie apart and count as equal.
    public func comparison(
        with other: RunReader, tolerance: MetricTolerance = .exact
    ) -> LineageComparison {
        LineageComparison(
            lineage ?? LineageRecord(), other.lineage ?? LineageRecord(), leftMetrics: values,
            rightMetrics: other.values, tolerance: tolerance)
    }

    private var values: [String: [MetricValue]] {
        Dictionary(
            uniqueKeysWithValues: metrics.map { name in
                (name, points(of: name).map { MetricValue(step: $0.step, value: $0.value) })
            })
    }
}
