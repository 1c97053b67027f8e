// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The headers of a tar archive: POSIX.1-2017, utility `pax`, "ustar Interchange Format" and "pax Interchange Format".
enum TarHeader {
    /// Everything in an archive stands in blocks of this many bytes.
    static let blockSize = 512
    /// What writers agree to fill an archive up to.
    private static let recordSize = 20 * blockSize

    /// What stands in a name's place when a pax header gives it.
    private static let standIn = "long-name"

    /// The header of a file or folder, with a pax header before it where its name or size needs one.
    ///
    /// Nothing but the arguments goes in: no time, no owner.
    static func encode(_ path: String, size: Int = 0, isExecutable: Bool = false, isFolder: Bool = false)
        -> [UInt8]
    {
        let name = Array(path.utf8) + (isFolder ? [UInt8(ascii: "/")] : [])
        var records: [(String, [UInt8])] = []
        var place = split(name)
        if place == nil || !name.allSatisfy({ (0x20..<0x7f).contains($0) }) {
            records.append(("path", name))
            place = ([], Array(standIn.utf8))
        }
        if size >= 1 << 33 { records.append(("size", Array(String(size).utf8))) }
        let mode = isFolder || isExecutable ? 0o755 : 0o644
        let (prefix, last) = place ?? ([], Array(standIn.utf8))
        return (records.isEmpty ? [] : pax(records, kind: UInt8(ascii: "x")))
            + block(
                last, prefix: prefix, kind: UInt8(ascii: isFolder ? "5" : "0"),
                size: size < 1 << 33 ? size : 0, mode: mode)
    }

    /// A pax header that holds for the whole archive and says something about it.
    static func comment(_ text: [UInt8]) -> [UInt8] { pax([("comment", text)], kind: UInt8(ascii: "g")) }

    /// What fills the last block of a content.
    static func padding(after size: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (blockSize - size % blockSize) % blockSize)
    }

    /// The end of an archive that has so many bytes already.
    static func end(after size: Int) -> [UInt8] {
        let end = size + 2 * blockSize
        return [UInt8](repeating: 0, count: (end + recordSize - 1) / recordSize * recordSize - size)
    }

    /// Puts a name into the two fields of a header; nil where it does not fit.
    private static func split(_ name: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
        if name.count <= 100 { return ([], name) }
        // The slash between the two is not stored.
        for (index, byte) in name.enumerated() where byte == UInt8(ascii: "/") {
            let rest = name.count - index - 1
            if index <= 155, (1...100).contains(rest), index > 0 {
                return (Array(name[..<index]), Array(name[(index + 1)...]))
            }
        }
        return nil
    }

    private static func pax(_ records: [(String, [UInt8])], kind: UInt8) -> [UInt8] {
        var content: [UInt8] = []
        for (keyword, value) in records {
            // The length counts its own digits.
            let rest = 1 + keyword.utf8.count + 1 + value.count + 1
            var length = rest + 1
            while String(length).utf8.count + rest != length { length = String(length).utf8.count + rest }
            content += Array("\(length) \(keyword)=".utf8) + value + [UInt8(ascii: "\n")]
        }
        return block(Array("pax".utf8), kind: kind, size: content.count, mode: 0o644) + content
            + padding(after: content.count)
    }

    private static func block(
        _ name: [UInt8], prefix: [UInt8] = [], kind: UInt8, size: Int, mode: Int
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ bytes: [UInt8], at offset: Int) {
            block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        func octal(_ value: Int, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.utf8.count) + text).utf8)
        }
        put(name, at: 0)
        put(octal(mode, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put([kind], at: 156)
        put(Array("ustar\0".utf8) + Array("00".utf8), at: 257)
        put(octal(0, digits: 7), at: 329)
        put(octal(0, digits: 7), at: 337)
        put(prefix, at: 345)
        put(octal(checksum(of: block), digits: 6) + [0, 0x20], at: 148)
        return block
    }

    /// The sum of a header's bytes, the eight of the sum itself taken for spaces.
    static func checksum(of block: [UInt8]) -> Int {
        block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    }
}
