// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A text that was loaded, with its name; finds lines and columns when someone asks.
final class SourceText: Sendable {
    /// The path of a file, or words such as `environment`.
    let name: String
    let kind: ParameterOrigin.Kind
    let bytes: [UInt8]
    /// Whether a key that nothing asks for is an error.
    let isStrict: Bool
    /// Where each line begins; made at the first question, because most loads ask none.
    private let lineStarts = Mutex<[Int]>([])

    init(name: String, kind: ParameterOrigin.Kind, bytes: [UInt8], isStrict: Bool = true) {
        self.name = name
        self.kind = kind
        self.bytes = bytes
        self.isStrict = isStrict
    }

    /// The line and the column of an offset, both counted from 1; columns count characters (Unicode scalars).
    func position(of offset: Int) -> (line: Int, column: Int) {
        let offset = min(max(offset, 0), bytes.count)
        let (line, start) = lineStarts.withLock { starts in
            if starts.isEmpty {
                starts = [0]
                for index in bytes.indices where bytes[index] == 0x0a { starts.append(index + 1) }
            }
            // The last start that is not behind the offset.
            var low = 0
            var high = starts.count
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= offset { low = middle } else { high = middle }
            }
            return (low + 1, starts[low])
        }
        // Continuation bytes of UTF-8 are 10xxxxxx and do not begin a character.
        let column = bytes[start..<offset].count { $0 & 0xc0 != 0x80 } + 1
        return (line, column)
    }

    /// The line an offset lies on, without its break and cut to a readable length, and the caret's column in it.
    func excerpt(at offset: Int) -> (line: String, caret: Int) {
        let offset = min(max(offset, 0), bytes.count)
        var start = offset
        while start > 0, bytes[start - 1] != 0x0a, offset - start <= 90 { start -= 1 }
        var end = offset
        while end < bytes.count, bytes[end] != 0x0a, bytes[end] != 0x0d, end - offset < 60 { end += 1 }
        // A very long line is cut, at the start of a character.
        while start < offset, bytes[start] & 0xc0 == 0x80 { start += 1 }
        while end > offset, end < bytes.count, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        let before = bytes[start..<offset].count { $0 & 0xc0 != 0x80 }
        let line = String(decoding: bytes[start..<end].map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
        return (line, before)
    }
}
