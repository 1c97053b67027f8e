// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Linear functions at leaves: `constant + coefficient * x + ...`, or the plain leaf value where one `x` is NaN.
package struct LinearLeaves: Sendable {
    /// For each leaf, by its place in `leafValues`: its function or -1 for none.
    package var function: [Int32] = []
    package var constants: [Double] = []
    /// Where each function's terms start, then the number of terms.
    package var termStarts: [Int] = [0]
    package var features: [Int32] = []
    package var coefficients: [Double] = []

    package init() {}

    /// Adds a function for the leaf whose value stands at `place`.
    package mutating func append(
        place: Int, constant: Double, features: ArraySlice<Int32>, coefficients: ArraySlice<Double>
    ) {
        while function.count <= place { function.append(-1) }
        function[place] = Int32(constants.count)
        constants.append(constant)
        self.features.append(contentsOf: features)
        self.coefficients.append(contentsOf: coefficients)
        termStarts.append(self.features.count)
    }

    /// The leaf's number for a row, or nil where the leaf has no function or a feature of it is NaN.
    package func value(place: Int, row: Span<Double>) -> Double? {
        guard place < function.count, function[place] >= 0 else { return nil }
        let index = Int(function[place])
        var sum = constants[index]
        for term in termStarts[index]..<termStarts[index + 1] {
            let x = row[Int(features[term])]
            if x.isNaN { return nil }
            sum += coefficients[term] * x
        }
        return sum
    }
}
