// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads models that CatBoost saved with `format="json"`
/// (catboost/libs/model/model_export/json_model_helpers.cpp in github.com/catboost/catboost).
///
/// A model that was saved with `pool=` holds the names of its categories. Without them the model answers the same,
/// because the hash of a name is computed; it can only not tell which names there are.
struct CatBoostReader {
    private let root: DocumentObject
    private static let mostOutputs = 1 << 16

    /// Whether a document has the members of such a model.
    static func recognizes(_ root: DocumentObject) -> Bool {
        root["features_info"] != nil && (root["oblivious_trees"] != nil || root["trees"] != nil)
    }

    init(_ root: DocumentObject) { self.root = root }

    /// Reads the model.
    func read() throws(TreeEnsembleError) -> Ensemble {
        let inputs = try CatBoostFeatures(
            try root.required("features_info", in: "the model").object("features_info"),
            tables: try root.optional("ctr_data")?.object("ctr_data"))
        let info = try root.optional("model_info")?.object("model_info")
        let loss = try lossFunction(info)
        let (scale, bias) = try scaleAndBias()
        var ensemble = Ensemble(
            source: ModelSource(library: "CatBoost", format: "JSON", version: version(info)),
            objective: loss, features: inputs.features, precision: .single, sumPrecision: .double,
            outputCount: bias.count, baseScores: [Double](repeating: 0, count: bias.count))
        ensemble.scale = scale
        ensemble.bias = bias
        ensemble.transform = try CatBoostObjective.transform(of: loss)
        guard ensemble.transform != .fastVariance || bias.count == 2 else {
            throw .malformed("RMSEWithUncertainty has \(bias.count) outputs, and it must have 2")
        }
        ensemble.classNames = try classNames(info)
        ensemble.categoryCodes = inputs.categoryCodes
        ensemble.derivation = inputs.derivation
        let splits = inputs.splits(sets: &ensemble.sets)
        var builder = EnsembleBuilder(ensemble)
        let symmetric = try root.optional("oblivious_trees").map { trees throws(TreeEnsembleError) in
            try Self.trees(trees, "oblivious_trees")
        }
        for tree in symmetric ?? [] {
            try CatBoostTrees.add(symmetric: tree, splits: splits, to: &builder)
        }
        for tree in try symmetric == nil
            ? Self.trees(try root.required("trees", in: "the model"), "trees") : []
        {
            try CatBoostTrees.add(nested: tree, splits: splits, to: &builder)
        }
        return try builder.finish()
    }

    private static func trees(
        _ value: DocumentValue, _ what: String
    ) throws(TreeEnsembleError) -> [DocumentObject] {
        var trees: [DocumentObject] = []
        for tree in try value.array(what) { trees.append(try tree.object("a tree")) }
        return trees
    }

    private func lossFunction(_ info: DocumentObject?) throws(TreeEnsembleError) -> String {
        guard case .object(let parameters) = info?.optional("params"),
            case .object(let loss) = parameters.optional("loss_function")
        else { return "custom" }
        return try loss.required("type", in: "loss_function").string("the loss function")
    }

    /// The version stands in a text for people, after `release` or in the name of the branch.
    private func version(_ info: DocumentObject?) -> String {
        guard case .string(let text) = info?.optional("catboost_version_info") else { return "" }
        for line in text.split(separator: "\n") {
            if let start = line.firstRange(of: "tags/v") {
                return String(line[start.upperBound...].prefix(20))
            }
        }
        return ""
    }

    private func scaleAndBias() throws(TreeEnsembleError) -> (Double, [Double]) {
        guard let value = root.optional("scale_and_bias") else {
            throw .unsupported("the model has no scale_and_bias: save it with CatBoost 0.24 or newer")
        }
        let scale: Double
        let bias: [Double]
        switch value {
        case .numbers(let pair):
            let numbers = try pair.doubles()
            guard numbers.count == 2 else { throw .malformed("scale_and_bias is not a pair") }
            (scale, bias) = (numbers[0], [numbers[1]])
        case .array(let pair):
            guard pair.count == 2 else { throw .malformed("scale_and_bias is not a pair") }
            scale = try pair[0].double("the scale")
            bias = try pair[1].numbers("the bias").doubles()
        default: throw .malformed("scale_and_bias is not a pair")
        }
        guard !bias.isEmpty, bias.count <= Self.mostOutputs else {
            throw .malformed("the bias has \(bias.count) numbers")
        }
        return (scale, bias)
    }

    private func classNames(_ info: DocumentObject?) throws(TreeEnsembleError) -> [String] {
        guard case .object(let parameters) = info?.optional("class_params"),
            let names = parameters.optional("class_names")
        else { return [] }
        if case .numbers(let numbers) = names { return numbers.texts() }
        var texts: [String] = []
        for name in try names.array("class_names") { texts.append(try name.string("a name of a class")) }
        return texts
    }
}
