// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension UInt8 {
    /// A space or a tab.
    @inline(__always)
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    @inline(__always)
    var isHexadecimalDigit: Bool { self.isDigit || (self | 0x20) &- 0x61 < 6 }

    @inline(__always)
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// The value of a hexadecimal digit.
    var hexadecimalValue: UInt32 { UInt32(self.isDigit ? self - 0x30 : (self | 0x20) - 0x61 + 10) }
}

extension [UInt8] {
    /// Appends the UTF-8 of a scalar value; false for what is none (surrogates, above 10FFFF).
    mutating func append(scalar value: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(value) else { return false }
        append(contentsOf: UTF8.encode(scalar) ?? .init())
        return true
    }
}

extension UTF8 {
    /// The offset of the first byte that is not valid UTF-8 (RFC 3629); nil where all are.
    static func firstInvalid(in bytes: [UInt8]) -> Int? {
        var index = 0
        let count = bytes.count
        while index < count {
            let byte = bytes[index]
            if byte < 0x80 {
                index += 1
                continue
            }
            guard let length = sequenceLength(at: index, in: bytes) else { return index }
            index += length
        }
        return nil
    }

    /// The length of the valid sequence of two to four bytes that begins at an index; nil where there is none.
    static func sequenceLength(at index: Int, in bytes: [UInt8]) -> Int? {
        func isTail(_ place: Int, _ range: ClosedRange<UInt8> = 0x80...0xbf) -> Bool {
            place < bytes.count && range.contains(bytes[place])
        }
        switch bytes[index] {
        case 0xc2...0xdf: return isTail(index + 1) ? 2 : nil
        case 0xe0: return isTail(index + 1, 0xa0...0xbf) && isTail(index + 2) ? 3 : nil
        case 0xed: return isTail(index + 1, 0x80...0x9f) && isTail(index + 2) ? 3 : nil
        case 0xe1...0xef: return isTail(index + 1) && isTail(index + 2) ? 3 : nil
        case 0xf0: return isTail(index + 1, 0x90...0xbf) && isTail(index + 2) && isTail(index + 3) ? 4 : nil
        case 0xf1...0xf3: return isTail(index + 1) && isTail(index + 2) && isTail(index + 3) ? 4 : nil
        case 0xf4: return isTail(index + 1, 0x80...0x8f) && isTail(index + 2) && isTail(index + 3) ? 4 : nil
        default: return nil
        }
    }
}
