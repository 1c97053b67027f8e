// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How a class follows from the scores of a row, where it does not follow from the transform.
package enum ClassRule: Sendable {
    /// The first largest value.
    case largestValue
    /// The first largest raw score.
    case largestRaw
    /// Class 1 where the raw score of an output is above a number.
    case above(Double, output: Int)
    /// Class 1 where the one raw score is 0 or above.
    case rawAtLeastZero
    /// Class 1 where the one value is above a number.
    case valueAbove(Double)
    /// Class 1, an inlier, where the one value is not below 0.
    case outlier

    /// Whether the class follows from raw scores, else from values.
    package var needsRaw: Bool {
        switch self {
        case .largestRaw, .above, .rawAtLeastZero: true
        case .largestValue, .outlier, .valueAbove: false
        }
    }

    /// The class of a row.
    package func place(of scores: Span<Double>) -> Int {
        guard !scores.isEmpty else { return 0 }
        switch self {
        case .largestValue, .largestRaw:
            var best = 0
            for index in scores.indices where scores[index] > scores[best] { best = index }
            return best
        case .above(let threshold, let output): return scores[output] > threshold ? 1 : 0
        case .valueAbove(let threshold): return scores[0] > threshold ? 1 : 0
        case .rawAtLeastZero: return scores[0] >= 0 ? 1 : 0
        case .outlier: return scores[0] < 0 ? 0 : 1
        }
    }
}
