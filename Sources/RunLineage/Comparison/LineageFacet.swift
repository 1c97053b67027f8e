// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The parts of a record in the order in which a divergence is looked for: an earlier part explains a later one.
public enum LineageFacet: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Commit, local changes, package versions.
    case code
    /// The content of the data.
    case data
    /// The schema of the data.
    case schema
    /// Parameters and seeds.
    case parameters
    /// Operating system, compiler, processor features, variables, threads.
    case environment
    /// The machine; it decides only where nothing before it differs.
    case compute

    /// Whether the left part is looked at before the right one.
    public static func < (left: LineageFacet, right: LineageFacet) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
