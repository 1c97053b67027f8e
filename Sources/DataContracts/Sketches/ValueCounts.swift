// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How often each value occurs: exactly up to 512 different ones, else the frequent ones with a bound on the error.
///
/// Beyond 512 values it is the summary of Misra and Gries (1982), merged as in Agarwal et al. (2012, "Mergeable
/// summaries"): every count is too small by at most ``error``, and every value that occurs more often than that is
/// there.
public struct ValueCounts: Hashable, Sendable, Codable {
    package static let limit = 512
    /// The counts by the value's text.
    public private(set) var counts: [String: Int] = [:]
    /// By how much a count may be too small; 0 where every value is there with its exact count.
    public private(set) var error = 0

    /// Makes the counts of nothing.
    public init() {}

    /// Takes the counts of different values.
    mutating func add<Value>(_ values: [(Value, Int)], text: (Value) -> String) {
        var kept = values[...]
        var cut = 0
        if counts.isEmpty, values.count > ValueCounts.limit {
            // What falls away at once needs no text.
            cut = values.map(\.1).sorted(by: >)[ValueCounts.limit]
            kept = values.filter { $0.1 > cut }[...]
            error += cut
        }
        for (value, count) in kept { counts[text(value), default: 0] += count - cut }
        shrink()
    }

    private mutating func shrink() {
        guard counts.count > ValueCounts.limit else { return }
        let cut = counts.values.sorted(by: >)[ValueCounts.limit]
        counts = counts.compactMapValues { $0 > cut ? $0 - cut : nil }
        error += cut
    }

    /// Takes in what another summary has counted.
    public mutating func merge(_ other: ValueCounts) {
        error += other.error
        add(other.counts.map { ($0.key, $0.value) }) { $0 }
    }

    /// Whether every value is there with its exact count.
    public var isExact: Bool { error == 0 }

    /// The most frequent values, at most this many; equal counts in the order of their texts.
    public func top(_ count: Int) -> [(value: String, count: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(count).map { ($0.key, $0.value) }
    }
}
