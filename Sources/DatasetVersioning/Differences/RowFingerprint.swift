// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import TableReading

/// What is equal for equal rows, whatever their order, the order of the columns, and the format they are written in.
///
/// It is the sum of a 128-bit hash of each row, modulo two to the 128, so that fingerprints of parts add up to that of the
/// whole. It tells accidents apart; it is no protection against someone who wants two tables to look equal.
public struct RowFingerprint: Hashable, Sendable, CustomStringConvertible {
    /// The sum of the hashes.
    let sum: UInt128

    /// The fingerprint of no rows.
    public init() { sum = 0 }

    init(sum: UInt128) { self.sum = sum }

    /// The fingerprint of a table's rows.
    public init(of table: Table) {
        sum = RowHashes.hashes(of: table).reduce(0, &+)
    }

    /// The fingerprint of the rows of both.
    public static func + (left: RowFingerprint, right: RowFingerprint) -> RowFingerprint {
        RowFingerprint(sum: left.sum &+ right.sum)
    }

    /// 32 hexadecimal digits.
    public var description: String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}

extension RowFingerprint: Codable {
    /// Reads 32 hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.utf8.count == 32, let sum = UInt128(text, radix: 16) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "32 hexadecimal digits are expected")
        }
        self.sum = sum
    }

    /// Writes 32 hexadecimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// One 128-bit hash for each row of a table.
enum RowHashes {
    /// The hashes, in the order of the rows; a whole number hashes alike in a column of integers and of doubles.
    static func hashes(of table: Table) -> [UInt128] {
        var low = [UInt64](repeating: 0, count: table.rowCount)
        var high = low
        for column in table.columns {
            let seed = mix(hash(column.name))
            add(column, seed, &low, &high)
        }
        return low.indices.map { row in
            UInt128(mix(high[row] &+ 0x2545_f491_4f6c_dd1d)) << 64
                | UInt128(mix(low[row] &+ 0x9e37_79b9_7f4a_7c15))
        }
    }

    private static func add(_ column: Column, _ seed: UInt64, _ low: inout [UInt64], _ high: inout [UInt64]) {
        func add(_ row: Int, _ value: UInt64) {
            let cell = mix(value ^ seed)
            low[row] &+= cell
            high[row] &+= mix(cell ^ 0xa076_1d64_78bd_642f)
        }
        let isWhole = column.missingCount == 0
        switch column.storage {
        case .integers(let values):
            for (row, value) in values.enumerated() where isWhole || !column.missing[row] {
                add(row, hash(value))
            }
        case .doubles(let values):
            for (row, value) in values.enumerated() where isWhole || !column.missing[row] {
                add(row, hash(value))
            }
        case .booleans(let values):
            for (row, value) in values.enumerated() where isWhole || !column.missing[row] {
                add(row, value ? 0x51ed_270b : 0x7f4a_7c15)
            }
        case .timestamps(let values):
            for (row, value) in values.enumerated() where isWhole || !column.missing[row] {
                add(row, mix(UInt64(bitPattern: value) ^ 0x7469_6d65))
            }
        case .strings(let codes, let categories):
            let hashes = categories.map(hash)
            for (row, code) in codes.enumerated() where code >= 0 { add(row, hashes[Int(code)]) }
        }
        for row in column.missing.rows { add(row, 0x6d69_7373_696e_6721) }
    }

    /// A bijection that spreads every bit (the finaliser of MurmurHash3, Appleby).
    private static func mix(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 33)) &* 0xff51_afd7_ed55_8ccd
        z = (z ^ (z >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return z ^ (z >> 33)
    }

    private static func hash(_ value: Int64) -> UInt64 {
        // Whole numbers that a double holds exactly hash as that double.
        let double = Double(value)
        return Int64(exactly: double) == value
            ? hash(double) : mix(UInt64(bitPattern: value) ^ 0x696e_7465_6765_7221)
    }

    private static func hash(_ value: Double) -> UInt64 {
        mix((value == 0 ? 0 : value.isNaN ? .nan : value).bitPattern)
    }

    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var word: UInt64 = 0
        var count: UInt64 = 0
        for byte in text.utf8 {
            word = word << 8 | UInt64(byte)
            count += 1
            if count & 7 == 0 {
                hash = mix(hash ^ word)
                word = 0
            }
        }
        return mix(hash ^ word) &+ mix(count &+ 0x7465_7874)
    }
}
