// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import TableReading

@Suite("Numbers and instants from text")
struct NumberTextTests {
    private func double(_ text: String, strict: Bool = false) -> Double? {
        let bytes = Array(text.utf8)
        return NumberText.double(bytes.span, 0..<bytes.count, strict: strict)
    }

    private func integer(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return NumberText.integer(bytes.span, 0..<bytes.count, strict: false)
    }

    private func instant(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return Timestamp.parse(bytes.span, 0..<bytes.count)
    }

    @Test("every decimal gives the bits that CPython gives")
    func doubles() throws {
        var options = TableOptions()
        options.types = ["text": .string]
        let table = try Table(
            contentsOf: fixtures.appending(path: "TableReading/doubles.csv.gz").path, options: options)
        let texts = try table["text"].strings
        let bits = try table["bits"].integers
        for (text, bits) in zip(texts, bits) {
            let text = try #require(text)
            let value = try #require(double(text), "\(text)")
            #expect(Int64(bitPattern: value.bitPattern) == bits, "\(text)")
        }
    }

    @Test("random doubles survive their shortest text")
    func roundTrip() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(double("\(value)", strict: true)?.bitPattern == value.bitPattern)
        }
    }

    @Test(
        "what is no number is refused",
        arguments: [
            "", "-", "+", ".", "e5", "1e", "1e+", "0x10", "1_000", "1 ", " 1", "1,5", "--1", "infinit",
            "nano",
        ])
    func refused(text: String) {
        #expect(double(text) == nil)
        #expect(integer(text) == nil)
    }

    @Test(
        "integers hold 64 bits",
        arguments: [
            ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
            ("9223372036854775808", nil),
            ("-9223372036854775809", nil), ("99999999999999999999", nil), ("+7", 7), ("-0", 0), ("007", 7),
        ] as [(String, Int64?)])
    func integers(text: String, value: Int64?) {
        #expect(integer(text) == value)
    }

    @Test(
        "instants",
        arguments: [
            ("1970-01-01", 0, "1970-01-01T00:00:00Z"),
            ("2013-06-02T03:00:00Z", 1_370_142_000_000_000, "2013-06-02T03:00:00Z"),
            ("2013-06-02 03:00", 1_370_142_000_000_000, "2013-06-02T03:00:00Z"),
            ("2013-06-02T05:30:00.25+02:30", 1_370_142_000_250_000, "2013-06-02T03:00:00.25Z"),
            ("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"),
            ("2000-02-29", 951_782_400_000_000, "2000-02-29T00:00:00Z"),
            ("0000-03-01", -62_162_035_200_000_000, "0000-03-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000_000, "9999-12-31T23:59:59Z"),
        ] as [(String, Int64, String)])
    func instants(text: String, micros: Int64, canonical: String) {
        #expect(instant(text) == micros)
        #expect(Timestamp.text(of: micros) == canonical)
    }

    @Test("every day from 1600 to 2400 reads back")
    func days() {
        for day in stride(from: Int64(-135_140), to: 157_054, by: 1) {
            if instant(Timestamp.text(of: day * 86_400_000_000)) != day * 86_400_000_000 {
                Issue.record("day \(day)")
            }
        }
    }

    @Test(
        "what is no instant is refused",
        arguments: [
            "2013-02-29", "2013-13-01", "2013-00-01", "2013-1-01", "2013-06-01T", "2013-06-01T24:00",
            "2013-06-01T09:60",
            "2013-06-01T09:00:00.Z", "2013-06-01T09:00:00+2", "2013-06-01T09:00Zx", "20130601",
            "2013-06-01T09:00:00.1234567Z",
        ])
    func noInstants(text: String) {
        #expect(instant(text) == nil)
    }
}
