// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Sorts by whole numbers in time proportional to their count, whatever they are.
enum RadixSort {
    private static let digitBits = 11
    private static let digitCount = 1 << digitBits

    /// Puts elements into rising order of a number made from each; equal ones keep their order.
    ///
    /// - Parameters:
    ///   - elements: What to sort.
    ///   - bits: How many low bits of the numbers may be set; they are compared.
    ///   - number: The number of an element.
    @inline(__always)
    static func sort<Element: BitwiseCopyable>(
        _ elements: inout [Element], bits: Int, by number: (Element) -> UInt64
    ) {
        let count = elements.count
        let passes = (bits + digitBits - 1) / digitBits
        guard count > 1, passes > 0 else { return }
        var counts = [Int](repeating: 0, count: passes * digitCount)
        var other = elements
        unsafe counts.withUnsafeMutableBufferPointer { counts in
            unsafe elements.withUnsafeBufferPointer { elements in
                // Bounds: a digit is below digitCount.
                for index in 0..<count {
                    let key = unsafe number(elements[index])
                    for pass in 0..<passes { unsafe counts[pass * digitCount + digit(key, pass)] += 1 }
                }
            }
            for pass in 0..<passes {
                let base = pass * digitCount
                // All in one place: this digit does not order anything.
                if unsafe counts[base + digit(number(elements[0]), pass)] == count { continue }
                var place = 0
                for value in base..<base + digitCount {
                    let size = unsafe counts[value]
                    unsafe counts[value] = place
                    place += size
                }
                unsafe other.withUnsafeMutableBufferPointer { target in
                    unsafe elements.withUnsafeBufferPointer { source in
                        for index in 0..<count {
                            let element = unsafe source[index]
                            let value = base + digit(number(element), pass)
                            // Bounds: the places of a digit are as many as the elements that have it.
                            unsafe target[counts[value]] = element
                            unsafe counts[value] += 1
                        }
                    }
                }
                swap(&elements, &other)
            }
        }
    }

    @inline(__always)
    private static func digit(_ key: UInt64, _ pass: Int) -> Int {
        Int(truncatingIfNeeded: key >> UInt64(pass * digitBits)) & (digitCount - 1)
    }
}
