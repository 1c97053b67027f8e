// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import DataContracts
import Foundation
import TableReading
import TestSupport
import Testing

@Suite("Drift")
struct DriftTests {
    private func table(_ count: Int, seed: UInt64, shift: Double = 0, missing: Double = 0.1) throws -> Table {
        var random = SeededGenerator(seed: seed)
        var numbers: [Double] = []
        var texts: [String?] = []
        var hours: [Int64?] = []
        for _ in 0..<count {
            let value = (0..<4).reduce(shift) { sum, _ in sum + Double.random(in: -1...1, using: &random) }
            numbers.append(Double.random(in: 0..<1, using: &random) < missing ? .nan : value)
            let letters = shift > 0 ? "aaaaabcd" : "aaabbcde"
            texts.append(letters.randomElement(using: &random).map(String.init))
            hours.append(Int64.random(in: 0..<12, using: &random) + Int64(shift * 4))
        }
        return try Table([
            Column("number", doubles: numbers), Column("text", strings: texts),
            Column("hour", integers: hours),
            Column("constant", integers: [Int64?](repeating: 2013, count: count)),
        ])
    }

    @Test(
        "two samples of one distribution are quiet at every size",
        arguments: [(60, 40), (1_000, 100), (20_000, 30_000)])
    func quiet(sizes: (Int, Int)) throws {
        var alarms = 0
        for seed in 0..<(sizes.0 > 5_000 ? 2 : 20) as Range<UInt64> {
            let report = Drift.compare(
                try table(sizes.0, seed: seed), try table(sizes.1, seed: seed + 1_000))
            #expect(report.columns.map(\.name) == ["number", "text", "hour", "constant"])
            alarms += report.drifted.count
        }
        // One in twenty of sixty comparisons, and room for chance.
        #expect(alarms <= (sizes.0 > 5_000 ? 0 : 8))
    }

    @Test("a shift, a change of categories and a surge of missing values drift")
    func drifted() throws {
        let reference = try table(5_000, seed: 1)
        let shifted = Drift.compare(reference, try table(4_000, seed: 2, shift: 0.6))
        #expect(shifted["number"]?.verdict == .drifted)
        #expect(shifted["text"]?.verdict == .drifted)
        #expect(shifted["hour"]?.verdict == .drifted)
        #expect(shifted["constant"]?.verdict == .quiet)
        let sparse = Drift.compare(reference, try table(4_000, seed: 2, missing: 0.4))
        #expect(sparse["number"]?.verdict == .drifted)
        #expect(sparse["text"]?.verdict == .quiet)
        #expect(sparse["number"]?.currentMissingRate ?? 0 > 0.35)
        let line = try #require(shifted["number"]).description
        #expect(line.hasPrefix("number PSI 0."))
        #expect(line.hasSuffix("drifted (threshold 0.10 at these sizes)"))
    }

    @Test("profiles tell what tables tell")
    func profiles() throws {
        let june = try table(8_000, seed: 3)
        let july = try table(9_000, seed: 4, shift: 0.2)
        let exact = Drift.compare(june, july)
        let frozen = Drift.compare(june.profile, TableProfile(of: july, edgesOf: june.profile))
        let loose = Drift.compare(june.profile, july.profile)
        for column in exact.columns {
            let same = try #require(frozen[column.name])
            #expect(same.stability == column.stability)
            #expect(same.verdict == column.verdict)
            #expect(abs(same.distance - column.distance) < 0.015)
            let near = try #require(loose[column.name])
            #expect(abs(near.stability - column.stability) < 0.02)
        }
        var merged = TableProfile(of: june.prefix(3_000))
        merged.merge(TableProfile(of: june.taking(Array(3_000..<8_000))))
        let fromParts = Drift.compare(merged, july.profile)
        #expect(abs((fromParts["number"]?.stability ?? 9) - (exact["number"]?.stability ?? 0)) < 0.03)
    }

    @Test("columns that vanish or change their kind are not compared in silence")
    func notComparable() throws {
        let a = try Table([Column("x", doubles: [1, 2, 3]), Column("y", strings: ["a", "b", "a"])])
        let b = try Table([Column("x", strings: ["1", "2", "3"]), Column("y", strings: [nil, nil, nil])])
        let report = Drift.compare(a, b)
        #expect(report["x"]?.verdict == .notComparable)
        #expect(report["y"]?.currentMissingRate == 1)
        #expect(Drift.compare(try Table([Column("x", doubles: [])]), a)["x"]?.verdict == .notComparable)
    }
}
