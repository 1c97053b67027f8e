// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Instants as text: RFC 3339, and its common shortenings.
package enum Timestamp {
    /// Reads a date, perhaps with a time and an offset; without an offset the time is UTC.
    ///
    /// The date is `YYYY-MM-DD`; then `T` or a space and `HH:MM`, `:SS`, up to six digits of a fraction, and `Z` or an
    /// offset such as `+02:00` may follow. Anything else gives nil.
    package static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        guard range.count >= 10, range.count <= 32 else { return nil }
        let start = range.lowerBound
        let end = range.upperBound
        guard bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
            let year = number(bytes, start, 4), let month = number(bytes, start + 5, 2),
            let day = number(bytes, start + 8, 2), (1...12).contains(month), day >= 1,
            day <= dayCount(ofMonth: month, year: year)
        else { return nil }
        var seconds = daysSince1970(year: year, month: month, day: day) * 86_400
        var at = start + 10
        guard at < end else { return seconds * 1_000_000 }
        guard bytes[at] == UInt8(ascii: "T") || bytes[at] == UInt8(ascii: " "), end - at >= 6,
            let hour = number(bytes, at + 1, 2), bytes[at + 3] == UInt8(ascii: ":"),
            let minute = number(bytes, at + 4, 2), hour < 24, minute < 60
        else { return nil }
        seconds += Int64(hour * 3_600 + minute * 60)
        at += 6
        var micros: Int64 = 0
        if end - at >= 3, bytes[at] == UInt8(ascii: ":") {
            guard let second = number(bytes, at + 1, 2), second < 60 else { return nil }
            seconds += Int64(second)
            at += 3
            if at < end, bytes[at] == UInt8(ascii: ".") {
                at += 1
                var scale: Int64 = 1_000_000
                while at < end, isDigit(bytes[at]) {
                    scale /= 10
                    guard scale > 0 else { return nil }
                    micros += Int64(bytes[at] - UInt8(ascii: "0")) * scale
                    at += 1
                }
                guard scale < 1_000_000 else { return nil }
            }
        }
        guard let offset = offset(bytes, at, end) else { return nil }
        return (seconds - offset) * 1_000_000 + micros
    }

    /// The seconds that the offset at the end of a text adds to UTC; nil where it is none.
    private static func offset(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int64? {
        guard start < end else { return 0 }
        let sign = bytes[start]
        if sign == UInt8(ascii: "Z") { return end - start == 1 ? 0 : nil }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), end - start >= 3,
            let hours = number(bytes, start + 1, 2), hours < 24
        else { return nil }
        var minutes = 0
        switch end - start {
        case 3: break
        case 5:
            guard let value = number(bytes, start + 3, 2) else { return nil }
            minutes = value
        case 6:
            guard bytes[start + 3] == UInt8(ascii: ":"), let value = number(bytes, start + 4, 2)
            else { return nil }
            minutes = value
        default: return nil
        }
        guard minutes < 60 else { return nil }
        let total = Int64(hours * 3_600 + minutes * 60)
        return sign == UInt8(ascii: "-") ? -total : total
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    private static func number(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            guard isDigit(bytes[index]) else { return nil }
            value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        return value
    }

    private static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days before a month in a common year.
    private static func dayOfYear(month: Int, year: Int) -> Int {
        // 30.6 days a month from March on, the average of 31, 30, 31, 30, 31: exact in whole numbers.
        let common = month <= 2 ? (month - 1) * 31 : (306 * (month + 1) / 10) - 63
        return common + (month > 2 && isLeap(year) ? 1 : 0)
    }

    /// Days since 1970-01-01 in the Gregorian calendar, carried back before its adoption as ISO 8601 does.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let before = year - 1
        // Year 0 is a leap year; floor division keeps the count right below it.
        func quotient(_ divisor: Int) -> Int {
            before >= 0 ? before / divisor : (before - divisor + 1) / divisor
        }
        let days = before * 365 + quotient(4) - quotient(100) + quotient(400)
        return Int64(days + dayOfYear(month: month, year: year) + day - 1) - 719_162
    }

    /// The text of an instant in microseconds since 1970, as RFC 3339 in UTC: `2013-06-02T03:00:00Z`.
    package static func text(of instant: Int64) -> String {
        let micros = ((instant % 1_000_000) + 1_000_000) % 1_000_000
        let seconds = (instant - micros) / 1_000_000
        let second = ((seconds % 86_400) + 86_400) % 86_400
        let days = (seconds - second) / 86_400
        var year = 1970 + Int(days / 366)
        while daysSince1970(year: year + 1, month: 1, day: 1) <= days { year += 1 }
        while daysSince1970(year: year, month: 1, day: 1) > days { year -= 1 }
        var month = 12
        while daysSince1970(year: year, month: month, day: 1) > days { month -= 1 }
        let day = Int(days - daysSince1970(year: year, month: month, day: 1)) + 1
        var text =
            padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
            + padded(Int(second) / 3_600, 2)
            + ":" + padded(Int(second) / 60 % 60, 2) + ":" + padded(Int(second) % 60, 2)
        if micros != 0 {
            var fraction = padded(Int(micros), 6)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += "." + fraction
        }
        return text + "Z"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
