// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The limits for a test that is looked at several times, so that all looks together are wrong no more often than the
/// level says (Lan and DeMets 1983).
///
/// ```swift
/// let boundary = try GroupSequentialBoundary(fractions: [0.2, 0.4, 0.6, 0.8, 1])
/// boundary.limits                                                   // 4.88, 3.36, 2.68, 2.29, 2.03
/// ```
public struct GroupSequentialBoundary: Hashable, Sendable {
    /// How the level is spent over the looks.
    public enum Spending: String, Hashable, Sendable, Codable {
        /// Almost nothing early: like the boundary of O'Brien and Fleming (1979).
        case obrienFleming
        /// Evenly: like the boundary of Pocock (1977).
        case pocock

        /// What is spent when a fraction of the information is in; of a two-sided level.
        func spent(_ fraction: Double, _ level: Double) -> Double {
            switch self {
            case .obrienFleming:
                // Each side spends half of the level by the function that Lan and DeMets gave for one side.
                let z = SpecialFunctions.normalQuantile(tail: level / 4)
                return 4 * SpecialFunctions.normalTail(z / fraction.squareRoot())
            case .pocock: return level * log(1 + (exp(1.0) - 1) * fraction)
            }
        }
    }

    /// The share of the planned information at each look.
    public let fractions: [Double]
    /// The absolute value that the standardised difference must exceed at each look.
    public let limits: [Double]

    /// Computes the limits by numerical integration (Armitage, McPherson and Rowe 1969).
    ///
    /// - Parameters:
    ///   - fractions: The share of the planned information at each look, ascending, above 0 and at most 1.
    ///   - level: The two-sided level of all looks together.
    ///   - spending: How the level is spent.
    /// - Returns: Nil where the fractions do not ascend or the level is not between 0 and 1.
    public init?(fractions: [Double], level: Double = 0.05, spending: Spending = .obrienFleming) {
        guard let first = fractions.first, let last = fractions.last, first > 0, last <= 1,
            zip(fractions, fractions.dropFirst()).allSatisfy({ $0 < $1 }), level > 0, level < 1
        else { return nil }
        self.fractions = fractions
        var limits: [Double] = []
        // The density of the sum of what came in, on the part where no look has stopped the test.
        var points: [Double] = [0]
        var density: [Double] = [1]
        var before = 0.0
        var spent = 0.0
        for fraction in fractions {
            let step = (fraction - before).squareRoot()
            let target = spending.spent(fraction, level)
            let toSpend = max(target - spent, 1e-300)
            spent = target
            var low = 0.0
            var high = 40 * fraction.squareRoot()
            for _ in 0..<80 {
                let middle = (low + high) / 2
                var crossing = 0.0
                for (point, weight) in zip(points, density) {
                    crossing +=
                        weight
                        * (SpecialFunctions.normalTail((middle - point) / step)
                            + SpecialFunctions.normalTail((middle + point) / step))
                }
                if crossing > toSpend { low = middle } else { high = middle }
            }
            let bound = (low + high) / 2
            limits.append(bound / fraction.squareRoot())
            (points, density) = GroupSequentialBoundary.next(points, density, bound: bound, step: step)
            before = fraction
        }
        self.limits = limits
    }

    /// The density after one more step, times the weights of Simpson's rule on the part within the bound.
    private static func next(
        _ points: [Double], _ density: [Double], bound: Double, step: Double
    ) -> ([Double], [Double]) {
        // Beyond eight deviations nothing is left to integrate.
        let reach = min(bound, (points.last ?? 0) + 8 * step)
        let count = 800
        let width = 2 * reach / Double(count)
        let grid = (0...count).map { -reach + Double($0) * width }
        let scale = 1 / (step * (2 * Double.pi).squareRoot())
        let values = grid.enumerated().map { index, x in
            let simpson = index == 0 || index == count ? 1.0 : index.isMultiple(of: 2) ? 2.0 : 4.0
            var sum = 0.0
            for (point, weight) in zip(points, density) {
                let distance = (x - point) / step
                sum += weight * exp(-distance * distance / 2)
            }
            return sum * scale * simpson * width / 3
        }
        return (grid, values)
    }
}
