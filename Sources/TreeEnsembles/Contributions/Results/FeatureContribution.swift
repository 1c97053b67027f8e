// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What one feature did to one raw score: an exact Shapley value.
public struct FeatureContribution: Sendable, Hashable {
    /// The feature's place among TreeEnsemble/features.
    public let feature: Int
    /// The feature's name, or `feature 3` where the model records none.
    public let name: String
    /// How far the feature moved the raw score from the expected value, in the raw score's unit.
    public let amount: Double
}

extension FeatureContribution: CustomStringConvertible {
    /// The name and the amount with its sign and two decimals, such as `carrier +0.41`.
    public var description: String { name + " " + Self.text(amount) }

    /// Two decimals with a sign; amounts below 0.01 keep two significant digits.
    static func text(_ amount: Double) -> String {
        guard amount.isFinite else { return "\(amount)" }
        let size = abs(amount)
        var decimals = 2
        var scale = 100.0
        while size > 0, size * scale < 10, size < 0.1, decimals < 12 {
            decimals += 1
            scale *= 10
        }
        let sign = amount < 0 ? "-" : "+"
        let whole = (size * scale).rounded()
        guard whole < 1e15 else { return sign + "\(size)" }
        var digits = "\(Int(whole))"
        while digits.count <= decimals { digits = "0" + digits }
        return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }
}
