// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Rows that several threads work on, each on stretches of whole blocks of 64.
///
/// Each thread takes the next stretch when it is done with one: processors that others use too are not equally fast.
struct RowStretches {
    let rowCount: Int
    private let parts: Int
    private let stretch: Int

    /// Divides rows.
    ///
    /// - Parameters:
    ///   - rowCount: How many there are.
    ///   - threads: How many threads may work.
    ///   - perThread: How many stretches there are for each, about; 1 where a stretch costs much whatever its length.
    init(rowCount: Int, threads: Int, perThread: Int) {
        let blocks = (rowCount + 63) / 64
        self.rowCount = rowCount
        parts = max(1, min(threads, blocks))
        let share = (blocks + parts - 1) / parts
        stretch = 64 * (perThread == 1 ? share : max(share / perThread, min(8, share)))
    }

    /// A matrix of so many numbers a row, of which each stretch is filled by one thread.
    func filled<Element: Sendable>(
        width: Int, of zero: Element, _ fill: @Sendable (Range<Int>, inout MutableSpan<Element>) -> Void
    ) -> [Element] {
        var result = [Element](repeating: zero, count: rowCount * width)
        if parts == 1 {
            var span = result.mutableSpan
            fill(0..<rowCount, &span)
            return result
        }
        let next = Atomic(0)
        unsafe result.withUnsafeMutableBufferPointer { buffer in
            // No two threads write to the same stretch, and the buffer outlives the call below, which waits.
            nonisolated(unsafe) let base = unsafe buffer
            DispatchQueue.concurrentPerform(iterations: parts) { _ in
                while true {
                    let start = next.wrappingAdd(stretch, ordering: .relaxed).oldValue
                    guard start < rowCount else { return }
                    let end = min(start + stretch, rowCount)
                    var span = unsafe MutableSpan(
                        _unsafeElements: UnsafeMutableBufferPointer(
                            rebasing: base[start * width..<end * width]))
                    fill(start..<end, &span)
                }
            }
        }
        return result
    }
}
