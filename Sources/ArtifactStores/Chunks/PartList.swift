// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// Lists of parts, themselves stored as chunks, so that an edit of a large content writes a short list anew and not
/// a long one.
///
/// A list is a row of entries of 40 bytes: the digest and, little-endian, the size. It ends where a digest says,
/// so that an insertion moves no end but the next.
enum PartList {
    /// Up to so many parts stand in the record itself.
    static let inlineLimit = 32
    private static let minimum = 64
    private static let maximum = 1_024
    private static let entrySize = 40

    /// Cuts a row of parts into lists.
    static func lists(of parts: [StoredContent.Part]) -> [ArraySlice<StoredContent.Part>] {
        var lists: [ArraySlice<StoredContent.Part>] = []
        var start = 0
        for (index, part) in parts.enumerated() {
            let count = index + 1 - start
            if count == maximum || count >= minimum && part.digest.words.3 & 0xff == 0 {
                lists.append(parts[start...index])
                start = index + 1
            }
        }
        if start < parts.count { lists.append(parts[start...]) }
        return lists
    }

    static func encode(_ parts: ArraySlice<StoredContent.Part>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.count * entrySize)
        for part in parts {
            part.digest.append(to: &bytes)
            bytes.appendLittleEndian(UInt64(part.size))
        }
        return bytes
    }

    /// Reads a list; nil where the bytes are none, or cover another size than they should.
    static func decode(_ bytes: [UInt8], size: Int) -> [StoredContent.Part]? {
        guard !bytes.isEmpty, bytes.count.isMultiple(of: entrySize) else { return nil }
        var reader = ByteReader(bytes)
        var parts: [StoredContent.Part] = []
        parts.reserveCapacity(bytes.count / entrySize)
        var rest = size
        while let digest = reader.digest(), let field = reader.integer(UInt64.self) {
            guard let size = Int(exactly: field), size > 0, size <= rest else { return nil }
            rest -= size
            parts.append(StoredContent.Part(digest: digest, size: size))
        }
        return rest == 0 ? parts : nil
    }
}
