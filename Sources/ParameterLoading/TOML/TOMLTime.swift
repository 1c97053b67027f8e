// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Dates and times of TOML 1.0.0, which are those of RFC 3339 with or without date, time and offset.
enum TOMLTime {
    /// Parses a time; nil where the text has not the form of one, or names no day or hour that exists.
    ///
    /// - Returns: The text with `T` and `Z` as capitals.
    static func parse(_ word: ArraySlice<UInt8>) -> TOMLValue.Content? {
        var reader = Reader(bytes: Array(word))
        var text = ""
        if word.count >= 10, let date = reader.date() {
            text = date
            if reader.isAtEnd { return .time(.localDate, text) }
            guard reader.takeDateEnd(), let time = reader.time() else { return nil }
            text += "T" + time
            if reader.isAtEnd { return .time(.localDateTime, text) }
            guard let offset = reader.offset(), reader.isAtEnd else { return nil }
            return .time(.offsetDateTime, text + offset)
        }
        reader.position = 0
        guard let time = reader.time(), reader.isAtEnd else { return nil }
        return .time(.localTime, time)
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        /// Digits in an exact count with a value in a range.
        mutating func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
            guard bytes.count - position >= digits else { return nil }
            var value = 0
            for byte in bytes[position..<position + digits] {
                guard byte.isDigit else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            guard range.contains(value) else { return nil }
            position += digits
            return value
        }

        mutating func take(_ characters: String) -> Bool {
            guard position < bytes.count, characters.utf8.contains(bytes[position]) else { return false }
            position += 1
            return true
        }

        mutating func takeDateEnd() -> Bool { take("Tt ") }

        mutating func date() -> String? {
            let start = position
            guard let year = number(4, 0...9999), take("-"), let month = number(2, 1...12), take("-"),
                number(2, 1...days(in: month, year)) != nil
            else { return nil }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        private func days(in month: Int, _ year: Int) -> Int {
            switch month {
            case 2:
                year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        }

        mutating func time() -> String? {
            let start = position
            // A minute may have a leap second (RFC 3339, section 5.7).
            guard number(2, 0...23) != nil, take(":"), number(2, 0...59) != nil, take(":"),
                number(2, 0...60) != nil
            else { return nil }
            if take(".") {
                let fraction = position
                while position < bytes.count, bytes[position].isDigit { position += 1 }
                guard position > fraction else { return nil }
            }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        mutating func offset() -> String? {
            if take("Zz") { return "Z" }
            let start = position
            guard take("+-"), number(2, 0...23) != nil, take(":"), number(2, 0...59) != nil else {
                return nil
            }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
    }
}
