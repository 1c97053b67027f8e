// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads HistGradientBoosting models: features in double precision, missing values and categories of their own
/// (sklearn/ensemble/_hist_gradient_boosting).
struct SkopsHistogramBoosting {
    private let reader: SkopsReader
    private var archive: SkopsArchive { reader.archive }
    private var model: SkopsObject { reader.model }

    /// What one feature of the trees, which stand with the categorical ones first, is for the caller.
    private struct Input {
        var column: Int
        /// For a categorical feature: its categories in the order of the trees' codes, as the caller gives them.
        var categories: [Double]?
        /// The set of the categories that training knew.
        var known: Int = -1
    }

    init(_ reader: SkopsReader) { self.reader = reader }

    func read() throws(TreeEnsembleError) -> Ensemble {
        let base = try archive.array(try model.required("_baseline_prediction"), "_baseline_prediction")
            .doubles()
        var features = try reader.features()
        var inputs = try inputs(&features)
        var ensemble = try reader.ensemble(precision: .double, baseScores: base, features: features)
        try setObjective(of: &ensemble)
        ensemble.knownCategories = [Int32](
            repeating: -1, count: inputs.contains { $0.categories != nil } ? features.count : 0)
        for index in inputs.indices {
            guard let categories = inputs[index].categories else { continue }
            inputs[index].known = ensemble.sets.append(numbers: categories)
            ensemble.knownCategories[inputs[index].column] = Int32(inputs[index].known)
        }
        var builder = EnsembleBuilder(ensemble)
        for stage in try model.list("_predictors") {
            let trees = try SkopsObject.list(stage, "_predictors")
            guard trees.count == base.count else {
                throw .malformed("a stage does not have a tree for each output")
            }
            for (output, tree) in trees.enumerated() {
                try add(try SkopsObject(tree), inputs: inputs, to: &builder)
                try builder.addTree(output: output)
            }
            builder.endIteration()
        }
        return try builder.finish()
    }

    private func setObjective(of ensemble: inout Ensemble) throws(TreeEnsembleError) {
        let loss = try model.string("loss") ?? ""
        if model.className.hasSuffix("Classifier") {
            guard ["log_loss", "auto", "binary_crossentropy", "categorical_crossentropy"].contains(loss)
            else {
                throw .unsupported("the loss '\(loss)' of scikit-learn's \(model.className) is not supported")
            }
            let isBinary = ensemble.outputCount == 1
            guard ensemble.classNames.count == (isBinary ? 2 : ensemble.outputCount) else {
                throw .malformed("the classes do not fit the outputs")
            }
            ensemble.transform = isBinary ? .sigmoidPair(scale: 1) : .softmax
            ensemble.classRule = isBinary ? .above(0, output: 0) : .largestRaw
            return
        }
        switch loss {
        case "squared_error", "least_squares", "absolute_error", "least_absolute_deviation", "quantile": break
        case "poisson", "gamma": ensemble.transform = .exponential
        default:
            throw .unsupported("the loss '\(loss)' of scikit-learn's \(model.className) is not supported")
        }
    }

    // MARK: Categories

    private func inputs(_ features: inout [Feature]) throws(TreeEnsembleError) -> [Input] {
        guard let mask = try model.optional("is_categorical_") else {
            return features.indices.map { Input(column: $0) }
        }
        let flags = try archive.array(mask, "is_categorical_").integers()
        guard flags.count == features.count else {
            throw .malformed("is_categorical_ does not fit the features")
        }
        let categorical = flags.indices.filter { flags[$0] != 0 }
        guard !categorical.isEmpty else { return features.indices.map { Input(column: $0) } }
        guard let preprocessor = try model.optional("_preprocessor") else {
            throw .unsupported(
                "categories of scikit-learn before 1.4 are not supported: train and save the model again")
        }
        let lists = try encoder(of: try SkopsObject(preprocessor)).list("categories_")
        guard lists.count == categorical.count else {
            throw .malformed("categories_ does not fit is_categorical_")
        }
        var inputs: [Input] = []
        for (column, list) in zip(categorical, lists) {
            let (names, numbers) = try categories(list)
            inputs.append(Input(column: column, categories: numbers))
            features[column] = Feature(
                name: features[column].name, kind: .categorical, categories: names)
        }
        return inputs + flags.indices.filter { flags[$0] == 0 }.map { Input(column: $0) }
    }

    /// The encoder among the transformers of the column transformer: a list of name, transformer, columns.
    private func encoder(of preprocessor: SkopsObject) throws(TreeEnsembleError) -> SkopsObject {
        for entry in try preprocessor.list("transformers_") {
            let parts = try SkopsObject.list(entry, "transformers_")
            guard parts.count > 1, case .string("encoder") = try SkopsObject.scalar(parts[0], "transformers_")
            else {
                continue
            }
            return try SkopsObject(parts[1])
        }
        throw .malformed("the model's preprocessor has no encoder")
    }

    /// The names of texts with their places as codes, or, for numbers, the numbers themselves.
    ///
    /// What stands for a missing value, always the last, is left out.
    private func categories(_ list: DocumentValue) throws(TreeEnsembleError) -> ([String], [Double]) {
        let object = try list.object("categories_")
        if case .string("json") = object["type"] {
            let names = try archive.texts(list, "categories_").prefix { $0 != nil }.map { $0 ?? "" }
            return (names, names.indices.map(Double.init))
        }
        let array = try archive.array(list, "categories_")
        if let numbers = try? array.doubles() { return ([], numbers.filter { !$0.isNaN }) }
        let names = try array.texts()
        return (names, names.indices.map(Double.init))
    }

    // MARK: Trees

    private func add(
        _ tree: SkopsObject, inputs: [Input], to builder: inout EnsembleBuilder
    ) throws(TreeEnsembleError) {
        let nodes = try archive.array(try tree.required("nodes"), "nodes")
        let value = try nodes.doubles("value")
        let count = try nodes.doubles("count")
        let feature = try nodes.integers("feature_idx")
        let threshold = try nodes.doubles("num_threshold")
        let missingGoesLeft = try nodes.integers("missing_go_to_left")
        let left = try nodes.integers("left")
        let right = try nodes.integers("right")
        let gain = try nodes.doubles("gain")
        let isLeaf = try nodes.integers("is_leaf")
        let isCategorical = try nodes.integers("is_categorical")
        let bitsets = try nodes.integers("bitset_idx")
        let bits = try archive.array(try tree.required("raw_left_cat_bitsets"), "raw_left_cat_bitsets")
            .integers()
        guard bits.count % 8 == 0 else {
            throw .malformed("raw_left_cat_bitsets does not hold sets of 256 bits")
        }
        for node in 0..<nodes.count {
            guard isLeaf[node] == 0 else {
                builder.drafts.append(
                    .leaf(values: builder.draftValues.count, label: node, cover: count[node]))
                builder.draftValues.append(value[node])
                continue
            }
            guard inputs.indices.contains(feature[node]) else {
                throw .malformed("a node has the feature \(feature[node])")
            }
            let input = inputs[feature[node]]
            var draft = NodeDraft()
            draft.label = Int32(truncatingIfNeeded: node)
            draft.cover = count[node]
            draft.gain = Float(gain[node])
            draft.left = Int32(exactly: left[node]) ?? -1
            draft.right = Int32(exactly: right[node]) ?? -1
            draft.feature = Int32(input.column)
            draft.flags = missingGoesLeft[node] != 0 ? .missingLeft : []
            if isCategorical[node] != 0 {
                guard let categories = input.categories, bitsets[node] < bits.count / 8 else {
                    throw .malformed("a node asks for categories of a feature that has none")
                }
                let set = bits[bitsets[node] * 8..<bitsets[node] * 8 + 8]
                let members = categories.indices.filter {
                    $0 < 256 && set[set.startIndex + $0 / 32] >> ($0 % 32) & 1 == 1
                }
                draft.flags.formUnion([.categorical, .membersLeft, .unknownIsMissing])
                draft.payload = Int32(builder.ensemble.sets.append(numbers: members.map { categories[$0] }))
            } else {
                draft.threshold = ThresholdOrder(.double).firstAbove(threshold[node])
            }
            builder.drafts.append(draft)
        }
    }
}
