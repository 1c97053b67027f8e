// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import TreeEnsembles

/// A model with the answers of the library that made it, as Tests/Fixtures/TreeEnsembles/generate.py writes them.
struct GoldenCase: CustomTestStringConvertible, Sendable {
    let name: String

    var testDescription: String { name }
    var modelPath: String { Self.folder.appending(path: name + ".model").path }

    static let folder = fixtures.appending(path: "TreeEnsembles")

    /// All cases of the folder.
    static let all: [GoldenCase] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".golden") }.sorted().map {
            GoldenCase(name: String($0.dropLast(7)))
        }
    }()

    /// The cases of a folder inside.
    static func all(in name: String) -> [GoldenCase] {
        let files =
            (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path)) ?? []
        return files.filter { $0.hasSuffix(".golden") }.sorted().map {
            GoldenCase(name: name + "/" + $0.dropLast(7))
        }
    }

    /// Checks raw scores, values, staged raw scores and leaves, bit for bit; values may be allowed to lie some units in
    /// the last place apart, where the library takes a vector unit's exponential.
    func expectSameAnswers(valuesWithin units: Double = 0) throws {
        let model = try TreeEnsemble(contentsOf: modelPath)
        let answers = try answers()
        let matrix = try answers.matrix()
        #expect(differences(try model.rawScores(for: matrix).elements, answers.raw) == [])
        let values = try model.values(for: matrix).elements
        #expect(values.count == answers.values.count)
        // A decision function of an isolation forest is the difference of two numbers of this size.
        let least = name.contains("isolation") ? 0.5.ulp : 0
        for (found, expected) in zip(values, answers.values) where !(found.isNaN && expected.isNaN) {
            #expect(found == expected || abs(found - expected) <= units * max(expected.ulp, least))
        }
        if !answers.staged.isEmpty {
            let half = try model.rawScores(for: matrix, iterations: 0..<answers.stagedIterations)
            #expect(differences(half.elements, answers.staged) == [])
        }
        if !answers.leaves.isEmpty {
            #expect(try model.leaves(for: matrix).elements == answers.leaves)
        }
    }

    /// What the file holds.
    struct Answers {
        let rowCount: Int
        let columnCount: Int
        let rows: [Double]
        let raw: [Double]
        let values: [Double]
        /// Raw scores after the first half of the iterations; empty where they were not recorded.
        let staged: [Double]
        let stagedIterations: Int
        let leaves: [Int32]

        func matrix() throws -> FeatureMatrix { try FeatureMatrix(rows, columns: columnCount) }
    }

    func answers() throws -> Answers {
        let data = try Data(contentsOf: Self.folder.appending(path: name + ".golden"))
        var position = 0
        func numbers<Number: BitwiseCopyable>(_ count: Int, as: Number.Type) -> [Number] {
            defer { position += count * MemoryLayout<Number>.size }
            return unsafe data.withUnsafeBytes { raw in
                (0..<count).map {
                    unsafe raw.loadUnaligned(
                        fromByteOffset: position + $0 * MemoryLayout<Number>.size, as: Number.self)
                }
            }
        }
        let head = numbers(7, as: Int64.self).map(Int.init)
        let rows = head[0]
        return Answers(
            rowCount: rows, columnCount: head[1], rows: numbers(rows * head[1], as: Double.self),
            raw: numbers(rows * head[2], as: Double.self), values: numbers(rows * head[3], as: Double.self),
            staged: numbers(rows * head[6], as: Double.self), stagedIterations: max(1, head[5] / 2),
            leaves: numbers(rows * head[4], as: Int32.self))
    }
}

/// The places at which two lists of numbers differ in their bits; NaN is equal to NaN.
func differences(_ found: [Double], _ expected: [Double]) -> [Int] {
    guard found.count == expected.count else { return [-1] }
    return found.indices.filter {
        found[$0].bitPattern != expected[$0].bitPattern && !(found[$0].isNaN && expected[$0].isNaN)
    }
}
