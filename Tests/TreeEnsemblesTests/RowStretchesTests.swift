// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import TreeEnsembles

/// Every row is filled once, whatever the number of threads.
@Suite struct RowStretchesTests {
    @Test(arguments: [0, 1, 63, 64, 65, 640, 5_000, 70_001], [1, 2, 3, 8])
    func everyRowIsFilledOnce(_ rowCount: Int, _ threads: Int) {
        for perThread in [1, 16] {
            let stretches = Mutex<[Range<Int>]>([])
            let filled = RowStretches(rowCount: rowCount, threads: threads, perThread: perThread).filled(
                width: 3, of: -1
            ) { range, target in
                stretches.withLock { $0.append(range) }
                for place in 0..<range.count * 3 { target[place] = range.lowerBound * 3 + place }
            }
            let isInOrder = filled == Array(0..<rowCount * 3)
            #expect(isInOrder)
            let found = stretches.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
            #expect(found.first?.lowerBound == 0 && found.last?.upperBound == rowCount)
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
            #expect(found.dropLast().allSatisfy { $0.count.isMultiple(of: 64) })
            #expect(found.count <= (perThread == 1 ? threads : 32 * threads))
        }
    }
}
