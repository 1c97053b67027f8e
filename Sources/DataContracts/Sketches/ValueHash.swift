// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One fixed 64-bit hash of values, the same on every machine and in every version.
enum ValueHash {
    /// Mixes all bits into all bits (the finaliser of MurmurHash3, Appleby).
    static func mix(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 33)) &* 0xff51_afd7_ed55_8ccd
        z = (z ^ (z >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return z ^ (z >> 33)
    }

    /// The hash of a number; the two zeros are one.
    static func hash(_ value: Double) -> UInt64 {
        mix((value == 0 ? 0 : value).bitPattern &+ 0x9e37_79b9_7f4a_7c15)
    }

    /// The hash of a text's UTF-8 bytes.
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return mix(hash ^ UInt64(text.utf8.count) << 56)
    }
}
