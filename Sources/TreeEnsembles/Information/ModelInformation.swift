// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a model is, for people and for a registry.
public struct ModelInformation: Sendable, Codable, Hashable {
    /// The library that made the model.
    public let library: String
    /// The format of the file.
    public let format: String
    /// The version that the file records.
    public let version: String
    /// The objective with its options.
    public let objective: String
    /// The number of trees.
    public let treeCount: Int
    /// The number of boosting rounds.
    public let iterationCount: Int
    /// All nodes of all trees, leaves included.
    public let nodeCount: Int
    /// The longest way from a root to a leaf, counted in decisions.
    public let maximumDepth: Int
    /// How many raw scores a row has.
    public let rawScoreCount: Int
    /// How many values a row has.
    public let valueCount: Int
    /// The inputs.
    public let features: [Feature]
    /// How many features some tree asks for.
    public let usedFeatureCount: Int
    /// What else the file says.
    public let facts: [String: String]
    /// How much each feature counts.
    public let importance: [FeatureImportance]
    /// What the loaded model takes in memory; nil in records of earlier versions.
    public let memory: ModelMemory?
}

/// How much a feature counts in a model.
public struct FeatureImportance: Sendable, Codable, Hashable {
    /// The feature's index.
    public let index: Int
    /// Its name, or its index as text.
    public let name: String
    /// Whether it is a number or a category.
    public let kind: Feature.Kind
    /// How many splits ask for it.
    public let splits: Int
    /// The sum of what its splits lowered the loss by; nil where the file does not say.
    public let gain: Double?
    /// The sum of what reached its splits in training (rows or second derivatives); nil where the file does not say.
    public let cover: Double?
}

extension TreeEnsemble {
    /// What the model is, for people and for a registry.
    public var information: ModelInformation {
        let importance = self.importance
        return ModelInformation(
            library: library, format: ensemble.source.format, version: ensemble.source.version,
            objective: objective, treeCount: treeCount, iterationCount: iterationCount,
            nodeCount: ensemble.nodes.count, maximumDepth: ensemble.trees.map(\.depth).max() ?? 0,
            rawScoreCount: rawScoreCount, valueCount: valueCount, features: features,
            usedFeatureCount: importance.count { $0.splits > 0 },
            facts: Dictionary(ensemble.facts.map { ($0.name, $0.value) }) { first, _ in first },
            importance: importance, memory: memory)
    }

    /// How much each feature counts: splits, gain and cover, as sums over all trees.
    ///
    /// XGBoost's `total_gain`, `total_cover` and `weight`; LightGBM's `gain` and `split`.
    public var importance: [FeatureImportance] {
        var splits = [Int](repeating: 0, count: features.count)
        var gains = [Double](repeating: 0, count: features.count)
        var covers = [Double](repeating: 0, count: features.count)
        let nodes = ensemble.nodes
        if ensemble.derivation == nil {
            for node in 0..<nodes.count where !nodes.isLeaf(node) {
                let feature = Int(nodes.feature[node])
                splits[feature] += 1
                gains[feature] += Double(nodes.gain[node])
                covers[feature] += nodes.cover[node]
            }
        }
        return features.indices.map { index in
            FeatureImportance(
                index: index, name: features[index].name ?? "\(index)", kind: features[index].kind,
                splits: splits[index], gain: gains[index].isNaN ? nil : gains[index],
                cover: covers[index].isNaN ? nil : covers[index])
        }
    }
}
