// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Durations as people write them: `90s`, `1h 30m`, `250 ms`, `2 days`, and ISO 8601's `PT1H30M`.
enum DurationText {
    private static let attosecondsPerSecond: Int128 = 1_000_000_000_000_000_000

    /// Attoseconds a unit has; months and years have no fixed length and are no units here.
    private static func attoseconds(ofUnit unit: String) -> Int128? {
        switch unit.lowercased() {
        case "ns", "nanosecond", "nanoseconds": 1_000_000_000
        case "us", "µs", "μs", "microsecond", "microseconds": 1_000_000_000_000
        case "ms", "millisecond", "milliseconds": 1_000_000_000_000_000
        case "s", "sec", "second", "seconds": attosecondsPerSecond
        case "m", "min", "minute", "minutes": 60 * attosecondsPerSecond
        case "h", "hour", "hours": 3600 * attosecondsPerSecond
        case "d", "day", "days": 86_400 * attosecondsPerSecond
        case "w", "week", "weeks": 604_800 * attosecondsPerSecond
        default: nil
        }
    }

    /// Reads a duration; nil for what is none.
    ///
    /// A number needs a unit, only zero goes without.
    static func parse(_ text: String) -> Duration? {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }
        if bytes.elementsEqual("0".utf8) { return .zero }
        let isISO = bytes.first.map { $0 | 0x20 } == UInt8(ascii: "p")
        if isISO { bytes = bytes.dropFirst() }
        var isTime = !isISO
        var total: Int128 = 0
        var hasPart = false
        while let first = bytes.first {
            if first == 0x20, !isISO {
                bytes = bytes.dropFirst()
                continue
            }
            if isISO, !isTime, first | 0x20 == UInt8(ascii: "t") {
                isTime = true
                bytes = bytes.dropFirst()
                continue
            }
            let number = bytes.prefix { $0.isDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }
            bytes = bytes.dropFirst(number.count)
            if !isISO { bytes = bytes.drop { $0 == 0x20 } }
            let unitBytes = isISO ? bytes.prefix(1) : bytes.prefix { $0.isLetter || $0 >= 0x80 }
            bytes = bytes.dropFirst(unitBytes.count)
            let unit = String(decoding: unitBytes, as: UTF8.self)
            // In ISO 8601 an M before the T would be months.
            if isISO, !isTime, !["d", "w"].contains(unit.lowercased()) { return nil }
            guard let factor = attoseconds(ofUnit: unit), let part = multiply(number, factor) else {
                return nil
            }
            let (sum, isOver) = total.addingReportingOverflow(part)
            if isOver { return nil }
            total = sum
            hasPart = true
        }
        guard hasPart, let seconds = Int64(exactly: total / attosecondsPerSecond) else { return nil }
        let duration = Duration(
            secondsComponent: seconds, attosecondsComponent: Int64(total % attosecondsPerSecond))
        return isNegative ? .zero - duration : duration
    }

    /// A decimal number times a unit, exact.
    private static func multiply(_ number: ArraySlice<UInt8>, _ factor: Int128) -> Int128? {
        let parts = number.filter { $0 != UInt8(ascii: "_") }
            .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.count <= 18,
            var result = Int128(String(decoding: whole, as: UTF8.self))?.multipliedReportingOverflow(
                by: factor),
            !result.overflow
        else { return nil }
        guard parts.count == 2 else { return result.partialValue }
        guard !parts[1].isEmpty, parts[1].count <= 18, parts[1].allSatisfy(\.isDigit) else { return nil }
        var unit = factor
        for digit in parts[1] {
            unit /= 10
            result = result.partialValue.addingReportingOverflow(Int128(digit - 0x30) * unit)
        }
        return result.partialValue
    }

    /// The shortest spelling in the largest unit that gives a whole number.
    static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let total = Int128(seconds) * attosecondsPerSecond + Int128(attoseconds)
        if total == 0 { return "0s" }
        for unit in ["d", "h", "m", "s", "ms", "us", "ns"] {
            guard let factor = self.attoseconds(ofUnit: unit), total % factor == 0 else { continue }
            return "\(total / factor)\(unit)"
        }
        // Parts of a nanosecond: as a fraction of one.
        let whole = total.magnitude / 1_000_000_000
        let rest = String(total.magnitude % 1_000_000_000)
        let digits = String(repeating: "0", count: 9 - rest.count) + rest
        return "\(total < 0 ? "-" : "")\(whole).\(digits)ns"
    }
}
