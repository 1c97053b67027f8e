// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Hands out stretches of indices to workers.
final class NextIndex: Sendable {
    private let next = Mutex(0)
    private let count: Int

    init(count: Int) { self.count = count }

    func take(_ most: Int) -> Range<Int>? {
        next.withLock { next in
            guard next < count else { return nil }
            let range = next..<min(next + most, count)
            next = range.upperBound
            return range
        }
    }
}
