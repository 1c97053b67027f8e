// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import HTTPTransport

/// Times as S3 writes them.
enum AmazonDate {
    /// A time as signatures carry it: `20130524T000000Z`.
    static func text(of seconds: Double) -> String {
        let whole = Int(max(0, min(seconds, 253_402_300_799)))
        let (year, month, day) = CivilDate.date(daysSince1970: whole / 86_400)
        let clock = whole % 86_400
        return digits(year, 4) + digits(month, 2) + digits(day, 2) + "T" + digits(clock / 3_600, 2)
            + digits(clock / 60 % 60, 2) + digits(clock % 60, 2) + "Z"
    }

    /// Seconds since 1970 of a time in a listing, such as `2013-09-17T18:07:53.000Z`; anything else gives nil.
    static func read(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"),
            [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")].allSatisfy({ place, mark in
                bytes[place] == Character(mark).asciiValue
            }),
            let century = number(bytes, 0), let years = number(bytes, 2), let month = number(bytes, 5),
            let day = number(bytes, 8),
            let hour = number(bytes, 11), let minute = number(bytes, 14), let second = number(bytes, 17),
            (1970...9999).contains(century * 100 + years), (1...12).contains(month), (1...31).contains(day),
            hour < 24,
            minute < 60, second <= 60
        else { return nil }
        let digits = bytes[19..<bytes.count - 1].dropFirst()
        guard
            bytes.count == 20
                || (bytes[19] == UInt8(ascii: ".") && (1...9).contains(digits.count)
                    && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        let fraction = digits.reversed().reduce(0.0) { ($0 + Double($1 - 48)) / 10 }
        let days = CivilDate.daysSince1970(year: century * 100 + years, month: month, day: day)
        return Double(days * 86_400 + hour * 3_600 + minute * 60 + second) + fraction
    }

    private static func number(_ bytes: [UInt8], _ place: Int) -> Int? {
        let (high, low) = (Int(bytes[place]) - 48, Int(bytes[place + 1]) - 48)
        return (0...9).contains(high) && (0...9).contains(low) ? high * 10 + low : nil
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
