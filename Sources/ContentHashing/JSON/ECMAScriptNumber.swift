// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Number to text as ECMAScript's `Number.prototype.toString` does it (ECMA-262, Number::toString).
package enum ECMAScriptNumber {
    /// The shortest decimal that reads back to the same bits; a finite value is expected, others give `null`.
    package static func text(of value: Double) -> String {
        guard value.isFinite else { return "null" }
        if value == 0 { return "0" }
        let sign = value < 0 ? "-" : ""
        let (digits, exponent) = shortestDigits(of: value.magnitude)
        let count = digits.count
        if count <= exponent, exponent <= 21 {
            return sign + digits + String(repeating: "0", count: exponent - count)
        }
        if 0 < exponent, exponent <= 21 {
            return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
        }
        if -6 < exponent, exponent <= 0 {
            return sign + "0." + String(repeating: "0", count: -exponent) + digits
        }
        let power = exponent - 1
        let tail = (power < 0 ? "e-" : "e+") + String(power.magnitude)
        return sign + digits.prefix(1) + (count > 1 ? "." + digits.dropFirst() : "") + tail
    }

    /// The digits of 0.d1d2d3… times ten to the exponent, without zeros at either end.
    private static func shortestDigits(of value: Double) -> (digits: String, exponent: Int) {
        // Swift's description is the shortest text that reads back, so its digits are the ones to arrange.
        let parts = value.description.split(separator: "e")
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = halves.count > 1 ? halves[1] : ""
        exponent += halves[0].count
        var digits = halves[0] + fraction
        while digits.first == "0" {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.last == "0" { digits.removeLast() }
        return (String(digits), exponent)
    }
}
