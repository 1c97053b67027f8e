// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// From the bytes of a YAML stream to checked UTF-8 with line feeds: YAML 1.2.2, chapter 5.
enum YAMLEncoding {
    /// A text the parser may trust.
    struct Text {
        var bytes: [UInt8]
        /// Offsets of characters that may stand only in quoted scalars (section 5.1), and of byte order marks.
        var quotedOnly: [Int]
    }

    /// Decodes UTF-8, UTF-16 or UTF-32, told apart by the first bytes (section 5.2), and checks each character.
    static func decode(_ raw: [UInt8]) throws(SyntaxError) -> Text {
        var bytes = try transcode(raw)
        if bytes.contains(0x0d) { bytes = withLineFeeds(bytes) }
        var quotedOnly: [Int] = []
        var index = 0
        let count = bytes.count
        while index < count {
            let byte = bytes[index]
            if byte &- 0x20 < 0x5f || byte == 0x0a || byte == 0x09 {
                index += 1
                continue
            }
            if byte < 0x20 {
                throw SyntaxError("a control character must be escaped in double quotes", at: index)
            }
            if byte == 0x7f {
                quotedOnly.append(index)
                index += 1
                continue
            }
            guard let length = UTF8.sequenceLength(at: index, in: bytes) else {
                throw SyntaxError("the text is not valid UTF-8", at: index)
            }
            if isQuotedOnly(bytes, index) { quotedOnly.append(index) }
            index += length
        }
        return Text(bytes: bytes, quotedOnly: quotedOnly)
    }

    /// C1 controls but for the next-line character, the byte order mark, FFFE and FFFF.
    private static func isQuotedOnly(_ bytes: [UInt8], _ index: Int) -> Bool {
        switch bytes[index] {
        case 0xc2: bytes[index + 1] < 0xa0 && bytes[index + 1] != 0x85
        case 0xef:
            bytes[index + 1] == 0xbb && bytes[index + 2] == 0xbf
                || bytes[index + 1] == 0xbf && bytes[index + 2] >= 0xbe
        default: false
        }
    }

    private static func withLineFeeds(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var wasReturn = false
        for byte in bytes {
            if byte != 0x0a || !wasReturn { result.append(byte == 0x0d ? 0x0a : byte) }
            wasReturn = byte == 0x0d
        }
        return result
    }

    /// The table of section 5.2: a byte order mark, or the zero bytes around a first ASCII character.
    private static func transcode(_ raw: [UInt8]) throws(SyntaxError) -> [UInt8] {
        let start = raw.prefix(4) + [UInt8](repeating: 1, count: max(0, 4 - raw.count))
        switch (start[0], start[1], start[2], start[3]) {
        case (0x00, 0x00, 0xfe, 0xff),
            (0x00, 0x00, 0x00, 0x01...0xff) where raw.count >= 4:
            return try fromUTF32(raw, isBigEndian: true)
        case (0xff, 0xfe, 0x00, 0x00),
            (0x01...0xff, 0x00, 0x00, 0x00) where raw.count >= 4:
            return try fromUTF32(raw, isBigEndian: false)
        case (0xfe, 0xff, _, _),
            (0x00, 0x01...0xff, _, _) where raw.count >= 2:
            return try fromUTF16(raw, isBigEndian: true)
        case (0xff, 0xfe, _, _),
            (0x01...0xff, 0x00, _, _) where raw.count >= 2:
            return try fromUTF16(raw, isBigEndian: false)
        default: return raw
        }
    }

    private static func fromUTF32(_ raw: [UInt8], isBigEndian: Bool) throws(SyntaxError) -> [UInt8] {
        guard raw.count.isMultiple(of: 4) else {
            throw SyntaxError("the UTF-32 text ends inside a character", at: raw.count)
        }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: raw.count, by: 4) {
            let word = raw[index..<index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard bytes.append(scalar: isBigEndian ? word : word.byteSwapped) else {
                throw SyntaxError("the text is not valid UTF-32", at: index)
            }
        }
        return bytes
    }

    private static func fromUTF16(_ raw: [UInt8], isBigEndian: Bool) throws(SyntaxError) -> [UInt8] {
        guard raw.count.isMultiple(of: 2) else {
            throw SyntaxError("the UTF-16 text ends inside a character", at: raw.count)
        }
        var bytes: [UInt8] = []
        var high: UInt32?
        for index in stride(from: 0, to: raw.count, by: 2) {
            let unit =
                isBigEndian
                ? UInt32(raw[index]) << 8 | UInt32(raw[index + 1])
                : UInt32(raw[index + 1]) << 8 | UInt32(raw[index])
            var scalar = unit
            if let first = high {
                guard 0xdc00..<0xe000 ~= unit else {
                    throw SyntaxError("the text is not valid UTF-16", at: index)
                }
                scalar = 0x10000 + (first - 0xd800) << 10 + (unit - 0xdc00)
                high = nil
            } else if 0xd800..<0xdc00 ~= unit {
                high = unit
                continue
            }
            guard bytes.append(scalar: scalar) else {
                throw SyntaxError("the text is not valid UTF-16", at: index)
            }
        }
        guard high == nil else { throw SyntaxError("the text is not valid UTF-16", at: raw.count) }
        return bytes
    }
}
