// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The lower-case hexadecimal digits of bytes.
package func encodeHexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    appendHexadecimal(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
}

/// Appends the lower-case hexadecimal digits of bytes.
func appendHexadecimal(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
    func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }
    for byte in bytes {
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
    }
}

/// The bytes that hexadecimal digits of either case spell; an odd count or another character gives nil.
package func decodeHexadecimal(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = hexadecimalValue(digits[index]), let low = hexadecimalValue(digits[index + 1])
        else { return nil }
        bytes.append(high << 4 | low)
    }
    return bytes
}

private func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
