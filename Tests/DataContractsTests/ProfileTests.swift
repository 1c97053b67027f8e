// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import DataContracts
import Foundation
import TableReading
import TestSupport
import Testing

@Suite("Profiles and sketches")
struct ProfileTests {
    private func numbers(_ count: Int, seed: UInt64, shift: Double = 0) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            (0..<4).reduce(shift) { sum, _ in sum + Double.random(in: -1...1, using: &random) }
        }
    }

    @Test("a profile holds the counts, moments and frequent values of its column")
    func figures() throws {
        let values = [3.0, .nan, 0, 0, .infinity, -7]
        let table = try Table(parsing: Array("x,c\n3,a\nnan,b\n0,\n-0,a\ninf,a\n-7,b\nNA,c\n".utf8))
        let profile = table.profile
        let x = try #require(profile.column("x"))
        #expect(x.count == 7)
        #expect((x.missingCount, x.nanCount, x.infiniteCount, x.zeroCount) == (1, 1, 1, 2))
        #expect(x.distinct.count == 3)
        #expect(x.moments.mean == values.filter(\.isFinite).reduce(0, +) / 4)
        #expect((x.moments.minimum, x.moments.maximum) == (-7, 3))
        let c = try #require(profile.column("c"))
        #expect(c.values.top(2).map(\.value) == ["a", "b"])
        #expect(c.values.top(2).map(\.count) == [3, 2])
        #expect(c.values.isExact && c.distinct.isExact)
    }

    @Test("profiles survive canonical JSON, and equal tables give equal bytes")
    func codable() throws {
        let table = try Table([
            Column("x", doubles: numbers(3_000, seed: 1)),
            Column("i", integers: (0..<3_000).map { Int64($0 % 700) }),
            Column("s", strings: (0..<3_000).map { "v\($0 % 900)" }),
            Column("b", booleans: (0..<3_000).map { $0 % 3 == 0 }),
        ])
        let bytes = try CanonicalJSON.encode(table.profile)
        #expect(try CanonicalJSON.decode(TableProfile.self, from: bytes) == table.profile)
        #expect(try CanonicalJSON.encode(TableProfile(of: table.taking(Array(0..<3_000)))) == bytes)
        #expect(bytes.count < 80_000)
    }

    @Test(
        "distinct counts of merged parts are those of the whole, and within four standard errors",
        arguments: [10, 300, 5_000, 200_000])
    func distinct(count: Int) {
        let whole = ColumnProfile(of: Column("x", integers: (0..<count).map { Int64($0 * 7) }))
        var merged = ColumnProfile(of: Column("x", integers: (0..<count / 2).map { Int64($0 * 7) }))
        merged.merge(ColumnProfile(of: Column("x", integers: (count / 3..<count).map { Int64($0 * 7) })))
        #expect(merged.distinct == whole.distinct)
        let error = abs(Double(whole.distinct.count) - Double(count)) / Double(count)
        #expect(error <= (count <= 256 ? 0 : 4 * 0.01625), "\(whole.distinct.count)")
    }

    @Test("quantiles of merged parts are within one percent of the rank")
    func quantiles() throws {
        let values = numbers(30_000, seed: 5)
        var profile = ColumnProfile(of: Column("x", doubles: Array(values[..<11_000])))
        profile.merge(ColumnProfile(of: Column("x", doubles: Array(values[11_000..<11_500]))))
        profile.merge(ColumnProfile(of: Column("x", doubles: Array(values[11_500...]))))
        #expect(profile.quantiles.count == values.count)
        let sorted = values.sorted()
        for fraction in [0.01, 0.1, 0.25, 0.5, 0.9, 0.999] {
            let estimate = try #require(profile.quantiles.quantile(fraction))
            let rank = Double(sorted.count { $0 <= estimate }) / Double(sorted.count)
            #expect(abs(rank - fraction) < 0.01)
            #expect(abs(profile.quantiles.share(below: sorted[Int(fraction * 30_000)]) - fraction) < 0.01)
        }
        let exact = Moments(of: values)
        #expect(abs(profile.moments.variance - exact.variance) < 1e-10)
        #expect(profile.moments.minimum == sorted[0])
    }

    @Test("frequent values among many keep their counts within the stated error")
    func frequent() throws {
        let texts = (0..<40_000).map { $0 % 4 == 0 ? "often" : $0 % 10 == 1 ? "sometimes" : "rare\($0)" }
        var profile = ColumnProfile(of: Column("s", strings: Array(texts[..<15_000])))
        profile.merge(ColumnProfile(of: Column("s", strings: Array(texts[15_000...]))))
        let top = profile.values.top(2)
        #expect(top.map(\.value) == ["often", "sometimes"])
        for (value, count) in top {
            let true_ = texts.count { $0 == value }
            #expect(count <= true_ && true_ - count <= profile.values.error)
        }
        #expect(profile.values.error <= 40_000 / 512)
    }

    @Test(
        "damaged profiles are refused, not trusted",
        arguments: [
            #"{"edges":[1,0],"counts":[1],"below":0,"above":0}"#,
            #"{"edges":[1,2],"counts":[],"below":0,"above":0}"#,
        ])
    func damagedHistogram(text: String) {
        #expect(throws: DecodingError.self) {
            try CanonicalJSON.decode(Histogram.self, from: Array(text.utf8))
        }
    }

    @Test(
        "damaged sketches are refused, not trusted",
        arguments: [
            #"{"levels":[],"keepsOdd":[],"count":0}"#, #"{"levels":[[1,2]],"keepsOdd":[false],"count":3}"#,
            #"{"levels":[[1,2]],"keepsOdd":[],"count":2}"#,
        ])
    func damagedSketch(text: String) {
        #expect(throws: DecodingError.self) {
            try CanonicalJSON.decode(QuantileSketch.self, from: Array(text.utf8))
        }
    }
}
