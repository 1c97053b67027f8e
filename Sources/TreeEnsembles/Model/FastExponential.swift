// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The exponential that CatBoost takes, with its errors of a few units in the last place.
///
/// `x` is split into a whole number of steps of `ln 2 / 2048` and a rest. The steps are a power of two and a table
/// entry, the rest goes through a polynomial of the third degree. The method is that of the library fmath, which
/// CatBoost calls; below -708.4 the result is 0, above 709.8 infinity.
enum FastExponential {
    private static let tableBits: UInt64 = 11
    private static let steps = Double(1 << tableBits)
    /// The significands of 2^(i / 2048).
    private static let table: [UInt64] = (0..<1 << tableBits).map {
        pow(2, Double($0) / steps).bitPattern & 0x000f_ffff_ffff_ffff
    }
    private static let stepsPerUnit = steps / log(2)
    private static let unitsPerStep = log(2) / steps
    /// Added to a number below 2^51, it leaves the number's whole part in the low bits.
    private static let rounder = 0x1.8p52

    /// Makes the exponent of a Double of a number of steps.
    private static let bias: UInt64 = (1 << (tableBits + 10)) - (1 << tableBits)

    /// e to the power of x.
    static func value(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x <= -708.39641853226408 { return 0 }
        if x >= 709.78271289338397 { return .infinity }
        let shifted = x * stepsPerUnit + rounder
        let bits = shifted.bitPattern
        let rest = (shifted - rounder) * unitsPerStep - x
        let exponent = ((bits &+ bias) >> tableBits) << 52
        let scale = Double(bitPattern: exponent | table[Int(bits & ((1 << tableBits) - 1))])
        let cube = (3.0000000027955394 - rest) * (rest * rest) * 0.16666666685227835064
        return (cube - rest + 1) * scale
    }
}
