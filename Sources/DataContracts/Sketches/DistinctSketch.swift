// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Counts distinct values in little memory: exactly up to 256 of them, beyond within about 1.6 % (one standard error).
///
/// Beyond 256 values it is HyperLogLog (Flajolet et al. 2007) with 4096 registers and the estimator of Ertl (2017,
/// "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6), which needs no table of
/// corrections. Sketches of parts merge to exactly the sketch of the whole.
public struct DistinctSketch: Hashable, Sendable {
    private static let precision = 12
    private static let exactLimit = 256
    private var hashes: Set<UInt64> = []
    private var registers: [UInt8] = []

    /// Makes a sketch of nothing.
    public init() {}

    mutating func insert(hash: UInt64) {
        if registers.isEmpty {
            hashes.insert(hash)
            if hashes.count > DistinctSketch.exactLimit { turnDense() }
        } else {
            register(hash)
        }
    }

    private mutating func turnDense() {
        registers = [UInt8](repeating: 0, count: 1 << DistinctSketch.precision)
        for hash in hashes { register(hash) }
        hashes = []
    }

    private mutating func register(_ hash: UInt64) {
        let index = Int(hash >> UInt64(64 - DistinctSketch.precision))
        let rest = hash << UInt64(DistinctSketch.precision) | 1 << UInt64(DistinctSketch.precision - 1)
        let rank = UInt8(rest.leadingZeroBitCount + 1)
        if rank > registers[index] { registers[index] = rank }
    }

    /// Takes in what another sketch has seen.
    public mutating func merge(_ other: DistinctSketch) {
        if registers.isEmpty, other.registers.isEmpty {
            hashes.formUnion(other.hashes)
            if hashes.count > DistinctSketch.exactLimit { turnDense() }
            return
        }
        if registers.isEmpty { turnDense() }
        for hash in other.hashes { register(hash) }
        for (index, rank) in other.registers.enumerated() { registers[index] = max(registers[index], rank) }
    }

    /// Whether the count is exact.
    public var isExact: Bool { registers.isEmpty }

    /// How many distinct values there were.
    public var count: Int {
        guard !registers.isEmpty else { return hashes.count }
        let q = 64 - DistinctSketch.precision
        var multiplicities = [Double](repeating: 0, count: q + 2)
        for rank in registers { multiplicities[min(Int(rank), q + 1)] += 1 }
        let m = Double(registers.count)
        var z = m * DistinctSketch.tau(1 - multiplicities[q + 1] / m)
        for k in stride(from: q, through: 1, by: -1) { z = 0.5 * (z + multiplicities[k]) }
        z += m * DistinctSketch.sigma(multiplicities[0] / m)
        return Int((m * m / (2 * 0.693_147_180_559_945_3 * z)).rounded())
    }

    private static func sigma(_ start: Double) -> Double {
        if start == 1 { return .infinity }
        var x = start
        var y = 1.0
        var z = x
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    private static func tau(_ start: Double) -> Double {
        if start == 0 || start == 1 { return 0 }
        var x = start
        var y = 1.0
        var z = 1 - x
        while true {
            x = x.squareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }
}

extension DistinctSketch: Codable {
    private enum CodingKeys: String, CodingKey {
        case hashes, registers
    }

    /// Reads a sketch: `hashes` is the sorted list, or `registers` the 4096 ranks, both in Base64.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let data = try container.decodeIfPresent(Data.self, forKey: .registers) {
            guard data.count == 1 << DistinctSketch.precision, data.allSatisfy({ $0 <= 53 }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .registers, in: container,
                    debugDescription: "4096 ranks of at most 53 are expected")
            }
            registers = Array(data)
            return
        }
        let data = Array(try container.decodeIfPresent(Data.self, forKey: .hashes) ?? Data())
        guard data.count.isMultiple(of: 8), data.count <= 8 * DistinctSketch.exactLimit else {
            throw DecodingError.dataCorruptedError(
                forKey: .hashes, in: container, debugDescription: "at most 256 hashes of 8 bytes are expected"
            )
        }
        for start in stride(from: 0, to: data.count, by: 8) {
            hashes.insert(data[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
        }
    }

    /// Writes the sketch.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if registers.isEmpty {
            let bytes = hashes.sorted().flatMap { hash in
                (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(56 - 8 * $0)) }
            }
            try container.encode(Data(bytes), forKey: .hashes)
        } else {
            try container.encode(Data(registers), forKey: .registers)
        }
    }
}
