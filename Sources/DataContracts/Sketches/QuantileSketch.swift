// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Quantiles and ranks of numbers in little memory, exact for the first 512 and within about half a percent of the rank
/// beyond.
///
/// This is the sketch of Karnin, Lang and Liberty (2016, "Optimal quantile approximation in streams") with k = 512,
/// except that a compaction keeps the odd and the even places in turn instead of by chance, so that equal input gives
/// an equal sketch. Sketches of parts merge to a sketch of the whole.
public struct QuantileSketch: Hashable, Sendable {
    private static let k = 512
    /// The numbers of each level; one of level h stands for two to the h of them.
    private var levels: [[Double]] = [[]]
    /// Which half the next compaction of each level keeps.
    private var keepsOdd: [Bool] = [false]
    /// How many numbers there were.
    public private(set) var count = 0

    /// Makes a sketch of nothing.
    public init() {}

    /// Takes numbers; each is finite.
    mutating func insert(_ values: some Sequence<Double>) {
        for value in values {
            levels[0].append(value)
            count += 1
            if levels[0].count >= QuantileSketch.capacity(0, of: levels.count) { compress() }
        }
    }

    private static func capacity(_ level: Int, of count: Int) -> Int {
        var capacity = Double(k)
        for _ in 0..<(count - 1 - level) { capacity *= 2.0 / 3 }
        return max(8, Int(capacity.rounded(.up)))
    }

    private mutating func compress() {
        for level in 0..<64 {
            guard level < levels.count else { return }
            guard levels[level].count >= QuantileSketch.capacity(level, of: levels.count) else { continue }
            if level + 1 == levels.count {
                levels.append([])
                keepsOdd.append(false)
            }
            let sorted = levels[level].sorted()
            // An odd one out stays, so that the weights always add up to the count.
            let pairs = sorted.count / 2
            levels[level] = sorted.count.isMultiple(of: 2) ? [] : [sorted[sorted.count - 1]]
            let first = keepsOdd[level] ? 1 : 0
            keepsOdd[level].toggle()
            for pair in 0..<pairs { levels[level + 1].append(sorted[2 * pair + first]) }
        }
    }

    /// Takes in what another sketch has seen.
    public mutating func merge(_ other: QuantileSketch) {
        while levels.count < other.levels.count {
            levels.append([])
            keepsOdd.append(false)
        }
        for (level, values) in other.levels.enumerated() { levels[level] += values }
        count += other.count
        while levels.indices.contains(where: {
            levels[$0].count >= QuantileSketch.capacity($0, of: levels.count)
        }) {
            compress()
        }
    }

    /// Whether nothing was left out yet.
    public var isExact: Bool { levels.count == 1 }

    /// The numbers kept and how many each stands for, in ascending order.
    package var weighted: [(value: Double, weight: Int)] {
        levels.enumerated().flatMap { level, values in values.map { (value: $0, weight: 1 << level) } }
            .sorted { $0.value < $1.value }
    }

    /// The smallest number whose share of numbers at or below it reaches the fraction; nil of nothing.
    public func quantile(_ fraction: Double) -> Double? {
        let target = fraction * Double(count)
        var seen = 0
        let weighted = weighted
        for (value, weight) in weighted {
            seen += weight
            if Double(seen) >= target { return value }
        }
        return weighted.last?.value
    }

    /// The share of numbers below a limit.
    public func share(below limit: Double) -> Double {
        guard count > 0 else { return 0 }
        var below = 0
        for (level, values) in levels.enumerated() { below += values.count { $0 < limit } << level }
        return Double(below) / Double(count)
    }
}

extension QuantileSketch: Codable {
    private enum CodingKeys: String, CodingKey {
        case levels, keepsOdd, count
    }

    /// Reads a sketch, refusing one whose weights do not add up to its count.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        levels = try container.decode([[Double]].self, forKey: .levels)
        keepsOdd = try container.decode([Bool].self, forKey: .keepsOdd)
        count = try container.decode(Int.self, forKey: .count)
        var sum = 0
        let isSound =
            (1...48).contains(levels.count) && keepsOdd.count == levels.count
            && levels.enumerated().allSatisfy { level, values in
                guard values.count <= 4 * QuantileSketch.k else { return false }
                sum += values.count << level
                return true
            } && sum == count
        guard isSound else {
            throw DecodingError.dataCorruptedError(
                forKey: .levels, in: container, debugDescription: "the levels do not add up to the count")
        }
    }

    /// Writes the sketch.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(levels, forKey: .levels)
        try container.encode(keepsOdd, forKey: .keepsOdd)
        try container.encode(count, forKey: .count)
    }
}
