// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A leaf in a game between a row and one background row: reached when every player of `ours` is the row's
/// and every player of `theirs` is the background row's.
///
/// Players whose conditions both rows meet do not count. With p players of ours and q of theirs, Shapley's
/// value is (p-1)! q! / (p+q)! for each of ours and -p! (q-1)! / (p+q)! for each of theirs, times the leaf's
/// value.
struct TwoRowGame {
    let ours: Int
    let theirs: Int
    let value: Double
    let weights: CoalitionWeights

    /// What each player of either side gets.
    var alone: (ours: Double, theirs: Double) {
        (
            ours > 0 ? value * weights[ours - 1, theirs] : 0,
            theirs > 0 ? -value * weights[ours, theirs - 1] : 0
        )
    }

    /// Half of the interaction of two players, each of ours, of theirs or of neither.
    func pair(_ firstOurs: Bool, _ firstTheirs: Bool, _ secondOurs: Bool, _ secondTheirs: Bool) -> Double {
        if firstOurs, secondOurs { return value / 2 * weights[ours - 2, theirs] }
        if firstTheirs, secondTheirs { return value / 2 * weights[ours, theirs - 2] }
        if firstOurs && secondTheirs || firstTheirs && secondOurs {
            return -value / 2 * weights[ours - 1, theirs - 1]
        }
        return 0
    }
}

/// The numbers a! b! / (a + b + 1)!, as a table.
struct CoalitionWeights: Sendable {
    private let players: Int
    private let table: [Double]

    /// The weights for up to so many players on either side.
    init(players: Int) {
        self.players = players
        let width = players + 1
        var table = [Double](repeating: 0, count: width * width)
        for a in 0..<width {
            var weight = 1 / Double(a + 1)
            table[a * width] = weight
            // w(a, 0) = 1 / (a + 1) and w(a, b) = w(a, b - 1) * b / (a + b + 1)
            for b in 1..<width {
                weight *= Double(b) / Double(a + b + 1)
                table[a * width + b] = weight
            }
        }
        self.table = table
    }

    subscript(a: Int, b: Int) -> Double { table[a * (players + 1) + b] }
}
