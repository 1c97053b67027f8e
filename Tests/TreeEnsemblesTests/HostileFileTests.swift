// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import TreeEnsembles

/// Damaged and hostile files end in an error or in a model that can be used, never in a trap.
@Suite struct HostileFileTests {
    static let names = [
        "xgb-json", "xgb-one-stump", "xgb-vector-leaves", "xgb-one-hot", "xgb-linear", "xgb-dart",
        "lgb-binary",
        "lgb-categories", "lgb-linear", "lgb-forest", "lgb-multiclass",
    ]

    /// Reads, and scores a row of each kind if that works out.
    private func use(_ bytes: [UInt8]) {
        guard let model = try? TreeEnsemble(bytes: bytes), model.features.count <= 1000 else { return }
        let count = model.features.count
        guard count > 0,
            let rows = try? FeatureMatrix((0..<3 * count).map { Double($0 % 5) - 2 }, columns: count)
        else { return }
        _ = try? model.values(for: rows)
        _ = try? model.leaves(for: rows)
        var scorer = model.makeScorer()
        _ = try? scorer.value(for: [Double](repeating: .nan, count: count))
        _ = model.information
        if model.treeCount > 0 { _ = try? model.text(ofTree: 0) }
    }

    /// A file that was cut is an error, or only lost what does not score: LightGBM's remarks after its trees.
    @Test(arguments: names)
    func truncation(_ name: String) throws {
        let bytes = try FileBytes.read(GoldenCase(name: name).modelPath)
        let whole = try TreeEnsemble(bytes: bytes)
        let count = whole.features.count
        let rows = try FeatureMatrix((0..<9 * count).map { Double($0 % 7) - 3 }, columns: count)
        let scores = try whole.rawScores(for: rows)
        let step = max(bytes.count / 150, 1)
        for end in stride(from: 0, to: bytes.count, by: step) {
            do throws(TreeEnsembleError) {
                let cut = try TreeEnsemble(bytes: Array(bytes[..<end]))
                #expect(try cut.rawScores(for: rows) == scores, "cut at \(end)")
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test(arguments: names)
    func randomChanges(_ name: String) throws {
        let bytes = try FileBytes.read(GoldenCase(name: name).modelPath)
        var generator = SeededGenerator(seed: 23)
        for _ in 0..<150 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<changed.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 1: changed[place] = UInt8.random(in: 0...255, using: &generator)
                case 2: changed.removeSubrange(place..<min(place + 3, changed.count))
                default: changed[place] = UInt8(ascii: "9")
                }
            }
            use(changed)
        }
    }

    @Test(arguments: [
        // A cycle, a shared node, a child out of range, a node that is its own child.
        ("left_child=1 -1 -2", "left_child=0 -1 -2"), ("left_child=1 -1 -2", "left_child=1 -1 -1"),
        ("left_child=1 -1 -2", "left_child=7 -1 -2"), ("left_child=1 -1 -2", "left_child=-2147483648 -1 -2"),
        ("split_feature=0 0 0", "split_feature=0 9 0"), ("split_feature=0 0 0", "split_feature=0 -1 0"),
        ("split_feature=0 0 0", "split_feature=0 0"), ("num_leaves=4", "num_leaves=99999999999999999999"),
        ("num_leaves=4", "num_leaves=2147483647"), ("num_leaves=4", "num_leaves=4\nnum_leaves=4"),
        ("decision_type=2 2 2", "decision_type=2 14 2"), ("decision_type=2 2 2", "decision_type=2 1 2"),
        ("num_class=1", "num_class=1\nnum_class=1"), ("max_feature_idx=1", "max_feature_idx=2147483647"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=2147483647"),
        ("objective=regression", "objective=nothing"),
        ("threshold=0.5 1.5 2.5", "threshold=0.5 nan 2.5"),
        ("threshold=0.5 1.5 2.5", "threshold=0.5 1.5x 2.5"),
        ("version=v4", "version=v9"), ("end of trees", "end of forest"),
    ])
    func aDamagedTreeIsAnError(_ change: (from: String, to: String)) throws {
        let sound = """
            tree
            version=v4
            num_class=1
            num_tree_per_iteration=1
            label_index=0
            max_feature_idx=1
            objective=regression
            feature_names=a b
            feature_infos=[0:1] [0:1]

            Tree=0
            num_leaves=4
            num_cat=0
            split_feature=0 0 0
            threshold=0.5 1.5 2.5
            decision_type=2 2 2
            left_child=1 -1 -2
            right_child=2 -3 -4
            leaf_value=1 2 3 4

            end of trees

            """
        #expect(try TreeEnsemble(bytes: Array(sound.utf8)).treeCount == 1)
        let damaged = sound.replacing(change.from, with: change.to)
        #expect(damaged != sound)
        #expect(throws: TreeEnsembleError.self) { try TreeEnsemble(bytes: Array(damaged.utf8)) }
    }

    @Test func deepNestingAndHugeClaimsAreErrors() {
        let deep = Array("{\"learner\":".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: TreeEnsembleError.self) { try TreeEnsemble(bytes: deep) }
        // A typed array that claims 2^62 numbers, and a string that claims 2^63 - 1 bytes.
        let claim: [UInt8] = Array("{L".utf8) + [0, 0, 0, 0, 0, 0, 0, 1] + Array("a[$d#L".utf8)
        #expect(throws: TreeEnsembleError.self) {
            try TreeEnsemble(bytes: claim + [0x40, 0, 0, 0, 0, 0, 0, 0])
        }
        let text: [UInt8] = Array("{L".utf8) + [0x7f, 255, 255, 255, 255, 255, 255, 255] + Array("a".utf8)
        #expect(throws: TreeEnsembleError.self) { try TreeEnsemble(bytes: text) }
        #expect(throws: TreeEnsembleError.self) { try TreeEnsemble(bytes: Array("{\"a\":1,\"a\":2}".utf8)) }
    }

    @Test func aTreeAsDeepAsItsFileIsScored() throws {
        let count = 20_000
        let inner = (0..<count).map(String.init)
        let text = """
            tree
            version=v4
            num_class=1
            num_tree_per_iteration=1
            max_feature_idx=0
            objective=regression

            Tree=0
            num_leaves=\(count + 1)
            num_cat=0
            split_feature=\(inner.map { _ in "0" }.joined(separator: " "))
            threshold=\(inner.joined(separator: " "))
            left_child=\((0..<count).map { "-\($0 + 1)" }.joined(separator: " "))
            right_child=\((1..<count).map(String.init).joined(separator: " ")) -\(count + 1)
            leaf_value=\((0...count).map(String.init).joined(separator: " "))

            end of trees

            """
        let model = try TreeEnsemble(bytes: Array(text.utf8))
        let rows = try FeatureMatrix([-1.0, 0.5, 17.2, 19_999.5], columns: 1)
        #expect(try model.rawScores(for: rows).elements == [0, 1, 18, 20_000])
        #expect(model.information.maximumDepth == count)
    }
}
