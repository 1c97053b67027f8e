// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import TreeEnsembles

/// Decimal texts become the nearest Float and Double, as the standard library rounds them.
@Suite struct DecimalNumberTests {
    private func scanned<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ text: String, as: Number.Type
    ) throws -> Number {
        var scanner = NumberScanner(bytes: Array(text.utf8), position: 0, end: text.utf8.count)
        let number = try scanner.number(as: Number.self)
        #expect(scanner.position == text.utf8.count)
        // Where more text follows, digits are read eight at a time.
        let longer = Array((text + ",12345678").utf8)
        var further = NumberScanner(bytes: longer, position: 0, end: longer.count)
        let again = try further.number(as: Number.self)
        #expect(again == number || again.isNaN && number.isNaN)
        #expect(again.sign == number.sign && further.position == text.utf8.count)
        return number
    }

    @Test func randomNumbersReadBackToTheirBits() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let double = Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator))
            if double.isFinite {
                #expect(try scanned("\(double)", as: Double.self).bitPattern == double.bitPattern)
            }
            let float = Float(bitPattern: UInt32.random(in: .min ... .max, using: &generator))
            if float.isFinite {
                #expect(try scanned("\(float)", as: Float.self).bitPattern == float.bitPattern)
            }
        }
    }

    @Test func randomTextsAreRoundedOnce() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            let digits =
                UInt64.random(in: 0...9_999_999_999_999_999_999, using: &generator)
                >> UInt64.random(in: 0..<60, using: &generator)
            let text = "-\(digits)e\(Int.random(in: -50...40, using: &generator))"
            #expect(try scanned(text, as: Double.self).bitPattern == Double(text)?.bitPattern)
            #expect(try scanned(text, as: Float.self).bitPattern == Float(text)?.bitPattern)
        }
    }

    @Test(arguments: [
        "0", "-0", "0.0", "1", "-1.5", "0.1", "16777217", "16777219", "9007199254740993", "1e22", "1e23",
        "5e-324",
        "2.2250738585072011e-308", "1.7976931348623157e308", "3.4028235e38", "1e-45", "1.1754942e-38",
        "123456789012345678901234567890", "0.000000000000000000000000000001", "8.5070591730234616e37",
    ])
    func hardTexts(_ text: String) throws {
        #expect(try scanned(text, as: Double.self).bitPattern == Double(text)?.bitPattern)
        #expect(try scanned(text, as: Float.self).bitPattern == Float(text)?.bitPattern)
    }

    @Test func wholeNumbersEndWhereTheirDigitsDo() throws {
        for number in [0, 7, -1, 42, 123, -4567, 89_012, 345_678, 9_012_345, 67_890_123, 456_789_012] {
            for tail in ["", ",", ",1", " 12345678", ",-1,22,333,4444"] {
                let bytes = Array("\(number)\(tail)".utf8)
                var scanner = NumberScanner(bytes: bytes, position: 0, end: bytes.count)
                #expect(try scanner.integer() == number)
                #expect(scanner.position == bytes.count - tail.utf8.count)
            }
        }
        for text in ["1.5,1234567", "12e3,1234567", "-,12345678", ",123456789", "99999999999999999999,1"] {
            var scanner = NumberScanner(bytes: Array(text.utf8), position: 0, end: text.utf8.count)
            #expect(throws: TreeEnsembleError.self) { try scanner.integer() }
        }
    }

    @Test func wordsAreNumbersToo() throws {
        #expect(try scanned("NaN", as: Float.self).isNaN)
        #expect(try scanned("-Infinity", as: Float.self) == -.infinity)
        #expect(try scanned("inf", as: Double.self) == .infinity)
    }
}
