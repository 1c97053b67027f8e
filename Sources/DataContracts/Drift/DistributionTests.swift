// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The population stability index (Lewis 1994): Jeffreys' divergence of two histograms.
enum Stability {
    /// The index of pairs of counts, with half a count added to each.
    static func index(_ pairs: [(Double, Double)]) -> Double {
        let n = pairs.reduce(0) { $0 + $1.0 } + 0.5 * Double(pairs.count)
        let m = pairs.reduce(0) { $0 + $1.1 } + 0.5 * Double(pairs.count)
        return pairs.reduce(0) { sum, pair in
            let p = (pair.0 + 0.5) / n
            let q = (pair.1 + 0.5) / m
            return sum + (q - p) * log(q / p)
        }
    }

    /// What the index exceeds by chance in one of twenty comparisons (Yurdakul 2018), at least the minimum.
    static func threshold(bins: Int, reference: Int, current: Int, minimum: Double) -> Double {
        guard bins > 1, reference > 0, current > 0 else { return minimum }
        let quantile = SpecialFunctions.chiSquaredQuantile(tail: 0.05, degrees: Double(bins - 1))
        return max(minimum, quantile * (1 / Double(reference) + 1 / Double(current)))
    }
}

/// The two-sample test of Kolmogorov and Smirnov, with Stephens' (1970) correction for finite sizes.
struct KolmogorovSmirnov {
    /// The largest distance between the two distribution functions.
    let distance: Double
    /// The chance of that distance or a larger one where both samples have one distribution; ties make it too large.
    let pValue: Double

    /// Tests two samples of weighted values, each in ascending order.
    init(_ left: [(value: Double, weight: Int)], _ right: [(value: Double, weight: Int)]) {
        let n = Double(left.reduce(0) { $0 + $1.weight })
        let m = Double(right.reduce(0) { $0 + $1.weight })
        guard n > 0, m > 0 else {
            // A sample that vanished is as far away as can be; two empty ones are equal.
            distance = n == m ? 0 : 1
            pValue = 1
            return
        }
        var (i, j) = (0, 0)
        var (below, above) = (0, 0)
        var largest = 0.0
        while i < left.count, j < right.count {
            let value = min(left[i].value, right[j].value)
            while i < left.count, left[i].value == value {
                below += left[i].weight
                i += 1
            }
            while j < right.count, right[j].value == value {
                above += right[j].weight
                j += 1
            }
            largest = max(largest, abs(Double(below) / n - Double(above) / m))
        }
        distance = largest
        let root = (n * m / (n + m)).squareRoot()
        pValue = SpecialFunctions.kolmogorovTail((root + 0.12 + 0.11 / root) * largest)
    }
}

/// Pearson's chi-squared test that two samples fall into categories alike.
struct Homogeneity {
    /// Jensen and Shannon's distance of the two, with logarithms of base 2: 0 to 1.
    let distance: Double
    /// Pearson's statistic.
    let statistic: Double
    /// The chance of that statistic or a larger one.
    let pValue: Double

    /// Tests pairs of counts; nil where a sample is empty.
    ///
    /// Rare categories, which expect fewer than five (Cochran 1954), are put together.
    init?(_ pairs: [(Double, Double)]) {
        let n = pairs.reduce(0) { $0 + $1.0 }
        let m = pairs.reduce(0) { $0 + $1.1 }
        guard n > 0, m > 0 else { return nil }
        var divergence = 0.0
        for (a, b) in pairs {
            let p = a / n
            let q = b / m
            let middle = (p + q) / 2
            if p > 0 { divergence += p * log2(p / middle) / 2 }
            if q > 0 { divergence += q * log2(q / middle) / 2 }
        }
        distance = max(0, divergence).squareRoot()
        var cells: [(Double, Double)] = []
        var rare = (0.0, 0.0)
        for (a, b) in pairs {
            if (a + b) * min(n, m) / (n + m) >= 5 {
                cells.append((a, b))
            } else {
                rare = (rare.0 + a, rare.1 + b)
            }
        }
        if rare.0 + rare.1 > 0 { cells.append(rare) }
        var sum = 0.0
        for (a, b) in cells {
            let expected = (a + b) / (n + m)
            sum += (a - expected * n) * (a - expected * n) / (expected * n)
            sum += (b - expected * m) * (b - expected * m) / (expected * m)
        }
        statistic = sum
        pValue = SpecialFunctions.chiSquaredTail(sum, degrees: Double(cells.count - 1))
    }
}
