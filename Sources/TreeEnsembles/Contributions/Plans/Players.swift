// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Who shares a score: each feature that the trees look at, or the features that a derived column is made of
/// together.
///
/// Columns made of the same features are one player, because nobody can know one of them and not the other.
struct Players: Sendable {
    /// The player of each column, or -1 where no node looks at the column.
    let ofColumn: [Int32]
    /// The features of each player.
    let features: [[Int]]

    var count: Int { features.count }

    init(_ ensemble: Ensemble) throws(TreeEnsembleError) {
        var isUsed = [Bool](repeating: false, count: ensemble.columnCount)
        for feature in ensemble.nodes.feature where feature >= 0 { isUsed[Int(feature)] = true }
        var places: [[Int]: Int] = [:]
        var features: [[Int]] = []
        var ofColumn = [Int32](repeating: -1, count: ensemble.columnCount)
        for column in isUsed.indices where isUsed[column] {
            let sources = try Self.sources(of: column, in: ensemble)
            let place = places[sources] ?? features.count
            if place == features.count {
                places[sources] = place
                features.append(sources)
            }
            ofColumn[column] = Int32(place)
        }
        self.features = features
        self.ofColumn = ofColumn
    }

    private static func sources(of column: Int, in ensemble: Ensemble) throws(TreeEnsembleError) -> [Int] {
        guard let derivation = ensemble.derivation else { return [column] }
        let sources = derivation.sources(of: column)
        guard !sources.isEmpty, sources.allSatisfy(ensemble.features.indices.contains) else {
            throw .unsupported(
                "contributions: column \(column), which the model computes, does not say what it is made of")
        }
        return sources.sorted()
    }
}
