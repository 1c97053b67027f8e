// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

extension ObjectKey {
    /// A part of a key for a name of people's choice, such as `flight delay` or `Größe`.
    ///
    /// Lower-case ASCII letters, digits, `-`, `_` and, but for the first, `.` stand for themselves, every other byte
    /// of the UTF-8 is `=` and two hexadecimal digits. So different names have different parts, also where a file system does not
    /// tell `A` from `a`.
    ///
    /// - Throws: ``StoreError`` with the code `invalidKey` where the name is empty or too long.
    public static func part(for name: String) throws(StoreError) -> String {
        var part = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                part.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where !part.isEmpty: part += "."
            default: part += "=" + encodeHexadecimal([byte])
            }
        }
        guard (1...200).contains(part.utf8.count) else {
            throw StoreError(
                .invalidKey, name.isEmpty ? "the name is empty" : "the name is too long; use a shorter one",
                key: name)
        }
        return part
    }

    /// The name for which ``part(for:)`` gave this part; nil where it gives it for none.
    public static func name(ofPart part: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(part.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "=") {
                guard rest.count >= 2, let decoded = decodeHexadecimal(Array(rest.prefix(2))) else {
                    return nil
                }
                rest = rest.dropFirst(2)
                bytes += decoded
            } else {
                bytes.append(byte)
            }
        }
        guard let name = String(validating: bytes, as: UTF8.self) else { return nil }
        do {
            return try self.part(for: name) == part ? name : nil
        } catch {
            return nil
        }
    }
}
