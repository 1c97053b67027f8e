// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Finds the name that was meant.
package enum Spelling {
    /// The candidate with the fewest edits from the name, where these are few enough to be a slip.
    package static func nearest(to name: String, among candidates: [String]) -> String? {
        let limit = max(1, name.count / 3)
        let ranked = candidates.map { ($0, distance(Array(name.lowercased()), Array($0.lowercased()))) }
        return ranked.min { $0.1 < $1.1 }.flatMap { $0.1 <= limit ? $0.0 : nil }
    }

    /// The count of insertions, deletions and substitutions between two texts (Levenshtein).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var previous = Array(0...right.count)
        for (row, a) in left.enumerated() {
            var current = [row + 1]
            for (column, b) in right.enumerated() {
                current.append(
                    min(previous[column] + (a == b ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
