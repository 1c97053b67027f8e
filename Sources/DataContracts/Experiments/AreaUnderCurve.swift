// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The area under the ROC curve with its uncertainty (DeLong, DeLong and Clarke-Pearson 1988, computed by ranks as in
/// Sun and Xu 2014).
public struct AreaUnderCurve: Hashable, Sendable {
    /// The chance that a positive scores above a negative, a tie counting half.
    public let value: Double
    /// The standard error of the value.
    public let standardError: Double
    private let positives: [Double]
    private let negatives: [Double]

    /// Measures scores against labels; nil where the counts differ, a score is NaN, or one of the two classes is empty.
    public init?(scores: [Double], labels: [Bool]) {
        guard scores.count == labels.count, !scores.contains(where: \.isNaN) else { return nil }
        let highs = zip(scores, labels).filter(\.1).map(\.0)
        let lows = zip(scores, labels).filter { !$0.1 }.map(\.0)
        guard !highs.isEmpty, !lows.isEmpty else { return nil }
        let n = Double(highs.count)
        let m = Double(lows.count)
        let all = AreaUnderCurve.midranks(highs + lows)
        let own = AreaUnderCurve.midranks(highs)
        let other = AreaUnderCurve.midranks(lows)
        // The share of negatives below each positive, and of positives above each negative.
        positives = highs.indices.map { (all[$0] - own[$0]) / m }
        negatives = lows.indices.map { 1 - (all[highs.count + $0] - other[$0]) / n }
        value = positives.reduce(0, +) / n
        standardError =
            (Moments(of: positives).variance / n + Moments(of: negatives).variance / m).squareRoot()
    }

    /// The ranks from 1, tied values sharing their mean rank.
    private static func midranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
            start = end
        }
        return ranks
    }

    /// The interval that covers the true value with this confidence, cut to 0 to 1.
    public func interval(confidence: Double) -> ClosedRange<Double> {
        let reach = SpecialFunctions.normalQuantile(tail: (1 - confidence) / 2) * standardError
        return max(0, value - reach)...min(1, value + reach)
    }

    /// Compares two models on the same rows: the difference of the areas, its standard error, and the chance of it where
    /// the models are equally good.
    ///
    /// Nil where the two were not measured on the same count of positives and negatives.
    public func compared(
        to champion: AreaUnderCurve
    ) -> (difference: Double, standardError: Double, pValue: Double)? {
        guard positives.count == champion.positives.count, negatives.count == champion.negatives.count
        else { return nil }
        let highs = Moments(of: zip(positives, champion.positives).map { $0 - $1 })
        let lows = Moments(of: zip(negatives, champion.negatives).map { $0 - $1 })
        let error = (highs.variance / Double(highs.count) + lows.variance / Double(lows.count)).squareRoot()
        let difference = value - champion.value
        guard error > 0 else { return (difference, 0, difference == 0 ? 1 : 0) }
        return (difference, error, 2 * SpecialFunctions.normalTail(abs(difference) / error))
    }
}
