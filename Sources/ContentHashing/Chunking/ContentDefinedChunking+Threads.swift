// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension ContentDefinedChunking {
    /// The ends of all chunks of a content in memory, found by several threads at once.
    ///
    /// Each thread cuts a share of the content as though a chunk began where the share does. Where a true cut and such a
    /// guessed one meet, which takes a few chunks, all that follow are the same. So the answer is exactly that of one thread.
    ///
    /// - Parameters:
    ///   - content: The bytes.
    ///   - threads: How many shares are cut at once.
    /// - Returns: The ends in rising order; the last is the content's size.
    public func cuts(in content: [UInt8], threads: Int) async -> [Int] {
        let share = max((content.count + threads - 1) / max(threads, 1), 4 * maximum)
        guard threads > 1, content.count > share else { return cuts(in: content) }
        let starts = Array(stride(from: 0, to: content.count, by: share))
        let guesses = await withTaskGroup(of: (Int, [Int]).self) { group in
            for (number, start) in starts.enumerated() {
                group.addTask { (number, ends(in: content, from: start, before: start + share)) }
            }
            var guesses = [[Int]](repeating: [], count: starts.count)
            for await (number, ends) in group { guesses[number] = ends }
            return guesses
        }
        var cuts = guesses[0]
        for (start, guess) in zip(starts, guesses).dropFirst() {
            let end = min(start + share, content.count)
            // Where the last true cut is no guessed one, the next true one may be.
            while let last = cuts.last, last < end {
                if last == start {
                    cuts += guess
                } else if let met = place(of: last, in: guess) {
                    cuts += guess[(met + 1)...]
                } else {
                    cuts += ends(in: content, from: last, before: last + 1)
                }
            }
        }
        return cuts
    }

    /// The ends of the chunks that begin in a stretch of a content.
    private func ends(in content: [UInt8], from start: Int, before end: Int) -> [Int] {
        unsafe content.withUnsafeBytes { bytes in
            var ends: [Int] = []
            var start = start
            while start < end,
                let size = unsafe firstCut(
                    in: UnsafeRawBufferPointer(rebasing: bytes[start...]), isLast: true)
            {
                start += size
                ends.append(start)
            }
            return ends
        }
    }

    private func place(of cut: Int, in cuts: [Int]) -> Int? {
        var low = 0
        var high = cuts.count
        while low < high {
            let middle = (low + high) / 2
            if cuts[middle] < cut { low = middle + 1 } else { high = middle }
        }
        return low < cuts.count && cuts[low] == cut ? low : nil
    }
}
