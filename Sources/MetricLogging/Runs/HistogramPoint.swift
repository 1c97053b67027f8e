// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How values were distributed at a step.
public struct HistogramPoint: Hashable, Sendable {
    /// The values from one edge up to the next, without the upper edge except in the last bucket.
    public struct Bucket: Hashable, Sendable {
        /// The lower edge.
        public let lower: Double
        /// The upper edge.
        public let upper: Double
        /// How many values.
        public let count: Int

        /// Makes a bucket.
        public init(lower: Double, upper: Double, count: Int) {
            self.lower = lower
            self.upper = upper
            self.count = count
        }
    }

    /// The name of the histogram.
    public let name: String
    /// The step.
    public let step: Int
    /// When it was logged, in microseconds since 1970.
    public let microseconds: Int64
    /// The buckets, the lowest first; none where no value was finite.
    public let buckets: [Bucket]
    /// How many values were not finite and stand in no bucket.
    public let nonFinite: Int

    /// Makes a histogram of counted buckets.
    public init(name: String, step: Int, microseconds: Int64, buckets: [Bucket], nonFinite: Int = 0) {
        self.name = name
        self.step = step
        self.microseconds = microseconds
        self.buckets = buckets
        self.nonFinite = nonFinite
    }

    /// Counts values into buckets of equal width between the smallest and the largest finite one.
    init(name: String, step: Int, microseconds: Int64, values: [Double], bucketCount: Int) {
        let finite = values.filter(\.isFinite)
        var buckets: [Bucket] = []
        if let low = finite.min(), let high = finite.max() {
            // Halving first keeps the span finite for any two finite ends.
            let span = high / 2 - low / 2
            let count = span > 0 ? min(max(bucketCount, 1), 10_000) : 1
            var counts = [Int](repeating: 0, count: count)
            for value in finite {
                let place = span > 0 ? (value / 2 - low / 2) / span * Double(count) : 0
                counts[min(Int(place), count - 1)] += 1
            }
            let edges = (0...count).map { index in
                let part = Double(index) / Double(count)
                return index == 0 ? low : index == count ? high : low * (1 - part) + high * part
            }
            buckets = counts.indices.map { Bucket(lower: edges[$0], upper: edges[$0 + 1], count: counts[$0]) }
        }
        self.init(
            name: name, step: step, microseconds: microseconds, buckets: buckets,
            nonFinite: values.count - finite.count)
    }

    /// Appends the histogram's bytes.
    func write(to writer: inout ByteWriter) {
        writer.append(text: name)
        writer.append(zigzag: Int64(step))
        writer.append(zigzag: microseconds)
        writer.append(varint: UInt64(nonFinite))
        writer.append(varint: UInt64(buckets.count))
        for bucket in buckets {
            writer.append(bucket.lower)
            writer.append(bucket.upper)
            writer.append(varint: UInt64(bucket.count))
        }
    }

    /// Reads what ``write(to:)`` wrote; nil for anything else.
    init?(_ reader: inout ByteReader) {
        guard let name = reader.text(), let step = reader.zigzag(), let time = reader.zigzag(),
            let nonFinite = reader.varint().flatMap(Int.init(exactly:)),
            let count = reader.count(ofAtLeast: 17)
        else { return nil }
        var buckets: [Bucket] = []
        for _ in 0..<count {
            guard let lower = reader.double(), let upper = reader.double(),
                let count = reader.varint().flatMap(Int.init(exactly:))
            else { return nil }
            buckets.append(Bucket(lower: lower, upper: upper, count: count))
        }
        guard reader.remaining == 0 else { return nil }
        self.init(
            name: name, step: Int(truncatingIfNeeded: step), microseconds: time, buckets: buckets,
            nonFinite: nonFinite)
    }
}
