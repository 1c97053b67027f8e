// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
@testable import TreeEnsembles

/// Contributions against Shapley's definition and against the recursive algorithm.
@Suite struct ContributionsTests {
    /// Shapes that reach every way of computing: row by row, tables of leaves, of subtrees and of whole
    /// trees.
    static let shapes: [RandomEnsemble] = [
        RandomEnsemble(featureCount: 1, treeCount: 2, mostDepth: 1),
        RandomEnsemble(featureCount: 3, treeCount: 4, mostDepth: 3),
        RandomEnsemble(featureCount: 5, treeCount: 3, mostDepth: 6),
        RandomEnsemble(featureCount: 6, treeCount: 4, outputs: 2, mostDepth: 5),
        RandomEnsemble(featureCount: 4, treeCount: 2, outputs: 3, hasVectorLeaves: true, mostDepth: 4),
    ]

    @Test(arguments: shapes.indices, [UInt64(1), 2])
    func contributionsAndInteractionsAreShapleysByDefinition(_ shape: Int, _ seed: UInt64) throws {
        let random = Self.shapes[shape]
        let model = try random.make(seed: seed)
        let reference = ContributionsReference(model)
        let features = random.featureCount
        let rows = random.rows(80, seed: seed + 100)
        let matrix = try FeatureMatrix(rows, columns: features)
        let many = try model.contributions(for: matrix)
        let pairs = try model.interactions(for: matrix)
        for row in stride(from: 0, to: 80, by: 16) {
            let values = Array(rows[row * features..<(row + 1) * features])
            for output in 0..<random.outputs {
                let expected = ContributionsReference.interactions(features: features) {
                    reference.value($0, row: values, output: output)
                }
                let alone = try model.contributions(for: values, output: output)
                for feature in 0...features {
                    let contribution = expected[feature].reduce(0, +)
                    #expect(abs(many[row, output, feature: feature] - contribution) < 1e-12)
                    let single = feature < features ? alone[feature].amount : alone.expectedValue
                    #expect(abs(single - contribution) < 1e-12)
                    for other in 0...features {
                        #expect(
                            abs(pairs[row, output, between: feature, and: other] - expected[feature][other])
                                < 1e-12)
                    }
                }
            }
        }
    }

    @Test(arguments: shapes.indices, [UInt64(3)])
    func contributionsAgainstRowsAreShapleysByDefinition(_ shape: Int, _ seed: UInt64) throws {
        let random = Self.shapes[shape]
        let model = try random.make(seed: seed)
        let reference = ContributionsReference(model)
        let features = random.featureCount
        let rows = random.rows(30, seed: seed + 200)
        let others = random.rows(7, seed: seed + 300)
        let matrix = try FeatureMatrix(rows, columns: features)
        let background = try FeatureMatrix(others, columns: features)
        let many = try model.contributions(for: matrix, against: background)
        let pairs = try model.interactions(for: matrix, against: background)
        let otherRows = (0..<7).map { Array(others[$0 * features..<($0 + 1) * features]) }
        for row in stride(from: 0, to: 30, by: 9) {
            let values = Array(rows[row * features..<(row + 1) * features])
            for output in 0..<random.outputs {
                let expected = ContributionsReference.interactions(features: features) {
                    reference.value($0, row: values, background: otherRows, output: output)
                }
                for feature in 0...features {
                    let contribution = expected[feature].reduce(0, +)
                    #expect(abs(many[row, output, feature: feature] - contribution) < 1e-12)
                    for other in 0...features {
                        #expect(
                            abs(pairs[row, output, between: feature, and: other] - expected[feature][other])
                                < 1e-12)
                    }
                }
            }
        }
    }

    /// 3,000 rows are enough for tables of subtrees; the threads must not change a bit.
    @Test(arguments: [4, 9, 14])
    func manyRowsAgreeWithTheRecursiveAlgorithm(depth: Int) throws {
        let random = RandomEnsemble(featureCount: 12, treeCount: 3, mostDepth: depth)
        let model = try random.make(seed: UInt64(depth))
        let reference = ContributionsReference(model)
        let rows = random.rows(3_000, seed: 9)
        let matrix = try FeatureMatrix(rows, columns: 12)
        let many = try model.contributions(for: matrix)
        for row in stride(from: 0, to: 3_000, by: 499) {
            let values = Array(rows[row * 12..<(row + 1) * 12])
            let expected = reference.recursive(row: values, output: 0)
            for feature in 0..<12 { #expect(abs(many[row, feature: feature] - expected[feature]) < 1e-11) }
            let alone = try model.contributions(for: values)
            for feature in 0..<12 { #expect(abs(alone[feature].amount - expected[feature]) < 1e-11) }
        }
    }

    /// Paths with more players than a mask has bits.
    @Test func longPathsAgreeWithTheRecursiveAlgorithm() throws {
        let random = RandomEnsemble(featureCount: 30, treeCount: 2, mostDepth: 24, avoidsRepeats: true)
        let model = try random.make(seed: 4)
        #expect(model.ensemble.trees.contains { $0.depth > 18 })
        let reference = ContributionsReference(model)
        let rows = random.rows(70, seed: 5)
        let matrix = try FeatureMatrix(rows, columns: 30)
        let many = try model.contributions(for: matrix)
        let pairs = try model.interactions(for: matrix)
        for row in stride(from: 0, to: 70, by: 3) {
            let expected = reference.recursive(row: Array(rows[row * 30..<(row + 1) * 30]), output: 0)
            for feature in 0..<30 {
                #expect(abs(many[row, feature: feature] - expected[feature]) < 1e-11)
                let sum = (0...30).reduce(0) { $0 + pairs[row, between: feature, and: $1] }
                #expect(abs(sum - expected[feature]) < 1e-11)
            }
        }
    }

    /// The long way for single leaves against the tables, where both can go.
    @Test func deepLeavesAgreeWithTables() throws {
        let random = RandomEnsemble(featureCount: 6, treeCount: 1, mostDepth: 6)
        let model = try random.make(seed: 11)
        let plan = try ContributionPlan(model.ensemble)
        let row = random.rows(1, seed: 12)
        let other = random.rows(1, seed: 13)
        let matrix = try FeatureMatrix(row, columns: 6)
        let background = try FeatureMatrix(other, columns: 6)
        let players = plan.players.count
        var deep = DeepLeaves(plan, hasPairs: true)
        for isAgainstRow in [false, true] {
            var amounts = [Double](repeating: 0, count: players * (players + 1) / 2)
            var span = amounts.mutableSpan
            if isAgainstRow {
                deep.add(tree: 0, output: 0, row: row.span, against: other.span, share: 1, to: &span)
            } else {
                deep.add(tree: 0, output: 0, row: row.span, to: &span)
            }
            let pairs = try model.interactions(for: matrix, against: isAgainstRow ? background : nil)
            let contributions = try model.contributions(for: matrix, against: isAgainstRow ? background : nil)
            for (first, features) in plan.players.features.enumerated() {
                #expect(abs(amounts[first] - contributions[0, feature: features[0]]) < 1e-13)
                for second in first + 1..<players {
                    let amount = amounts[BlockWorker.plane(first, second, players: players)]
                    let other = plan.players.features[second][0]
                    #expect(abs(amount - pairs[0, between: features[0], and: other]) < 1e-13)
                }
            }
        }
    }

    @Test func threadsDoNotChangeTheAnswer() throws {
        let random = RandomEnsemble(featureCount: 6, treeCount: 5, mostDepth: 5)
        let model = try random.make(seed: 21)
        let matrix = try FeatureMatrix(random.rows(300, seed: 22), columns: 6)
        let one = try model.contributions(for: matrix).elements
        let two = try model.contributions(for: matrix, threads: 3).elements
        #expect(one == two)
    }

    @Test func iterationsLimitTheTrees() throws {
        let random = RandomEnsemble(featureCount: 4, treeCount: 6, outputs: 2, mostDepth: 3)
        let model = try random.make(seed: 31)
        let matrix = try FeatureMatrix(random.rows(30, seed: 32), columns: 4)
        let found = try model.contributions(for: matrix, iterations: 1..<3)
        let raw = try model.rawScores(for: matrix, iterations: 1..<3)
        for row in 0..<30 {
            for output in 0..<2 {
                #expect(abs(found.explanation(row: row, output: output).rawScore - raw[row, output]) < 1e-13)
            }
        }
    }

    @Test(arguments: 1...40)
    func quadratureIsExactForItsDegree(points: Int) {
        let rule = GaussLegendre(pointCount: points)
        for degree in 0..<2 * points {
            let sum = zip(rule.points, rule.weights).reduce(0) { sum, point in
                sum + point.1 * (0..<degree).reduce(1) { power, _ in power * point.0 }
            }
            #expect(abs(sum - 1 / Double(degree + 1)) < 1e-14)
        }
    }
}
