// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How the chances of several tests are corrected for there being several.
public enum MultipleTesting: String, Hashable, Sendable, Codable {
    /// Holm (1979): the chance of a single false alarm stays below the level, whatever depends on what.
    case holm
    /// Benjamini and Hochberg (1995): the expected share of false alarms among all alarms stays below the level.
    case benjaminiHochberg
    /// As they are.
    case none

    /// The adjusted p-values, in the order of the given ones.
    public func adjusted(_ values: [Double]) -> [Double] {
        let count = values.count
        let order = values.indices.sorted { values[$0] < values[$1] }
        var result = values
        switch self {
        case .none: break
        case .holm:
            var largest = 0.0
            for (rank, index) in order.enumerated() {
                largest = max(largest, min(1, values[index] * Double(count - rank)))
                result[index] = largest
            }
        case .benjaminiHochberg:
            var smallest = 1.0
            for (rank, index) in order.enumerated().reversed() {
                smallest = min(smallest, values[index] * Double(count) / Double(rank + 1))
                result[index] = smallest
            }
        }
        return result
    }
}
