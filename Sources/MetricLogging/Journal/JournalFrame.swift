// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// The frame around each record of a journal.
///
/// | bytes | what |
/// |---|---|
/// | 4 | the mark `0x4c4e524a` ("JRNL") |
/// | 4 | the length of the payload |
/// | 4 | the CRC-32C of the length's four bytes and the payload |
/// | length | the payload: a varint that counts the frames of this file from 0, then the record |
///
/// Numbers are little-endian. The mark lets a reader find the next whole frame behind damage, the counter lets it
/// see that frames are missing.
enum JournalFrame {
    static let mark: UInt32 = 0x4c4e_524a
    static let headerSize = 12
    /// No frame is larger, so that a damaged length cannot make a reader believe anything.
    static let maximumPayload = 16 << 20

    /// Appends a frame whose payload the closure writes.
    static func append(
        to writer: inout ByteWriter, number: Int, payload: (inout ByteWriter) throws -> Void
    ) rethrows {
        let start = writer.bytes.count
        writer.append(word: mark)
        writer.append(word: UInt32(0))
        writer.append(word: UInt32(0))
        writer.append(varint: UInt64(number))
        try payload(&writer)
        let length = writer.bytes.count - start - headerSize
        writer.replace(at: start + 4, word: UInt32(truncatingIfNeeded: length))
        var checksum = CRC32C()
        checksum.update(writer.bytes[start + 4..<start + 8])
        checksum.update(writer.bytes[(start + headerSize)...])
        writer.replace(at: start + 8, word: checksum.value)
    }

    /// The payload of a whole frame at an offset; nil where none stands there.
    static func payload(in bytes: [UInt8], at offset: Int) -> ArraySlice<UInt8>? {
        var reader = ByteReader(bytes[offset...])
        guard reader.word32() == mark, let length = reader.word32(), let checksum = reader.word32(),
            length <= UInt32(maximumPayload), let payload = reader.take(Int(length))
        else { return nil }
        var found = CRC32C()
        found.update(bytes[offset + 4..<offset + 8])
        found.update(payload)
        return found.value == checksum ? payload : nil
    }
}
