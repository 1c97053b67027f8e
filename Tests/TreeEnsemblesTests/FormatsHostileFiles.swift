// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import TreeEnsembles

/// Damages a model file in many ways.
///
/// Each damaged file must give an error or a model that answers; a trap ends the
/// whole test run, and so fails.
enum HostileFiles {
    /// How a file came to be damaged, counted.
    struct Outcome {
        var refused = 0
        var answered = 0
    }

    /// Cuts the file at every byte, or at as many as asked, evenly spread.
    static func truncations(of bytes: [UInt8], atMost most: Int = .max) -> Outcome {
        var outcome = Outcome()
        let step = max(1, bytes.count / most)
        for end in stride(from: 0, to: bytes.count, by: step) { attempt(Array(bytes[..<end]), &outcome) }
        return outcome
    }

    /// Changes one to four bytes at random places.
    static func flips(of bytes: [UInt8], count: Int, seed: UInt64) -> Outcome {
        var outcome = Outcome()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<count {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = damaged.indices.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<4, using: &random) {
                case 0: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: damaged[place] = UInt8.random(in: 0...255, using: &random)
                case 2: damaged[place] = [0, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
                default: damaged[place] = UInt8(ascii: "0") + UInt8.random(in: 0..<10, using: &random)
                }
            }
            if damaged != bytes { attempt(damaged, &outcome) }
        }
        return outcome
    }

    static func attempt(_ bytes: [UInt8], _ outcome: inout Outcome) {
        guard let model = try? TreeEnsemble(bytes: bytes) else {
            outcome.refused += 1
            return
        }
        outcome.answered += 1
        // A damaged count may make a model of many features; a few rows are enough to walk its trees.
        guard model.features.count > 0, model.features.count < 10_000, model.rawScoreCount < 10_000 else {
            return
        }
        let rows = [0.0, .nan, -1e30, 1e30, 3].flatMap {
            [Double](repeating: $0, count: model.features.count)
        }
        guard let matrix = try? FeatureMatrix(rows, columns: model.features.count) else { return }
        _ = try? model.values(for: matrix)
        _ = try? model.leaves(for: matrix)
    }
}
