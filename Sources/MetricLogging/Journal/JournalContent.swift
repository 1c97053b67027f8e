// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a journal file holds, and what of it was lost.
struct JournalContent: Sendable {
    /// The records in the order of the file.
    private(set) var records: [JournalRecord] = []
    /// How many bytes behind the last whole frame were never finished: a write that a crash cut short.
    private(set) var tornBytes = 0
    /// How many bytes between whole frames are damaged.
    private(set) var damagedBytes = 0
    /// How many frames are missing by the counter.
    private(set) var missingFrames = 0
    /// How many whole frames hold no record that this version knows.
    private(set) var unknownRecords = 0
    /// Where the last whole frame ends.
    private(set) var wholeSize = 0

    /// Reads the bytes of a journal file.
    init(_ bytes: [UInt8]) {
        var offset = 0
        var number = 0
        while offset < bytes.count {
            guard let payload = JournalFrame.payload(in: bytes, at: offset) else {
                offset = JournalContent.nextMark(in: bytes, after: offset)
                continue
            }
            damagedBytes += offset - wholeSize
            var reader = ByteReader(payload)
            if let found = reader.varint().flatMap(Int.init(exactly:)),
                let record = JournalRecord(reader.rest())
            {
                missingFrames += max(found - number, 0)
                number = max(found, number) + 1
                records.append(record)
            } else {
                unknownRecords += 1
                number += 1
            }
            offset += JournalFrame.headerSize + payload.count
            wholeSize = offset
        }
        tornBytes = bytes.count - wholeSize
    }

    private static func nextMark(in bytes: [UInt8], after offset: Int) -> Int {
        var next = offset + 1
        while next + 4 <= bytes.count {
            if bytes[next] == 0x4a, bytes[next + 1] == 0x52, bytes[next + 2] == 0x4e, bytes[next + 3] == 0x4c
            {
                return next
            }
            next += 1
        }
        return bytes.count
    }

    /// Who wrote the journal; nil where its first record is lost.
    var opening: JournalOpening? {
        for case .opened(let opening) in records { return opening }
        return nil
    }

    /// How the journal ended; nil where it did not.
    var closing: JournalClosing? {
        for case .closed(let closing) in records.reversed() { return closing }
        return nil
    }
}
