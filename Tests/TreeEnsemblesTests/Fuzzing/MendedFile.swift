// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

@testable import TreeEnsembles

/// Gives a damaged file the checksums that it ought to have, so that damage reaches the reader behind them: whoever
/// makes a file to harm gets its checksums right.
enum MendedFile {
    /// The bytes with right checksums, where they are of a form that has any.
    static func bytes(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: Array("MLOPSTRE".utf8)) { return compact(bytes) }
        if bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) { return zip(bytes) }
        return bytes
    }

    private static func compact(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 32 else { return bytes }
        var mended = bytes
        put(UInt64(bytes.count), 8, at: 16, in: &mended)
        put(XXHash64.checksum(of: bytes, from: 32), 8, at: 24, in: &mended)
        return mended
    }

    /// Goes through the entries of the directory that are stored as they are.
    private static func zip(_ bytes: [UInt8]) -> [UInt8] {
        var mended = bytes
        var place = 0
        while place + 46 <= bytes.count {
            guard bytes[place..<place + 4].elementsEqual([0x50, 0x4b, 0x01, 0x02]) else {
                place += 1
                continue
            }
            let header = number(4, at: place + 42, in: bytes)
            let size = number(4, at: place + 20, in: bytes)
            if number(2, at: place + 10, in: bytes) == 0, header + 30 <= bytes.count {
                let start =
                    header + 30 + number(2, at: header + 26, in: bytes)
                    + number(2, at: header + 28, in: bytes)
                if start + size <= bytes.count {
                    put(UInt64(checksum(bytes[start..<start + size])), 4, at: place + 16, in: &mended)
                }
            }
            place += 46
        }
        return mended
    }

    private static func number(_ size: Int, at place: Int, in bytes: [UInt8]) -> Int {
        bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func put(_ number: UInt64, _ size: Int, at place: Int, in bytes: inout [UInt8]) {
        for index in 0..<size {
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
        }
    }

    /// The CRC-32 that zip files hold (ITU-T V.42).
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0) }
    }
}
