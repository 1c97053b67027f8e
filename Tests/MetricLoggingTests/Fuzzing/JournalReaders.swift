// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

@testable import MetricLogging

/// What must hold of every file that the reader of journals is given; fuzzers and unit tests share it.
enum JournalReaders {
    static let names = ["journal"]

    /// What is wrong with the library's answer to a file; nil where nothing is.
    static func fault(in bytes: [UInt8]) -> String? {
        let content = JournalContent(mended(bytes))
        guard content.wholeSize + content.tornBytes == bytes.count else {
            return "the bytes of the journal do not add up"
        }
        _ = content.opening
        _ = content.closing
        return nil
    }

    /// Gives every frame that keeps its mark and its length the checksum that it ought to have.
    private static func mended(_ bytes: [UInt8]) -> [UInt8] {
        var mended = bytes
        var place = 0
        while place + JournalFrame.headerSize <= bytes.count {
            let length = bytes[place + 4..<place + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            let end = place + JournalFrame.headerSize + length
            guard bytes[place..<place + 4].elementsEqual([0x4a, 0x52, 0x4e, 0x4c]), end <= bytes.count else {
                place += 1
                continue
            }
            let checksum = CRC32C.checksum(Array(bytes[place + 4..<place + 8] + bytes[place + 12..<end]))
            for index in 0..<4 {
                mended[place + 8 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
            }
            place = end
        }
        return mended
    }
}
