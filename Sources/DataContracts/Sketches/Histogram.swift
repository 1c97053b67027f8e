// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Counts of numbers between frozen edges, so that two data sets are compared in the same bins.
public struct Histogram: Hashable, Sendable {
    /// The edges in ascending order: bin i holds the numbers from edge i up to but without edge i+1, the last bin also
    /// those on the last edge.
    public let edges: [Double]
    /// The counts, one fewer than edges.
    public private(set) var counts: [Int]
    /// How many numbers are below the first edge.
    public private(set) var below = 0
    /// How many are above the last edge.
    public private(set) var above = 0

    /// Makes an empty histogram with these edges, ascending and at least two.
    public init?(edges: [Double]) {
        guard edges.count >= 2, zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        self.edges = edges
        counts = [Int](repeating: 0, count: edges.count - 1)
    }

    /// Makes the edges of bins with about equal counts of the numbers, given in ascending order, and counts these.
    init?(deciles sorted: [Double], bins: Int = 10) {
        guard let first = sorted.first, let last = sorted.last else { return nil }
        var edges = [first]
        for bin in 1..<bins {
            let edge = sorted[bin * sorted.count / bins]
            if let before = edges.last, edge > before { edges.append(edge) }
        }
        if let before = edges.last, last > before { edges.append(last) }
        self.init(edges: edges)
        add(sorted)
    }

    /// Counts numbers.
    public mutating func add(_ values: some Sequence<Double>) {
        for value in values {
            if value < edges[0] {
                below += 1
            } else if value > edges[edges.count - 1] {
                above += 1
            } else {
                counts[bin(of: value)] += 1
            }
        }
    }

    private func bin(of value: Double) -> Int {
        var low = 0
        var high = edges.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if value < edges[middle] { high = middle } else { low = middle }
        }
        return low
    }

    /// Adds the counts of a histogram with the same edges; false, and nothing is done, where they differ.
    public mutating func merge(_ other: Histogram) -> Bool {
        guard edges == other.edges else { return false }
        for index in counts.indices { counts[index] += other.counts[index] }
        below += other.below
        above += other.above
        return true
    }
}

extension Histogram: Codable {
    private enum CodingKeys: String, CodingKey {
        case edges, counts, below, above
    }

    /// Reads a histogram, refusing edges that do not ascend or counts that do not match them.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let empty = Histogram(edges: try container.decode([Double].self, forKey: .edges)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .edges, in: container, debugDescription: "two or more ascending edges are expected")
        }
        self = empty
        let counts = try container.decode([Int].self, forKey: .counts)
        guard counts.count == self.counts.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: container, debugDescription: "one count fewer than edges is expected")
        }
        self.counts = counts
        below = try container.decode(Int.self, forKey: .below)
        above = try container.decode(Int.self, forKey: .above)
    }
}
