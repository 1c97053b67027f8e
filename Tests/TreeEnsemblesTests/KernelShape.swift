// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import TreeEnsembles

/// A model of random trees, for what the models of real libraries in the fixtures do not reach.
struct KernelShape: CustomTestStringConvertible, Sendable {
    var name: String
    var trees: Int
    /// Trees have from one leaf to this many.
    var mostLeaves: Int
    var columns = 20
    /// How many different thresholds a column may have.
    var thresholds = 100
    var outputs = 1
    var precision = Precision.single
    var sumPrecision = Precision.single
    var hasCategories = false
    var hasVectorLeaves = false
    var hasLinearLeaves = false
    var hasZeroBand = false

    var testDescription: String { name }

    /// The forms and their edges: blocks shared, full and cut, bytes of 16-bit bins, trees in no form.
    static let all = [
        KernelShape(name: "stumps", trees: 100, mostLeaves: 3),
        KernelShape(
            name: "small in double", trees: 60, mostLeaves: 31, precision: .double, sumPrecision: .double),
        KernelShape(
            name: "just a block", trees: 30, mostLeaves: 66, sumPrecision: .double, hasZeroBand: true),
        KernelShape(name: "cut blocks", trees: 20, mostLeaves: 256, outputs: 3),
        KernelShape(name: "wide rows", trees: 60, mostLeaves: 60, columns: 150),
        KernelShape(name: "too wide for bytes", trees: 60, mostLeaves: 90, columns: 400),
        KernelShape(
            name: "several planes a column", trees: 40, mostLeaves: 200, columns: 6, thresholds: 900),
        KernelShape(name: "large", trees: 9, mostLeaves: 3000, thresholds: 5000, sumPrecision: .double),
        KernelShape(
            name: "large in double", trees: 9, mostLeaves: 1500, thresholds: 5000, outputs: 2,
            precision: .double,
            sumPrecision: .double, hasZeroBand: true),
        KernelShape(name: "large vectors", trees: 6, mostLeaves: 900, outputs: 3, hasVectorLeaves: true),
        KernelShape(name: "mixed sizes", trees: 40, mostLeaves: 300, outputs: 2, hasZeroBand: true),
        KernelShape(name: "categories", trees: 40, mostLeaves: 200, outputs: 2, hasCategories: true),
        KernelShape(name: "large categories", trees: 8, mostLeaves: 700, hasCategories: true),
        KernelShape(name: "vectors", trees: 30, mostLeaves: 90, outputs: 3, hasVectorLeaves: true),
        KernelShape(
            name: "linear", trees: 30, mostLeaves: 80, precision: .double, sumPrecision: .double,
            hasCategories: true, hasLinearLeaves: true),
    ]

    /// Grows the model.
    func make(seed: UInt64) throws -> Ensemble {
        var generator = SeededGenerator(seed: seed)
        var ensemble = Ensemble(
            source: ModelSource(library: "none", format: "none", version: ""), objective: "none",
            features: (0..<columns).map { _ in Feature() }, precision: precision, sumPrecision: sumPrecision,
            outputCount: outputs, baseScores: (0..<outputs).map { Double($0) / 4 })
        if hasCategories {
            for _ in 0..<20 {
                let words = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                    UInt32.random(in: 0...UInt32.max, using: &generator)
                }
                _ = ensemble.sets.append(bits: words, rule: .truncatingTowardZero)
            }
        }
        var builder = EnsembleBuilder(ensemble)
        for tree in 0..<trees {
            let leaves = tree % 9 == 8 ? 1 : Int.random(in: 1...mostLeaves, using: &generator)
            _ = grow(&builder, leaves, &generator)
            try builder.addTree(output: hasVectorLeaves ? nil : tree % outputs)
            builder.endIteration()
        }
        return try builder.finish()
    }

    private func grow(_ builder: inout EnsembleBuilder, _ leaves: Int, _ generator: inout SeededGenerator)
        -> Int32
    {
        let index = builder.drafts.count
        if leaves == 1 {
            var leaf = NodeDraft.leaf(values: builder.draftValues.count, label: index)
            if hasLinearLeaves, Bool.random(using: &generator) {
                leaf.function = Int32(builder.draftFunctions.count)
                builder.draftFunctions.append(
                    LinearDraft(constant: 0.5, features: [1, 2], coefficients: [0.25, -1.5]))
            }
            for _ in 0..<(hasVectorLeaves ? outputs : 1) {
                let value = Double.random(in: -1...1, using: &generator)
                builder.draftValues.append(sumPrecision == .single ? Double(Float(value)) : value)
            }
            builder.drafts.append(leaf)
            return Int32(index)
        }
        var node = NodeDraft()
        node.feature = Int32.random(in: 0..<Int32(columns), using: &generator)
        if Bool.random(using: &generator) { node.flags.insert(.missingLeft) }
        if hasCategories, node.feature < 4 {
            node.flags.formUnion(node.feature < 2 ? [.categorical, .membersLeft] : [.categorical])
            node.payload = Int32.random(in: 0..<20, using: &generator)
        } else {
            node.threshold = threshold(&generator)
            if hasZeroBand, node.feature % 3 == 0 { node.flags.insert(.zeroIsMissing) }
        }
        builder.drafts.append(node)
        let left = Int.random(in: 1..<leaves, using: &generator)
        builder.drafts[index].left = grow(&builder, left, &generator)
        builder.drafts[index].right = grow(&builder, leaves - left, &generator)
        return Int32(index)
    }

    private func threshold(_ generator: inout SeededGenerator) -> Double {
        let x = Double(Int.random(in: -thresholds / 2...thresholds / 2, using: &generator)) * 0.37
        return precision == .single ? Double(Float(x)) : x
    }

    /// Rows with thresholds, edges and missing values among their numbers.
    func rows(_ count: Int, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        let edges = [
            0, -0.0, 1e-36, -1e-36, 1e-35, .leastNonzeroMagnitude, .infinity, -.infinity, .nan, 16_777_216,
            -0.5,
        ]
        return (0..<count * columns).map { index in
            if hasCategories, index % columns < 4 {
                return Int.random(in: 0..<8, using: &generator) == 0
                    ? .nan : Double(Int.random(in: -2..<150, using: &generator))
            }
            return switch Int.random(in: 0..<8, using: &generator) {
            case 0: edges[Int.random(in: 0..<edges.count, using: &generator)]
            case 1...3: threshold(&generator)
            default: Double.random(in: -0.2...0.2, using: &generator) * Double(thresholds)
            }
        }
    }
}
