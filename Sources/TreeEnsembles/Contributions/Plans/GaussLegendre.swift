// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Points and weights of Gauss–Legendre quadrature on the interval from 0 to 1.
///
/// With n points the sum of weight × polynomial(point) is the integral of any polynomial of degree up to 2n -
/// 1, exact but for rounding.
struct GaussLegendre: Sendable {
    let points: [Double]
    let weights: [Double]

    /// Newton's method on the Legendre polynomial, started from Tricomi's estimate of its roots.
    init(pointCount count: Int) {
        var points: [Double] = []
        var weights: [Double] = []
        for index in 0..<count {
            var x = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            for _ in 0..<100 {
                let (value, slope) = Self.legendre(count, x)
                let step = value / slope
                x -= step
                if abs(step) < 1e-16 { break }
            }
            let slope = Self.legendre(count, x).slope
            points.append((1 - x) / 2)
            let spread = 1 - x * x
            weights.append(1 / (spread * slope * slope))
        }
        self.points = points
        self.weights = weights
    }

    /// The points that integrate the game of a path with so many distinct players exactly.
    init(players: Int) {
        self.init(pointCount: max(1, (players + 1) / 2))
    }

    /// The Legendre polynomial of a degree and its derivative, by the three-term recurrence.
    private static func legendre(_ degree: Int, _ x: Double) -> (value: Double, slope: Double) {
        var (previous, value) = (1.0, x)
        for k in stride(from: 2.0, through: Double(degree), by: 1) {
            (previous, value) = (value, ((2 * k - 1) * x * value - (k - 1) * previous) / k)
        }
        return (value, Double(degree) * (x * value - previous) / (x * x - 1))
    }
}
