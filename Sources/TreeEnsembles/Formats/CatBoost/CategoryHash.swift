// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// CatBoost's hash of a category's name: the low 32 bits of CityHash64 in its version 1.0
/// (util/digest/city.cpp and CalcCatFeatureHash in github.com/catboost/catboost).
///
/// With it every name can be answered for, also one that the file does not list, or where the file lists none.
enum CategoryHash {
    private static let key0: UInt64 = 0xc3a5_c85c_97cb_3127
    private static let key1: UInt64 = 0xb492_b66f_be98_f273
    private static let key2: UInt64 = 0x9ae1_6a3b_2f90_404f
    private static let key3: UInt64 = 0xc949_d7c7_509e_6557
    /// Codes of names by their hash begin here; above all whole numbers that stand for themselves, and above the codes
    /// of names that a file lists.
    private static let firstCode = 0x1p41

    /// The code that stands for a name in rows of numbers.
    static func code(of name: String) -> Double {
        wholeNumber(name) ?? firstCode + Double(UInt32(bitPattern: hash(of: Array(name.utf8))))
    }

    /// The hash of the name that a code stands for; nil where it stands for none.
    static func hash(ofCode code: Double) -> Int32? {
        if code >= firstCode { return UInt32(exactly: code - firstCode).map { Int32(bitPattern: $0) } }
        guard abs(code) < 0x1p40, let number = Int(exactly: code) else { return nil }
        return hash(of: Array("\(number)".utf8))
    }

    /// The number that a name spells in the one way in which CatBoost spells whole numbers.
    static func wholeNumber(_ name: String) -> Double? {
        guard let number = Int(name), "\(number)" == name, abs(Double(number)) < 0x1p40 else { return nil }
        return Double(number)
    }

    /// The hash of a name.
    static func hash(of name: [UInt8]) -> Int32 { Int32(truncatingIfNeeded: city(name)) }

    // MARK: CityHash64

    private static func city(_ text: [UInt8]) -> UInt64 {
        let count = text.count
        switch count {
        case ...16: return upTo16(text)
        case ...32: return upTo32(text)
        case ...64: return upTo64(text)
        default: break
        }
        var x = word(text, 0)
        var y = word(text, count - 16) ^ key1
        var z = word(text, count - 56) ^ key0
        var first = mixed(text, count - 64, UInt64(count), y)
        var second = mixed(text, count - 32, UInt64(count) &* key1, key0)
        z &+= shifted(first.1) &* key1
        x = rotated(z &+ x, 39) &* key1
        y = rotated(y, 33) &* key1
        for place in stride(from: 0, to: (count - 1) & ~63, by: 64) {
            x = rotated(x &+ y &+ first.0 &+ word(text, place + 16), 37) &* key1
            y = rotated(y &+ first.1 &+ word(text, place + 48), 42) &* key1
            x ^= second.1
            y ^= first.0
            z = rotated(z ^ second.0, 33)
            first = mixed(text, place, first.1 &* key1, x &+ second.0)
            second = mixed(text, place + 32, z &+ second.1, y)
            swap(&z, &x)
        }
        return joined(
            joined(first.0, second.0) &+ shifted(y) &* key1 &+ z, joined(first.1, second.1) &+ x)
    }

    private static func upTo16(_ text: [UInt8]) -> UInt64 {
        let count = UInt64(text.count)
        if count > 8 {
            let (head, tail) = (word(text, 0), word(text, text.count - 8))
            return joined(head, rotated(tail &+ count, count)) ^ tail
        }
        if count >= 4 { return joined(count &+ half(text, 0) << 3, half(text, text.count - 4)) }
        guard let head = text.first, let tail = text.last else { return key2 }
        let y = UInt64(head) &+ UInt64(text[text.count / 2]) << 8
        let z = count &+ UInt64(tail) << 2
        return shifted(y &* key2 ^ z &* key3) &* key2
    }

    private static func upTo32(_ text: [UInt8]) -> UInt64 {
        let count = text.count
        let (a, b) = (word(text, 0) &* key1, word(text, 8))
        let (c, d) = (word(text, count - 8) &* key2, word(text, count - 16) &* key0)
        return joined(
            rotated(a &- b, 43) &+ rotated(c, 30) &+ d, a &+ rotated(b ^ key3, 20) &- c &+ UInt64(count))
    }

    private static func upTo64(_ text: [UInt8]) -> UInt64 {
        let count = text.count
        let tail = word(text, count - 16)
        let head = stirred(
            text, 0, start: word(text, 0) &+ (UInt64(count) &+ tail) &* key0, last: word(text, 24))
        let end = stirred(
            text, count - 32, start: word(text, 16) &+ word(text, count - 32), last: word(text, count - 8))
        let sum = shifted((head.0 &+ end.1) &* key2 &+ (end.0 &+ head.1) &* key0)
        return shifted(sum &* key0 &+ head.1) &* key2
    }

    private static func stirred(
        _ text: [UInt8], _ place: Int, start: UInt64, last: UInt64
    ) -> (UInt64, UInt64) {
        var a = start
        let b = rotated(a &+ last, 52)
        var c = rotated(a, 37)
        a &+= word(text, place + 8)
        c &+= rotated(a, 7)
        a &+= word(text, place + 16)
        return (a &+ last, b &+ rotated(a, 31) &+ c)
    }

    private static func mixed(
        _ text: [UInt8], _ place: Int, _ first: UInt64, _ second: UInt64
    ) -> (UInt64, UInt64) {
        let last = word(text, place + 24)
        var a = first &+ word(text, place)
        var b = rotated(second &+ a &+ last, 21)
        let c = a
        a = a &+ word(text, place + 8) &+ word(text, place + 16)
        b &+= rotated(a, 44)
        return (a &+ last, b &+ c)
    }

    private static func joined(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let multiplier: UInt64 = 0x9ddf_ea08_eb38_2d69
        let a = shifted((first ^ second) &* multiplier)
        return shifted((second ^ a) &* multiplier) &* multiplier
    }

    private static func shifted(_ value: UInt64) -> UInt64 { value ^ value >> 47 }

    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value >> count | value << (64 - count)
    }

    private static func word(_ text: [UInt8], _ place: Int) -> UInt64 {
        text[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func half(_ text: [UInt8], _ place: Int) -> UInt64 {
        text[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
