// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import TableReading

/// What a column looks like, in a few kilobytes however many rows it has.
public struct ColumnProfile: Hashable, Sendable, Codable {
    /// The column's name.
    public let name: String
    /// The type of its values.
    public private(set) var type: ColumnType
    /// How many rows there are.
    public private(set) var count = 0
    /// How many values are missing.
    public private(set) var missingCount = 0
    /// How many values are NaN.
    public private(set) var nanCount = 0
    /// How many values are infinite.
    public private(set) var infiniteCount = 0
    /// How many values are zero.
    public private(set) var zeroCount = 0
    /// The different values.
    public private(set) var distinct = DistinctSketch()
    /// The frequent values.
    public private(set) var values = ValueCounts()
    /// Mean, variance and extremes of the finite numbers; of a column of text, of the lengths in characters.
    public private(set) var moments = Moments(of: [])
    /// The quantiles of the finite numbers; empty for text.
    public private(set) var quantiles = QuantileSketch()
    /// Counts in ten bins of about equal counts when the profile was made, or between the edges it was given; nil for
    /// text, for a constant, and where profiles with other edges were merged.
    public private(set) var histogram: Histogram?

    /// The share of the rows whose value is missing.
    public var missingRate: Double { count > 0 ? Double(missingCount) / Double(count) : 0 }

    /// Whether the values are numbers: integers, doubles or instants.
    public var isNumeric: Bool { type == .integer || type == .double || type == .timestamp }

    /// Describes a column.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - reference: A profile whose histogram's edges are used, so that the two can be compared exactly.
    public init(of column: Column, edgesOf reference: ColumnProfile? = nil) {
        name = column.name
        type = column.type
        count = column.count
        missingCount = column.missingCount
        if let numbers = try? column.doubles, column.type != .boolean {
            describe(numbers, column, reference)
        } else {
            describeText(column)
        }
    }

    private mutating func describe(_ numbers: [Double], _ column: Column, _ reference: ColumnProfile?) {
        var finite: [Double] = []
        finite.reserveCapacity(numbers.count)
        for (row, number) in numbers.enumerated() where !column.missing[row] {
            if number.isFinite {
                finite.append(number)
                if number == 0 { zeroCount += 1 }
            } else if number.isNaN {
                nanCount += 1
            } else {
                infiniteCount += 1
            }
        }
        finite.sort()
        moments = Moments(of: finite)
        quantiles.insert(finite)
        var runs: [(Double, Int)] = []
        for number in finite {
            if let last = runs.last, last.0 == number {
                runs[runs.count - 1].1 += 1
            } else {
                runs.append((number, 1))
            }
        }
        for run in runs { distinct.insert(hash: ValueHash.hash(run.0)) }
        values.add(runs) { ColumnProfile.text(of: $0) }
        if let edges = reference?.histogram?.edges {
            histogram = Histogram(edges: edges)
            histogram?.add(finite)
        } else {
            histogram = Histogram(deciles: finite)
        }
    }

    /// The text of a number in ``values``; the two zeros are one.
    static func text(of number: Double) -> String {
        ColumnValue.double(number == 0 ? 0 : number).description
    }

    private mutating func describeText(_ column: Column) {
        var texts = column.categories
        var codes = column.codes
        if let booleans = try? column.booleans {
            texts = ["false", "true"]
            codes = booleans.map { $0.map { $0 ? 1 : 0 } ?? -1 }
        }
        var counts = [Int](repeating: 0, count: texts.count)
        for code in codes where code >= 0 { counts[Int(code)] += 1 }
        let used = zip(texts, counts).filter { $0.1 > 0 }
        for (text, _) in used { distinct.insert(hash: ValueHash.hash(text)) }
        values.add(Array(used)) { $0 }
        if column.type == .string {
            let lengths = texts.map { Double($0.count) }
            moments = Moments(of: codes.filter { $0 >= 0 }.map { lengths[Int($0)] })
        }
    }

    /// Takes in the profile of more rows of the column.
    ///
    /// Integers and doubles merge to doubles; other types that differ merge to text, whose numbers are then gone.
    public mutating func merge(_ other: ColumnProfile) {
        if type != other.type {
            if other.missingCount == other.count {
                // Nothing but missing values says nothing of the type.
            } else if missingCount == count {
                type = other.type
            } else {
                type =
                    isNumeric && other.isNumeric && type != .timestamp && other.type != .timestamp
                    ? .double : .string
            }
        }
        count += other.count
        missingCount += other.missingCount
        nanCount += other.nanCount
        infiniteCount += other.infiniteCount
        zeroCount += other.zeroCount
        distinct.merge(other.distinct)
        values.merge(other.values)
        moments.merge(other.moments)
        quantiles.merge(other.quantiles)
        if let theirs = other.histogram {
            if histogram?.merge(theirs) != true { histogram = nil }
        } else if other.moments.count > 0 {
            histogram = nil
        }
    }
}
