// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import TableReading

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Compares data sets column by column.
///
/// A column drifted where either
/// - its population stability index exceeds both 0.1 and what chance alone gives in one of twenty comparisons at
///   this number of bins B and these sizes n and m: without drift the index is distributed as (1/n + 1/m) times a
///   chi-squared value with B - 1 degrees of freedom (Yurdakul 2018), so the customary 0.1 is far too low for small
///   samples; or
/// - the test is significant after the correction for the number of columns *and* the distance is at least 0.1,
///   which is what an index of 0.1 comes to between two normal distributions.
///
/// The bins are the reference's, so figures of different months compare; bins for missing values and for values
/// beyond the reference's range make these part of the index. Half a count is added to every bin, so that an
/// empty one does not make the index infinite.
public enum Drift {
    /// Compares two tables, exactly.
    public static func compare(
        _ reference: Table, _ current: Table, options: DriftOptions = DriftOptions()
    ) -> DriftReport {
        report(
            reference.columns.compactMap { before in
                guard let now = current.column(before.name) else { return nil }
                let profile = ColumnProfile(of: before)
                return compare(
                    profile, ColumnProfile(of: now, edgesOf: profile), options,
                    exact: (sortedValues(before), sortedValues(now)))
            }, options)
    }

    /// Compares two profiles; distances of columns with many different values come from sketches.
    ///
    /// The bins are exact where the current profile was made with the reference's edges
    /// (``TableProfile/init(of:edgesOf:)``).
    public static func compare(
        _ reference: TableProfile, _ current: TableProfile, options: DriftOptions = DriftOptions()
    ) -> DriftReport {
        report(
            reference.columns.compactMap { before in
                current.column(before.name).map { compare(before, $0, options, exact: nil) }
            }, options)
    }

    private static func sortedValues(_ column: Column) -> [Double] {
        guard column.type != .boolean, let values = try? column.doubles else { return [] }
        return values.filter(\.isFinite).sorted()
    }

    private static func report(_ columns: [ColumnDrift], _ options: DriftOptions) -> DriftReport {
        let tested = columns.indices.filter { columns[$0].verdict != .notComparable }
        let adjusted = options.correction.adjusted(tested.map { columns[$0].pValue })
        var judged = columns
        for (index, value) in zip(tested, adjusted) {
            judged[index].adjustedPValue = value
            let column = judged[index]
            let isLarge = column.stability > column.stabilityThreshold
            let isSignificant = value < options.level && column.distance >= options.minimumDistance
            judged[index].verdict = isLarge || isSignificant ? .drifted : .quiet
        }
        return DriftReport(columns: judged)
    }

    private static func compare(
        _ before: ColumnProfile, _ now: ColumnProfile, _ options: DriftOptions,
        exact: (reference: [Double], current: [Double])?
    ) -> ColumnDrift {
        let n = before.count
        let m = now.count
        let isNumeric = before.isNumeric && now.isNumeric
        let areComparable =
            n > 0 && m > 0 && (isNumeric || before.isNumeric == now.isNumeric || hasNoValues(before, now))
        guard areComparable else {
            return ColumnDrift(
                name: before.name, stability: 0, stabilityThreshold: options.minimumStability, bins: 0,
                distance: 0,
                pValue: 1, adjustedPValue: 1, referenceMissingRate: before.missingRate,
                currentMissingRate: now.missingRate, isApproximate: false, verdict: .notComparable)
        }
        let isDiscrete =
            !isNumeric
            || (before.values.isExact && before.values.counts.count <= options.maximumDiscreteValues)
        var pairs = isDiscrete ? categoryPairs(before, now, options) : binPairs(before, now)
        let values = pairs
        pairs.append((Double(before.missingCount), Double(now.missingCount)))
        pairs.append((Double(before.nanCount), Double(now.nanCount)))
        pairs.removeAll { $0.0 == 0 && $0.1 == 0 }
        let stability = Stability.index(pairs)
        let threshold = Stability.threshold(
            bins: pairs.count, reference: n, current: m, minimum: options.minimumStability)
        var distance = 0.0
        var pValue = 1.0
        var isApproximate = false
        if isNumeric {
            let references = exact?.reference.map { (value: $0, weight: 1) } ?? weighted(before)
            let currents = exact?.current.map { (value: $0, weight: 1) } ?? weighted(now)
            let test = KolmogorovSmirnov(references, currents)
            (distance, pValue) = (test.distance, test.pValue)
            isApproximate = exact == nil && !(isWhole(before) && isWhole(now))
        } else if let test = Homogeneity(values) {
            (distance, pValue) = (test.distance, test.pValue)
        }
        return ColumnDrift(
            name: before.name, stability: stability, stabilityThreshold: threshold, bins: pairs.count,
            distance: distance,
            pValue: pValue, adjustedPValue: pValue, referenceMissingRate: before.missingRate,
            currentMissingRate: now.missingRate, isApproximate: isApproximate, verdict: .quiet)
    }

    private static func hasNoValues(_ profiles: ColumnProfile...) -> Bool {
        profiles.contains { $0.count == $0.missingCount }
    }

    private static func isWhole(_ profile: ColumnProfile) -> Bool {
        profile.values.isExact || profile.quantiles.isExact
    }

    private static func weighted(_ profile: ColumnProfile) -> [(value: Double, weight: Int)] {
        guard profile.values.isExact, !profile.quantiles.isExact else { return profile.quantiles.weighted }
        return profile.values.counts.compactMap { text, count in
            Double(text).map { (value: $0, weight: count) }
        }
        .sorted { $0.value < $1.value }
    }

    /// The counts of the reference's frequent values, and of all others together.
    private static func categoryPairs(
        _ before: ColumnProfile, _ now: ColumnProfile, _ options: DriftOptions
    ) -> [(Double, Double)] {
        let top = before.values.top(options.maximumCategories)
        var pairs = top.map { (Double($0.count), Double(now.values.counts[$0.value] ?? 0)) }
        func rest(_ profile: ColumnProfile, _ sum: Double) -> Double {
            max(0, Double(profile.count - profile.missingCount - profile.nanCount) - sum)
        }
        pairs.append(
            (rest(before, pairs.reduce(0) { $0 + $1.0 }), rest(now, pairs.reduce(0) { $0 + $1.1 })))
        return pairs
    }

    /// The counts in the reference's bins, and below and above them.
    private static func binPairs(_ before: ColumnProfile, _ now: ColumnProfile) -> [(Double, Double)] {
        var bins = before.histogram
        if bins == nil {
            // A merged reference has no bins of its own, but its quantiles make some.
            var edges: [Double] = []
            for fraction in stride(from: 0.0, through: 1.0, by: 0.1) {
                guard let edge = before.quantiles.quantile(fraction) else { continue }
                if edges.last.map({ edge > $0 }) ?? true { edges.append(edge) }
            }
            bins = Histogram(edges: edges)
            for (value, weight) in weighted(before) { bins?.add(repeatElement(value, count: weight)) }
        }
        guard let bins else { return [] }
        var theirs = now.histogram
        if theirs?.edges != bins.edges {
            theirs = Histogram(edges: bins.edges)
            for (value, weight) in weighted(now) { theirs?.add(repeatElement(value, count: weight)) }
        }
        guard let theirs else { return [] }
        return zip(bins.counts, theirs.counts).map { (Double($0), Double($1)) }
            + [(Double(bins.below), Double(theirs.below)), (Double(bins.above), Double(theirs.above))]
    }
}
