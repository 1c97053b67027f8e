// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import TestSupport
import Testing

@testable import DataContracts

/// The answers of SciPy and scikit-learn.
private let golden = Result {
    try JSONValue(
        parsing: [UInt8](Data(contentsOf: fixtures.appending(path: "DataContracts/statistics.json"))))
}

extension JSONValue {
    fileprivate var doubles: [Double] { array?.compactMap(\.double) ?? [] }
}

private func close(_ a: Double, _ b: Double?, _ tolerance: Double = 1e-10) -> Bool {
    guard let b else { return false }
    return abs(a - b) <= tolerance * max(1e-30, abs(b)) || abs(a - b) < 1e-14
}

@Suite("Statistics agree with SciPy")
struct StatisticsTests {
    private func rows(_ name: String) throws -> [[Double]] {
        let rows = try #require(try golden.get()[name]?.array).map(\.doubles)
        #expect(!rows.isEmpty)
        return rows
    }

    @Test("distribution functions")
    func functions() throws {
        for row in try rows("logGamma") {
            #expect(close(SpecialFunctions.logGamma(row[0]), row[1], 1e-12), "\(row)")
        }
        for row in try rows("chiSquaredTail") {
            #expect(close(SpecialFunctions.chiSquaredTail(row[0], degrees: row[1]), row[2]), "\(row)")
        }
        for row in try rows("chiSquaredQuantile") {
            #expect(
                close(SpecialFunctions.chiSquaredQuantile(tail: row[0], degrees: row[1]), row[2]), "\(row)")
        }
        for row in try rows("normalQuantile") {
            #expect(close(SpecialFunctions.normalQuantile(tail: row[0]), row[1]), "\(row)")
        }
        for row in try rows("studentTwoTails") {
            #expect(close(SpecialFunctions.studentTwoTails(row[0], degrees: row[1]), row[2]), "\(row)")
        }
        for row in try rows("kolmogorovTail") {
            #expect(close(SpecialFunctions.kolmogorovTail(row[0]), row[1]), "\(row)")
        }
    }

    @Test("two samples of numbers", arguments: 0..<3)
    func twoSamples(index: Int) throws {
        let test = try #require(try golden.get()["twoSamples"]?.array)[index]
        let a = try #require(test["a"]).doubles
        let b = try #require(test["b"]).doubles
        let ks = KolmogorovSmirnov(
            a.sorted().map { (value: $0, weight: 1) }, b.sorted().map { (value: $0, weight: 1) })
        #expect(close(ks.distance, test["d"]?.double))
        #expect(close(ks.pValue, test["ks"]?.double))
        let welch = try #require(WelchTest(control: a, treatment: b))
        #expect(close(welch.statistic, test["t"]?.double))
        #expect(close(welch.pValue, test["p"]?.double))
        #expect(close(welch.degreesOfFreedom, test["df"]?.double))
        #expect(close(welch.interval(confidence: 0.95).lowerBound, test["low"]?.double, 1e-9))
        #expect(close(welch.interval(confidence: 0.95).upperBound, test["high"]?.double, 1e-9))
    }

    @Test("categories, the stability index and sample ratios")
    func categories() throws {
        for test in try #require(try golden.get()["categories"]?.array) {
            let counts = try #require(test["counts"]?.array).map(\.doubles)
            let result = try #require(Homogeneity(Array(zip(counts[0], counts[1]))))
            #expect(close(result.statistic, test["chi"]?.double))
            #expect(close(result.pValue, test["p"]?.double))
            #expect(close(result.distance, test["js"]?.double))
        }
        let stability = try #require(try golden.get()["stability"])
        let pairs = try #require(stability["pairs"]?.array).map { ($0.doubles[0], $0.doubles[1]) }
        #expect(close(Stability.index(pairs), stability["index"]?.double))
        let ratio = try #require(try golden.get()["sampleRatio"])
        let counts = try #require(ratio["counts"]).doubles.map { Int($0) }
        let shares = try #require(ratio["shares"]).doubles
        let check = try #require(SampleRatioCheck(counts: counts, shares: shares))
        #expect(close(check.statistic, ratio["chi"]?.double))
        #expect(close(check.pValue, ratio["p"]?.double))
        #expect(!check.isMismatch)
        #expect(SampleRatioCheck(counts: [5_000, 5_500], shares: [1, 1])?.isMismatch == true)
    }

    @Test("two proportions")
    func proportions() throws {
        for test in try #require(try golden.get()["proportions"]?.array) {
            let counts = try #require(test["counts"]).doubles.map { Int($0) }
            let result = try #require(
                ProportionTest(control: (counts[0], counts[1]), treatment: (counts[2], counts[3])))
            #expect(close(result.statistic * result.statistic, test["z2"]?.double))
            #expect(close(result.pValue, test["p"]?.double))
            let interval = try #require(test["interval"]).doubles
            #expect(close(result.interval(confidence: 0.95).lowerBound, interval[0], 1e-9))
            #expect(close(result.interval(confidence: 0.95).upperBound, interval[1], 1e-9))
        }
        #expect(ProportionTest(control: (3, 2), treatment: (1, 2)) == nil)
    }

    @Test("the area under the curve")
    func area() throws {
        let test = try #require(try golden.get()["auc"])
        let labels = try #require(test["labels"]?.array).map { $0 == .bool(true) }
        let areas = try #require(test["scores"]?.array).map {
            AreaUnderCurve(scores: $0.doubles, labels: labels)
        }
        let a = try #require(areas[0])
        let b = try #require(areas[1])
        #expect(close(a.value, test["auc"]?.doubles[0]))
        #expect(close(b.value, test["auc"]?.doubles[1]))
        #expect(close(a.standardError, test["errors"]?.doubles[0]))
        let compared = try #require(a.compared(to: b))
        #expect(close(compared.standardError, test["error"]?.double, 1e-9))
        #expect(close(compared.pValue, test["p"]?.double, 1e-8))
        #expect(a.interval(confidence: 0.95).contains(a.value))
        #expect(AreaUnderCurve(scores: [1, 2], labels: [true, true]) == nil)
    }

    @Test("group-sequential limits")
    func boundary() throws {
        let test = try #require(try golden.get()["boundary"])
        let fractions = try #require(test["fractions"]).doubles
        let boundary = try #require(GroupSequentialBoundary(fractions: fractions))
        for (limit, expected) in zip(boundary.limits, try #require(test["limits"]).doubles) {
            #expect(close(limit, expected, 1e-4))
        }
        // The values of the published programs for five equal looks.
        let five = try #require(GroupSequentialBoundary(fractions: [0.2, 0.4, 0.6, 0.8, 1]))
        for (limit, expected) in zip(five.limits, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]) {
            #expect(abs(limit - expected) < 2e-4)
        }
        #expect(GroupSequentialBoundary(fractions: [0.5, 0.5]) == nil)
    }

    @Test("corrections for several tests")
    func corrections() throws {
        let test = try #require(try golden.get()["benjaminiHochberg"])
        let p = try #require(test["p"]).doubles
        for (a, b) in zip(
            MultipleTesting.benjaminiHochberg.adjusted(p), try #require(test["adjusted"]).doubles)
        {
            #expect(close(a, b))
        }
        #expect(MultipleTesting.holm.adjusted([0.01, 0.04, 0.03, 0.005]) == [0.03, 0.06, 0.06, 0.02])
        #expect(MultipleTesting.none.adjusted(p) == p)
    }

    @Test("a confidence sequence looked at after every value is wrong no more often than it says")
    func sequence() {
        var random = SeededGenerator(seed: 11)
        var wrong = 0
        for _ in 0..<100 {
            var sequence = ConfidenceSequence(confidence: 0.9, tightestAt: 500)
            var isWrong = false
            for step in 0..<1_000 {
                sequence.add(
                    (0..<4).reduce(0) { sum, _ in sum + Double.random(in: -1...1, using: &random) } + 0.5)
                // The sequence is asymptotic: it begins where a mean is about normal.
                if step > 30, let interval = sequence.interval, !interval.contains(0.5) { isWrong = true }
            }
            if isWrong { wrong += 1 }
            #expect(sequence.decision(margin: 0.1) == .better)
        }
        #expect(wrong <= 10)
    }
}
