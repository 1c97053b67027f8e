// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The distribution functions that the tests need, to about 12 digits.
package enum SpecialFunctions {
    /// The natural logarithm of the gamma function for x > 0 (Stirling's series after a shift to x >= 12).
    package static func logGamma(_ x: Double) -> Double {
        var shift = 0.0
        var z = x
        while z < 12 {
            shift += log(z)
            z += 1
        }
        let w = 1 / (z * z)
        let series =
            (1 / 12.0 - w
                * (1 / 360.0 - w * (1 / 1260.0 - w * (1 / 1680.0 - w * (1 / 1188.0 - w * 691 / 360_360)))))
            / z
        return (z - 0.5) * log(z) - z + 0.5 * log(2 * Double.pi) + series - shift
    }

    /// The upper regularised incomplete gamma function Q(a, x) (Numerical Recipes, section 6.2).
    package static func upperGamma(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 1 }
        guard x.isFinite else { return 0 }
        let front = exp(a * log(x) - x - logGamma(a))
        if x < a + 1 {
            var term = 1 / a
            var sum = term
            var n = a
            while abs(term) > abs(sum) * 1e-17 {
                n += 1
                term *= x / n
                sum += term
            }
            return 1 - front * sum
        }
        // Lentz's continued fraction.
        var b = x + 1 - a
        var c = 1e300
        var d = 1 / b
        var h = d
        for i in 1...10_000 {
            let an = -Double(i) * (Double(i) - a)
            b += 2
            d = an * d + b
            if abs(d) < 1e-300 { d = 1e-300 }
            c = b + an / c
            if abs(c) < 1e-300 { c = 1e-300 }
            d = 1 / d
            h *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return front * h
    }

    /// The chance that a chi-squared value with these degrees of freedom is larger than x.
    package static func chiSquaredTail(_ x: Double, degrees: Double) -> Double {
        degrees > 0 ? upperGamma(degrees / 2, x / 2) : 1
    }

    /// The value that a chi-squared variable exceeds with this chance (bisection).
    package static func chiSquaredQuantile(tail: Double, degrees: Double) -> Double {
        var low = 0.0
        var high = max(1, degrees)
        while chiSquaredTail(high, degrees: degrees) > tail { high *= 2 }
        for _ in 0..<200 where high - low > 1e-13 * high {
            let middle = (low + high) / 2
            if chiSquaredTail(middle, degrees: degrees) > tail { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The chance that a standard normal value is larger than x.
    package static func normalTail(_ x: Double) -> Double { erfc(x / 2.0.squareRoot()) / 2 }

    /// The value that a standard normal variable exceeds with this chance.
    package static func normalQuantile(tail: Double) -> Double {
        if tail > 0.5 { return -normalQuantile(tail: 1 - tail) }
        guard tail > 0 else { return .infinity }
        // Abramowitz and Stegun 26.2.23 starts within 0.00045; Halley's method triples the digits each time.
        let t = (-2 * log(tail)).squareRoot()
        var x =
            t - (2.515517 + t * (0.802853 + t * 0.010328))
            / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        for _ in 0..<3 {
            let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            guard density > 0 else { break }
            let step = (normalTail(x) - tail) / density
            x += step / (1 - x * step / 2)
        }
        return x
    }

    /// The regularised incomplete beta function I_x(a, b) (Numerical Recipes, section 6.4).
    package static func beta(_ a: Double, _ b: Double, _ x: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        let front = exp(
            logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
        return x < (a + 1) / (a + b + 2)
            ? front * betaFraction(a, b, x) / a : 1 - front * betaFraction(b, a, 1 - x) / b
    }

    private static func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        func away(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
        var c = 1.0
        var d = 1 / away(1 - (a + b) * x / (a + 1))
        var h = d
        for i in 1...10_000 {
            let m = Double(i)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / away(1 + even * d)
            c = away(1 + even / c)
            h *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / away(1 + odd * d)
            c = away(1 + odd / c)
            h *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return h
    }

    /// The chance that a value of Student's t distribution is farther from 0 than t, on either side.
    package static func studentTwoTails(_ t: Double, degrees: Double) -> Double {
        beta(degrees / 2, 0.5, degrees / (degrees + t * t))
    }

    /// The value that Student's t exceeds in absolute terms with this chance (bisection).
    package static func studentQuantile(twoTails: Double, degrees: Double) -> Double {
        var low = 0.0
        var high = 2.0
        while studentTwoTails(high, degrees: degrees) > twoTails { high *= 2 }
        for _ in 0..<200 where high - low > 1e-13 * high {
            let middle = (low + high) / 2
            if studentTwoTails(middle, degrees: degrees) > twoTails { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The tail of Kolmogorov's limiting distribution.
    package static func kolmogorovTail(_ x: Double) -> Double {
        guard x > 0 else { return 1 }
        if x < 1.1 {
            // The other of Kolmogorov's two series converges where this one does not.
            let y = Double.pi * Double.pi / (8 * x * x)
            var sum = 0.0
            for k in 0..<20 {
                let odd = Double(2 * k + 1)
                sum += exp(-odd * odd * y)
            }
            return max(0, 1 - (2 * Double.pi).squareRoot() / x * sum)
        }
        var sum = 0.0
        for k in 1...20 {
            let term = exp(-2 * Double(k * k) * x * x)
            sum += k.isMultiple(of: 2) ? -term : term
        }
        return min(1, max(0, 2 * sum))
    }
}
