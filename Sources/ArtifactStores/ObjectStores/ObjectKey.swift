// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The rules for keys, the same in every store, so that what works in a bucket works on a disk.
public enum ObjectKey {
    /// Checks that a key is a relative path of ordinary names.
    ///
    /// A key holds 1 to 900 bytes of letters, digits and `-_.=+@` in ASCII, parted by `/`; no part is empty, `.`
    /// or `..`, or longer than 200 bytes.
    ///
    /// - Throws: ``StoreError`` with the code `invalidKey`.
    public static func check(_ key: String) throws(StoreError) {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isSound =
            (1...900).contains(key.utf8.count)
            && parts.allSatisfy { part in
                (1...200).contains(part.count) && part.allSatisfy(isOrdinary) && !part.elementsEqual(".".utf8)
                    && !part.elementsEqual("..".utf8)
            }
        guard isSound else {
            throw StoreError(
                .invalidKey,
                "the key is not a relative path of names made of ASCII letters, digits and -_.=+@", key: key)
        }
    }

    private static func isOrdinary(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-_.=+@".utf8.contains(byte)
        }
    }
}
