// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import TableReading

/// How far a contract reaches beyond the table it is inferred from.
public struct InferenceOptions: Hashable, Sendable {
    /// How many times the distance from the smallest to the largest value the bounds lie beyond them; nil for no bounds.
    public var rangeSlack: Double? = 1
    /// The points by which the share of missing values may grow: at least the first, at most the second, in between
    /// by as much again as was seen.
    public var missingSlack = 0.01...0.1
    /// Text columns with at most this many different values become enumerations.
    public var maximumValues = 200
    /// The share of rows whose text may be none of the enumeration.
    public var maximumUnknownRate = 0.01
    /// The factors by which the count of rows may differ; nil for no bounds.
    public var rowFactors: ClosedRange<Double>? = 0.5...2

    /// Makes the options that suit tables of a few hundred rows and more.
    public init() {}
}

extension DataContract {
    /// Makes the contract that a good table stands for.
    ///
    /// What is learned from one table must hold for the next one, so every bound has slack (``InferenceOptions``), in
    /// addition to the sampling error of a share (Wilson 1927, three standard errors). A column that is never negative
    /// stays so; a constant bounds nothing, because a month's number changes with the month.
    ///
    /// - Throws: ``ContractError`` for a table without rows.
    public static func infer(
        from table: Table, options: InferenceOptions = InferenceOptions()
    ) throws(ContractError) -> DataContract {
        guard table.rowCount > 0 else {
            throw ContractError(.noRows, "a contract cannot be inferred from a table without rows")
        }
        var contract = DataContract(
            table.columns.map { rule(for: $0, ColumnProfile(of: $0), options) })
        if let factors = options.rowFactors {
            contract.minimumRows = Int(Double(table.rowCount) * factors.lowerBound)
            contract.maximumRows = Int((Double(table.rowCount) * factors.upperBound).rounded(.up))
        }
        return contract
    }

    private static func rule(
        for column: Column, _ profile: ColumnProfile, _ options: InferenceOptions
    ) -> ColumnRule {
        var rule = ColumnRule(column.name, column.type)
        let rate = profile.missingRate
        rule.inferredMissingRate = rate
        let slack = min(max(rate, options.missingSlack.lowerBound), options.missingSlack.upperBound)
        rule.maximumMissingRate = min(1, upperLimit(rate, profile.count) + slack)
        rule.allowsNonFinite = profile.nanCount + profile.infiniteCount > 0
        if column.type == .integer || column.type == .double, let slack = options.rangeSlack,
            let low = profile.moments.minimum, let high = profile.moments.maximum
        {
            if high > low {
                let reach = (high - low) * slack
                rule.minimum = low >= 0 ? max(0, low - reach) : low - reach
                rule.maximum = high + reach
                if rule.maximum?.isFinite != true { rule.maximum = nil }
                if rule.minimum?.isFinite != true { rule.minimum = nil }
            } else if low >= 0 {
                rule.minimum = 0
            }
        }
        if column.type == .string, profile.values.isExact,
            profile.values.counts.count <= options.maximumValues,
            profile.values.counts.count * 2 <= profile.count - profile.missingCount
        {
            rule.values = profile.values.counts.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            rule.maximumUnknownRate = options.maximumUnknownRate
        }
        rule.isUnique =
            (column.type == .integer || column.type == .string) && profile.count >= 100
            && profile.missingCount == 0 && Set(column.strings).count == profile.count
        return rule
    }

    /// The upper limit of Wilson's interval of a share at three standard errors.
    private static func upperLimit(_ rate: Double, _ count: Int) -> Double {
        let n = Double(count)
        let z = 3.0
        let spread = (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
        return (rate + z * z / (2 * n) + z * spread) / (1 + z * z / n)
    }
}
