// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Scores one row at a time and allocates nothing while it does.
///
/// A scorer holds its own working memory, so each thread needs one of its own; it cannot be copied.
public struct Scorer: ~Copyable, Sendable {
    let model: TreeEnsemble
    private let memory: ScorerMemory
    private var raw: [Double]
    private var columns: [Double]
    private var sums: [Double]

    init(_ model: TreeEnsemble) {
        self.model = model
        memory = ScorerMemory(model)
        raw = [Double](repeating: 0, count: model.features.count)
        columns = [Double](repeating: 0, count: model.ensemble.columnCount)
        sums = [Double](repeating: 0, count: model.rawScoreCount)
    }

    /// The raw scores of a row.
    ///
    /// - Parameters:
    ///   - row: The features in the model's order, NaN where missing.
    ///   - result: Receives one number for each raw score.
    /// - Throws: ``TreeEnsembleError`` if the row or the result is of another length.
    public mutating func rawScores(
        for row: Span<Float>, into result: inout MutableSpan<Double>
    ) throws(TreeEnsembleError) {
        try check(row.count, result.count, model.rawScoreCount)
        score(row)
        for index in sums.indices { result[index] = sums[index] }
    }

    /// The raw scores of a row.
    ///
    /// - Parameters:
    ///   - row: The features in the model's order, NaN where missing.
    ///   - result: Receives one number for each raw score.
    /// - Throws: ``TreeEnsembleError`` if the row or the result is of another length.
    public mutating func rawScores(
        for row: Span<Double>, into result: inout MutableSpan<Double>
    ) throws(TreeEnsembleError) {
        try check(row.count, result.count, model.rawScoreCount)
        score(row)
        for index in sums.indices { result[index] = sums[index] }
    }

    /// The values of a row.
    ///
    /// - Parameters:
    ///   - row: The features in the model's order, NaN where missing.
    ///   - result: Receives one number for each value.
    /// - Throws: ``TreeEnsembleError`` if the row or the result is of another length.
    public mutating func values(
        for row: Span<Float>, into result: inout MutableSpan<Double>
    ) throws(TreeEnsembleError) {
        try check(row.count, result.count, model.valueCount)
        score(row)
        transform()
        for index in result.indices { result[index] = sums[index] }
    }

    /// The values of a row.
    ///
    /// - Parameters:
    ///   - row: The features in the model's order, NaN where missing.
    ///   - result: Receives one number for each value.
    /// - Throws: ``TreeEnsembleError`` if the row or the result is of another length.
    public mutating func values(
        for row: Span<Double>, into result: inout MutableSpan<Double>
    ) throws(TreeEnsembleError) {
        try check(row.count, result.count, model.valueCount)
        score(row)
        transform()
        for index in result.indices { result[index] = sums[index] }
    }

    /// The value of a row, for a model with one value.
    ///
    /// - Parameter row: The features in the model's order, NaN where missing.
    /// - Throws: ``TreeEnsembleError`` if the row is of another length or the model has several values.
    public mutating func value(for row: [Float]) throws(TreeEnsembleError) -> Double {
        try check(row.count, 1, model.valueCount)
        score(row.span)
        transform()
        return sums[0]
    }

    /// The value of a row, for a model with one value.
    ///
    /// - Parameter row: The features in the model's order, NaN where missing.
    /// - Throws: ``TreeEnsembleError`` if the row is of another length or the model has several values.
    public mutating func value(for row: [Double]) throws(TreeEnsembleError) -> Double {
        try check(row.count, 1, model.valueCount)
        score(row.span)
        transform()
        return sums[0]
    }

    private func check(_ width: Int, _ room: Int, _ needed: Int) throws(TreeEnsembleError) {
        guard width == raw.count else {
            throw TreeEnsembleError(
                .invalidInput, "the row has \(width) numbers, and the model takes \(raw.count) features")
        }
        guard room == needed else {
            throw TreeEnsembleError(
                .invalidArgument, "room for \(room) numbers, and the model gives \(needed)")
        }
    }

    @inline(__always)
    private mutating func score<Number: BinaryFloatingPoint>(_ row: Span<Number>) {
        if memory.isFast {
            if memory.takesPlainRows {
                memory.load(row)
            } else {
                for index in row.indices { raw[index] = Double(row[index]) }
                Self.prepare(model.reference, &raw, &columns)
                memory.load(columns.span)
            }
            Self.score(memory, columns, into: &sums)
            if memory.changesSums {
                let (reference, iterations) = (model.reference, memory.iterationCount)
                var sumSpan = sums.mutableSpan
                reference.finish(&sumSpan, iterations: iterations)
            }
            return
        }
        for index in row.indices { raw[index] = Double(row[index]) }
        Self.walk(model.reference, &raw, &columns, &sums)
    }

    private static func score(_ memory: ScorerMemory, _ columns: [Double], into sums: inout [Double]) {
        memory.score(columns: columns.span, into: &sums)
    }

    private static func prepare(
        _ reference: ReferenceEvaluator, _ raw: inout [Double], _ columns: inout [Double]
    ) {
        var columnSpan = columns.mutableSpan
        reference.prepare(raw.span, into: &columnSpan)
    }

    private static func walk(
        _ reference: ReferenceEvaluator, _ raw: inout [Double], _ columns: inout [Double],
        _ sums: inout [Double]
    ) {
        prepare(reference, &raw, &columns)
        var sumSpan = sums.mutableSpan
        reference.start(&sumSpan)
        if let booster = reference.ensemble.linearBooster {
            reference.addLinear(booster, row: columns.span, to: &sumSpan)
        }
        for tree in reference.ensemble.trees.indices {
            reference.add(tree: tree, row: columns.span, to: &sumSpan)
        }
        reference.finish(&sumSpan, iterations: reference.ensemble.iterationCount)
    }

    private mutating func transform() {
        guard memory.transforms else { return }
        let (reference, iterations) = (model.reference, memory.iterationCount)
        Self.transform(reference, &sums, iterations)
    }

    private static func transform(_ reference: ReferenceEvaluator, _ sums: inout [Double], _ iterations: Int)
    {
        var span = sums.mutableSpan
        reference.transform(&span, iterations: iterations)
    }
}

extension TreeEnsemble {
    /// Makes a scorer for single rows; each thread needs one of its own.
    ///
    /// The first one makes the forms for single rows, unless ``prepare(for:)`` has: no row pays for them.
    public func makeScorer() -> Scorer { Scorer(self) }
}
