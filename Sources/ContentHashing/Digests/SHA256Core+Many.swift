// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CHashKernels

extension SHA256Core {
    /// How many contents the widest kernel takes at once.
    private static let width = 16
    /// With fewer contents than this, two at a time are faster than sixteen places of which most idle.
    private static let fewest = 7

    package static let hasWideRegisters = mlops_sha256_many_is_available() != 0

    /// Hashes parts of a buffer, many at a time where the processor can, else by twos.
    ///
    /// - Parameters:
    ///   - ranges: The parts as offsets into the buffer.
    ///   - buffer: The bytes.
    ///   - isWide: False takes no more than two at a time in any case, to compare.
    @unsafe
    package static func digests(
        of ranges: ArraySlice<Range<Int>>, in buffer: UnsafeRawBufferPointer, isWide: Bool = true
    ) -> [Digest] {
        let parts = Array(ranges)
        var done = [Int](repeating: 0, count: parts.count)
        var hashers = [SHA256Core](repeating: SHA256Core(), count: parts.count)
        if isWide, hasWideRegisters, parts.count >= fewest {
            unsafe takeSixteenAtOnce(parts, done: &done, &hashers, in: buffer)
        }
        unsafe finishByPairs(parts, done: done, &hashers, in: buffer)
        return hashers.map { $0.finalize() }
    }

    /// Takes whole blocks of sixteen parts at a time, until too few parts are left.
    ///
    /// A place whose part is done takes the next, the longest first, so that all end at about the same time.
    private static func takeSixteenAtOnce(
        _ parts: [Range<Int>], done: inout [Int], _ hashers: inout [SHA256Core],
        in buffer: UnsafeRawBufferPointer
    ) {
        guard let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var waiting = parts.indices.sorted { parts[$0].count < parts[$1].count }
        var places = [Int?](repeating: nil, count: width)
        var states = [UInt32](repeating: 0, count: 8 * width)
        while true {
            for place in places.indices where places[place] == nil {
                guard let next = waiting.last, parts[next].count >= 64 else { break }
                waiting.removeLast()
                places[place] = next
                for word in 0..<8 { states[word * width + place] = hashers[next].state[word] }
            }
            let active = places.compactMap { $0 }
            guard active.count >= fewest, let first = active.first else { break }
            let blocks = active.reduce(Int.max) { min($0, (parts[$1].count - done[$1]) / 64) }
            // A place without a part repeats the work of another, and nobody looks at what comes out.
            let sources: [UnsafePointer<UInt8>?] = unsafe places.map { place in
                let part = place ?? first
                return unsafe start + parts[part].lowerBound + done[part]
            }
            unsafe mlops_sha256_compress_many(&states, sources, blocks)
            for (place, part) in places.enumerated() {
                guard let part else { continue }
                done[part] += blocks * 64
                guard parts[part].count - done[part] < 64 else { continue }
                take(states, place, done[part], &hashers[part])
                places[place] = nil
            }
        }
        for (place, part) in places.enumerated() {
            if let part { take(states, place, done[part], &hashers[part]) }
        }
    }

    /// Takes a state out of its place among sixteen.
    private static func take(
        _ states: [UInt32], _ place: Int, _ count: Int, _ hasher: inout SHA256Core
    ) {
        for word in 0..<8 { hasher.state[word] = states[word * width + place] }
        hasher.count = UInt64(count)
    }
}
