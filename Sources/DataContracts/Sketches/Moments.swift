// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Count, mean, variance and extremes of numbers, merged as in Chan, Golub and LeVeque (1979).
public struct Moments: Hashable, Sendable, Codable {
    /// How many numbers there were.
    public private(set) var count = 0
    /// Their mean; 0 of nothing.
    public private(set) var mean = 0.0
    /// The sum of squared distances from the mean.
    private var squares = 0.0
    /// The smallest one; nil of nothing.
    public private(set) var minimum: Double?
    /// The largest one; nil of nothing.
    public private(set) var maximum: Double?

    /// Makes the moments of finite numbers.
    public init(of values: some Collection<Double>) {
        guard !values.isEmpty else { return }
        count = values.count
        let mean = values.reduce(0, +) / Double(count)
        // A sum beyond the largest double would make the mean infinite; then the mean of the parts is close enough.
        self.mean = mean.isFinite ? mean : values.reduce(0) { $0 + $1 / Double(count) }
        squares = min(values.reduce(0) { $0 + ($1 - self.mean) * ($1 - self.mean) }, .greatestFiniteMagnitude)
        minimum = values.min()
        maximum = values.max()
    }

    /// Takes in the moments of other numbers.
    public mutating func merge(_ other: Moments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let total = Double(count + other.count)
        let difference = other.mean - mean
        mean += difference * Double(other.count) / total
        squares = min(
            squares + other.squares + difference * difference * Double(count) * Double(other.count) / total,
            .greatestFiniteMagnitude)
        count += other.count
        if let low = other.minimum { minimum = min(minimum ?? low, low) }
        if let high = other.maximum { maximum = max(maximum ?? high, high) }
    }

    /// The unbiased variance; 0 of fewer than two numbers.
    public var variance: Double { count > 1 ? squares / Double(count - 1) : 0 }

    /// The square root of the variance.
    public var standardDeviation: Double { variance.squareRoot() }
}
