// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import TreeEnsembles

/// Tables that grow element by element and stretch by stretch, past the sizes at which pages are asked for.
@Suite struct GrowingTableTests {
    @Test(arguments: [0, 1, 5_000, 200_000], [false, true])
    func elementsStay(_ count: Int, _ isReserved: Bool) {
        var generator = SeededGenerator(seed: UInt64(count))
        let table = GrowingTable<Int32>()
        if isReserved { table.reserve(count) }
        var expected: [Int32] = []
        while expected.count < count {
            let more = Int.random(in: 1...min(20_000, count - expected.count), using: &generator)
            let isRough = Bool.random(using: &generator)
            let target = unsafe table.extend(by: isRough ? 3 * more : more, isRough: isRough)
            for index in 0..<more {
                let element = Int32.random(in: .min ... .max, using: &generator)
                unsafe target[index] = element
                expected.append(element)
            }
            table.truncate(to: expected.count)
        }
        #expect(table.count == count)
        let isSame = Array(table.finish()) == expected
        #expect(isSame && table.count == 0)
    }
}
