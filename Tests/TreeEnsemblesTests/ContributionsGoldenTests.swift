// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import TreeEnsembles

/// Contributions and interactions of the libraries that made the models
/// (Fixtures/TreeEnsembles/contributions/generate.py).
@Suite struct ContributionsGoldenTests {
    @Test(arguments: ContributionCase.ofLibraries)
    func contributionsAreTheLibrarys(_ golden: ContributionCase) throws {
        let answers = try golden.answers()
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let matrix = try #require(GoldenCase.all.first { $0.name == golden.name }).answers().matrix()
        let found = try model.contributions(for: matrix)
        #expect(found.rowCount == answers.head[0])
        #expect(found.outputCount == answers.head[1])
        #expect(found.featureCount == answers.head[2])
        try expectClose(found.elements, answers.numbers(0), width: found.featureCount + 1, of: golden)
        if answers.head[3] == 1 {
            let pairs = try model.interactions(for: matrix)
            let width = (found.featureCount + 1) * (found.featureCount + 1)
            try expectClose(
                pairs.elements, answers.numbers(found.elements.count, pairs.elements.count), width: width,
                of: golden)
        }
    }

    @Test(arguments: ContributionCase.ofLibraries)
    func aRowAloneGetsTheAnswerItGetsAmongMany(_ golden: ContributionCase) throws {
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let answers = try #require(GoldenCase.all.first { $0.name == golden.name }).answers()
        let many = try model.contributions(for: try answers.matrix())
        for row in stride(from: 0, to: answers.rowCount, by: 7) {
            let values = Array(answers.rows[row * answers.columnCount..<(row + 1) * answers.columnCount])
            let alone = try model.contributions(for: try FeatureMatrix(values, columns: answers.columnCount))
            let width = alone.elements.count
            let expected = many.elements[row * width..<(row + 1) * width]
            let scale = expected.reduce(1) { max($0, abs($1)) }
            #expect(zip(alone.elements, expected).allSatisfy { abs($0 - $1) <= 1e-13 * scale })
        }
    }

    /// Also models that their own libraries do not explain, such as those with vector leaves.
    @Test(
        arguments: GoldenCase.all.filter { !$0.name.contains("lgb-linear") && !$0.name.hasSuffix("-linear") })
    func contributionsAddUpToTheRawScore(_ golden: GoldenCase) throws {
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let answers = try golden.answers()
        let found = try model.contributions(for: try answers.matrix())
        for row in 0..<found.rowCount {
            for output in 0..<found.outputCount {
                let explained = found.explanation(row: row, output: output)
                let raw = answers.raw[row * found.outputCount + output]
                // XGBoost's raw score is a sum in single precision.
                let tolerance = golden.name.hasPrefix("xgb") ? 1e-5 : 1e-12
                let scale = explained.reduce(1) { max($0, abs($1.amount)) }
                guard raw.isFinite, scale.isFinite, scale < 1e30 else { continue }
                #expect(abs(explained.rawScore - raw) <= tolerance * max(scale, abs(raw)))
            }
        }
    }

    @Test(arguments: ContributionCase.againstBackgrounds)
    func contributionsAgainstABackgroundAreShaps(_ golden: ContributionCase) throws {
        let answers = try golden.answers()
        let model = try TreeEnsemble(contentsOf: golden.modelPath)
        let (rows, outputs, features, others) = (
            answers.head[0], answers.head[1], answers.head[2], answers.head[3]
        )
        let background = try FeatureMatrix(
            answers.numbers(rows * features, others * features), columns: features)
        let found = try model.contributions(
            for: try FeatureMatrix(answers.numbers(0, rows * features), columns: features),
            against: background)
        let start = (rows + others) * features
        let expected = answers.numbers(start, rows * outputs * features)
        let values = answers.numbers(start + rows * outputs * features, outputs)
        // shap takes the numbers of XGBoost, and the result for LightGBM, in single precision.
        let tolerance = golden.name.contains("xgb") ? 1e-5 : 1e-7
        for row in 0..<rows {
            for output in 0..<outputs {
                #expect(abs(found.expectedValue(row: row, output: output) - values[output]) < tolerance)
                for feature in 0..<features {
                    let wanted = expected[(row * outputs + output) * features + feature]
                    #expect(abs(found[row, output, feature: feature] - wanted) < tolerance)
                }
            }
        }
    }

    /// Compares to 1e-5 (XGBoost, single precision) or 1e-12 (LightGBM) of the largest number of the row and
    /// output.
    private func expectClose(
        _ found: [Double], _ expected: [Double], width: Int, of golden: ContributionCase
    ) throws {
        try #require(found.count == expected.count)
        let tolerance = golden.name.hasPrefix("xgb") ? 1e-5 : 1e-12
        for start in stride(from: 0, to: found.count, by: width) {
            let part = start..<start + width
            let scale = expected[part].reduce(0) { max($0, abs($1)) }
            guard scale.isFinite else { continue }
            let worst = part.reduce(0) { max($0, abs(found[$1] - expected[$1])) }
            #expect(worst <= tolerance * max(scale, 1), "numbers from \(start)")
        }
    }
}

/// A file of golden contributions.
struct ContributionCase: CustomTestStringConvertible, Sendable {
    let name: String

    var testDescription: String { name }
    var isAgainstBackground: Bool { name.hasPrefix("background-") }
    var modelPath: String {
        (isAgainstBackground ? Self.folder : GoldenCase.folder).appending(path: name + ".model").path
    }

    static let folder = GoldenCase.folder.appending(path: "contributions")
    static let all: [ContributionCase] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".golden") }.sorted().map {
            ContributionCase(name: String($0.dropLast(7)))
        }
    }()
    static let ofLibraries = all.filter { !$0.isAgainstBackground }
    static let againstBackgrounds = all.filter(\.isAgainstBackground)

    struct Answers {
        let head: [Int]
        let rest: [Double]

        func numbers(_ start: Int, _ count: Int) -> [Double] { Array(rest[start..<start + count]) }
        /// The first numbers: as many as the contributions are.
        func numbers(_ start: Int) -> [Double] { numbers(start, head[0] * head[1] * (head[2] + 1)) }
    }

    func answers() throws -> Answers {
        let data = try Data(contentsOf: Self.folder.appending(path: name + ".golden"))
        return unsafe data.withUnsafeBytes { raw in
            let head = (0..<4).map { Int(unsafe raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)) }
            let rest = (4..<raw.count / 8).map {
                unsafe raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self)
            }
            return Answers(head: head, rest: rest)
        }
    }
}
