// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

@testable import TreeEnsembles

/// What must hold of every file that a reader of models is given; fuzzers and unit tests share it.
enum TreeReaders {
    static let names = [
        "xgboost-json", "xgboost-ubjson", "lightgbm", "catboost", "onnx", "skops", "treelite",
    ]

    /// What is wrong with the library's answer to a file; nil where nothing is.
    ///
    /// A refusal is always right. A model that was read must give the same bits in every way of scoring.
    static func fault(in bytes: [UInt8]) -> String? {
        guard let model = try? TreeEnsemble(bytes: MendedFile.bytes(bytes)) else { return nil }
        _ = model.description
        guard model.features.count <= 500, model.rawScoreCount <= 200, model.ensemble.columnCount <= 500,
            let rows = rows(model), let matrix = try? FeatureMatrix(rows, columns: model.features.count),
            let scores = try? model.rawScores(for: matrix)
        else { return nil }
        let ensemble = model.ensemble
        for (name, level) in [("reference", nil), ("portable form", 0)] {
            let other = TreeEnsemble(ensemble, level: level)
            guard agree(scores, try? other.rawScores(for: matrix)) else {
                return "the kernels and the \(name) differ"
            }
        }
        if let fault = faultInSingleRows(model, rows, scores) { return fault }
        let values = try? model.values(for: matrix)
        _ = try? model.leaves(for: matrix)
        _ = try? model.classes(for: matrix)
        if let half = try? model.rawScores(for: matrix, iterations: 0..<model.iterationCount / 2),
            half.elements.count != scores.elements.count
        {
            return "half of the iterations give another number of scores"
        }
        if ensemble.nodes.feature.count <= 4_000 {
            _ = model.information
            if model.treeCount > 0 {
                _ = try? model.text(ofTree: model.treeCount - 1)
                _ = try? model.svg(ofTree: model.treeCount - 1)
            }
            explain(model, rows)
        }
        guard let compact = try? model.compactForm() else { return nil }
        guard let again = try? TreeEnsemble(bytes: compact) else {
            return "the compact form of the model is refused"
        }
        guard agree(scores, try? again.rawScores(for: matrix)), agree(values, try? again.values(for: matrix))
        else { return "the compact form of the model answers otherwise" }
        return nil
    }

    /// The compact form of a model in any format; nil where the bytes hold none.
    static func compactForm(of bytes: [UInt8]) -> [UInt8]? {
        try? TreeEnsemble(bytes: bytes).compactForm()
    }

    /// More rows than a block holds: the same extreme number in every column, then mixtures.
    private static func rows(_ model: TreeEnsemble) -> [Double]? {
        let width = model.features.count
        guard width > 0 else { return nil }
        let extremes: [Double] = [
            0, -0.0, .nan, .infinity, -.infinity, 1, -1, 0.5, 2, 3.7, -0.5, 1e-36, -1e-36, 1e30, -1e30,
            .leastNonzeroMagnitude, 16_777_216, 4_294_967_296, .greatestFiniteMagnitude,
        ]
        var rows = extremes.flatMap { [Double](repeating: $0, count: width) }
        let thresholds = model.ensemble.nodes.threshold.prefix(200).filter { $0.isFinite }
        let choices = extremes + thresholds
        for place in 0..<(66 - extremes.count) * width { rows.append(choices[(place * 31) % choices.count]) }
        return rows
    }

    private static func faultInSingleRows(
        _ model: TreeEnsemble, _ rows: [Double], _ scores: Scores
    ) -> String? {
        let width = model.features.count
        var scorer = model.makeScorer()
        var result = [Double](repeating: 0, count: model.rawScoreCount)
        for row in stride(from: 0, to: scores.rowCount, by: 5) {
            var span = result.mutableSpan
            guard
                (try? scorer.rawScores(
                    for: rows.span.extracting(row * width..<(row + 1) * width), into: &span)) != nil
            else { return "a single row is refused" }
            for output in result.indices where !same(result[output], scores[row, output]) {
                return "row \(row) alone scores \(result[output]), in a batch \(scores[row, output])"
            }
        }
        return nil
    }

    /// Explains a few rows of a small model.
    private static func explain(_ model: TreeEnsemble, _ rows: [Double]) {
        let width = model.features.count
        guard width <= 40, let few = try? FeatureMatrix(Array(rows.prefix(3 * width)), columns: width) else {
            return
        }
        _ = try? model.contributions(for: few)
        if width <= 8 { _ = try? model.interactions(for: few) }
        _ = try? model.contributions(for: few, against: few)
    }

    private static func agree(_ left: Scores?, _ right: Scores?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.elements.count == right.elements.count
            && zip(left.elements, right.elements).allSatisfy(same)
    }

    private static func same(_ left: Double, _ right: Double) -> Bool {
        left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
    }
}
