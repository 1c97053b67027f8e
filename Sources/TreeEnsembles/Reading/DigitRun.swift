// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Up to eight decimal digits that stand next to each other in a text, read at once.
struct DigitRun {
    /// How many digits there are before the first other byte, at most 8.
    let count: Int
    /// The number that they write.
    let value: UInt64

    /// The digits at the start of eight bytes, the first byte being the lowest.
    @inline(__always)
    init(_ word: UInt64) {
        // A digit has 3 above; so has what lies 6 higher only for digits. A carry goes to bytes behind the first other.
        let upper: UInt64 = 0xf0f0_f0f0_f0f0_f0f0
        let marks =
            (word & upper | ((word &+ 0x0606_0606_0606_0606) & upper) >> 4) ^ 0x3333_3333_3333_3333
        count = marks.trailingZeroBitCount / 8
        guard count > 0 else {
            value = 0
            return
        }
        // The last digit goes to the top; the bytes below the first one are zeros before it.
        var digits = (word &- 0x3030_3030_3030_3030) << UInt64(64 - 8 * count)
        digits = digits &* 10 &+ digits >> 8
        let even = digits & 0x0000_00ff_0000_00ff
        let odd = digits >> 16 & 0x0000_00ff_0000_00ff
        value = (even &* 0x000f_4240_0000_0064 &+ odd &* 0x0000_2710_0000_0001) >> 32
    }

    /// 10 to the power of ``count``.
    var scale: UInt64 { Self.scales[count] }

    private static let scales: [UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]
}
