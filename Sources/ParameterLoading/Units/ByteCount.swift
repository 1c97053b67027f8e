// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// An amount of bytes as people write it: `512 MiB`, `1.5GB`, `4096`.
///
/// `kB`, `MB`, `GB`, `TB`, `PB` and `EB` are powers of 1000; `KiB` to `EiB` are powers of 1024 (IEC 80000-13).
public struct ByteCount: Hashable, Sendable, Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible
{
    /// The amount in bytes.
    public let bytes: Int64

    /// Takes an amount in bytes.
    public init(bytes: Int64) { self.bytes = bytes }

    /// Takes an amount in bytes.
    public init(integerLiteral value: Int64) { bytes = value }

    /// Reads an amount; nil for what is none, is no whole number of bytes, or is above 8 EiB.
    public init?(_ text: String) {
        guard let (number, unit) = Units.split(text) else { return nil }
        guard
            let factor = ByteCount.factors.first(where: { $0.name.lowercased() == unit.lowercased() })?.bytes
        else {
            return nil
        }
        if let whole = Int64(number) {
            let (product, isOver) = whole.multipliedReportingOverflow(by: factor)
            guard !isOver, whole >= 0 else { return nil }
            bytes = product
            return
        }
        guard let value = Double(number), value >= 0,
            let product = Int64(exactly: (value * Double(factor)).rounded())
        else { return nil }
        bytes = product
    }

    private static let factors: [(name: String, bytes: Int64)] = [
        ("", 1), ("B", 1), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("PB", 1_000_000_000_000_000), ("EB", 1_000_000_000_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20),
        ("GiB", 1 << 30), ("TiB", 1 << 40), ("PiB", 1 << 50), ("EiB", 1 << 60),
    ]

    /// The amount with the largest unit that divides it.
    public var description: String {
        let exact = ByteCount.factors.filter { $0.bytes > 1 && bytes != 0 && bytes.isMultiple(of: $0.bytes) }
        guard let factor = exact.max(by: { $0.bytes < $1.bytes }) else { return "\(bytes) B" }
        return "\(bytes / factor.bytes) \(factor.name)"
    }

    /// Orders by the amount.
    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension ByteCount: Codable {
    /// Reads a number of bytes, or a text with a unit.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bytes = try? container.decode(Int64.self) {
            self.bytes = bytes
            return
        }
        guard let value = ByteCount(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected an amount of bytes such as '512 MiB'")
        }
        self = value
    }

    /// Writes the number of bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}

/// What the units share.
enum Units {
    /// The number in front and the unit behind it, without the space between.
    static func split(_ text: String) -> (number: String, unit: String)? {
        let bytes = Array(text.utf8)
        let end =
            bytes.firstIndex { !($0.isDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")) }
            ?? bytes.count
        guard end > 0, bytes[0].isDigit else { return nil }
        let number = String(decoding: bytes[..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        var unitStart = end
        while unitStart < bytes.count, bytes[unitStart] == 0x20 { unitStart += 1 }
        return (number, String(decoding: bytes[unitStart...], as: UTF8.self))
    }
}
