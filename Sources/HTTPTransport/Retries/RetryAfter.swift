// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The time a server asks its clients to wait (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// Reads seconds, or a date such as `Sun, 06 Nov 1994 08:49:37 GMT`; anything else gives nil.
    ///
    /// - Parameters:
    ///   - text: The value of the header `Retry-After`.
    ///   - now: Seconds since 1970.
    static func read(_ text: String, now: Double) -> Duration? {
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // More digits than a wait can need are a very long wait, not an overflow.
            return .seconds(Int64(text.prefix(9)) ?? 0)
        }
        return HTTPDate.read(text).map { .seconds(max(0, $0 - now)) }
    }
}
