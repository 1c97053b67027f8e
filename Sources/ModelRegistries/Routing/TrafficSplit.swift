// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// Divides units, such as customers or requests, among arms, such as champion and challenger.
///
/// The same unit always takes the same arm, on every machine and after every restart: the arm is the SHA-256 of the
/// salt and the unit, read as a fraction. Another experiment takes another salt, so that its arms are independent.
public struct TrafficSplit: Sendable {
    /// One of the arms.
    public struct Arm: Hashable, Sendable {
        /// The name, such as `challenger`.
        public let name: String
        /// The share of the units, relative to the sum of all shares.
        public let share: Double

        /// Describes an arm.
        public init(_ name: String, share: Double) {
            self.name = name
            self.share = share
        }
    }

    /// What makes this split independent of others.
    public let salt: String
    /// The arms; the first takes the lowest fractions.
    public let arms: [Arm]
    private let limits: [Double]

    /// Makes a split.
    ///
    /// Where the shares of an arm shrink and those of a later one grow, only the units in between change their arm.
    ///
    /// - Parameters:
    ///   - arms: At least one arm; shares must be finite and not negative, and not all 0.
    ///   - salt: The name of the experiment.
    /// - Throws: ``RegistryError`` with the code `invalidName` for arms that are not so.
    public init(_ arms: [Arm], salt: String) throws(RegistryError) {
        let total = arms.reduce(0) { $0 + $1.share }
        guard arms.allSatisfy({ $0.share >= 0 }), total > 0, total.isFinite else {
            throw RegistryError(
                .invalidName, "shares must be finite and not negative, and not all 0",
                subject: "split '\(salt)'")
        }
        self.arms = arms
        self.salt = salt
        var sum = 0.0
        limits = arms.map { arm in
            sum += arm.share
            return sum / total
        }
    }

    /// The arm of a unit.
    public func arm(for unit: String) -> String {
        let place = fraction(of: unit)
        let index = limits.firstIndex { place < $0 } ?? arms.lastIndex { $0.share > 0 } ?? 0
        return arms[index].name
    }

    /// Where a unit lies, from 0 up to 1 and without 1.
    public func fraction(of unit: String) -> Double {
        // A length in front of the salt keeps ("ab", "c") apart from ("a", "bc").
        let digest = Digest(of: "\(salt.utf8.count):\(salt)\(unit)")
        let word = digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(word >> 11) * 0x1p-53
    }
}
