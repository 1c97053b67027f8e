// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads XGBoost's JSON and UBJSON models of 0.90 to 3.x (doc/tutorials/saving_model.rst, src/learner.cc,
/// src/gbm/gbtree_model.cc, src/tree/tree_model.cc in github.com/dmlc/xgboost).
struct XGBoostReader {
    private let learner: DocumentObject
    private let version: (major: Int, minor: Int)
    private let format: String
    private static let mostOutputs = 1 << 16
    private static let mostFeatures = 1 << 22

    /// Starts from a scanned document.
    init(_ document: DocumentValue, format: String) throws(TreeEnsembleError) {
        let root = try document.object("the model")
        learner = try root.required("learner", in: "the model").object("learner")
        let numbers = try root.optional("version")?.numbers("version").integers() ?? []
        version = (numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 0)
        guard version.major <= 3 else {
            throw .unsupported("XGBoost \(version.major).\(version.minor) is newer than this reader knows")
        }
        self.format = format
    }

    /// Reads the model.
    func read() throws(TreeEnsembleError) -> Ensemble {
        let parameters = try learner.required("learner_model_param", in: "learner")
            .object("learner_model_param")
        let objectiveObject = try learner.required("objective", in: "learner").object("objective")
        let objectiveName = try objectiveObject.required("name", in: "objective").string("objective")
        let objective = try XGBoostObjective(name: objectiveName, version: version)
        let classCount = try wholeNumber("num_class", parameters) ?? 0
        let targetCount = try wholeNumber("num_target", parameters) ?? 1
        let outputCount = max(classCount, targetCount, 1)
        guard outputCount <= Self.mostOutputs else {
            throw TreeEnsembleError(.limitExceeded, "the model claims \(outputCount) outputs")
        }
        let (booster, gradient) = try gradientBooster()
        var ensemble = Ensemble(
            source: ModelSource(
                library: "XGBoost", format: format, version: "\(version.major).\(version.minor)"),
            objective: objectiveName, features: try features(parameters, model: gradient.model),
            precision: .single, sumPrecision: .single, outputCount: outputCount,
            baseScores: try baseScores(parameters, objective: objective, count: outputCount))
        ensemble.transform = objective.transform
        ensemble.absentIsMissing = true
        ensemble.unknownCategoryIsError = true
        ensemble.facts.append(("booster", booster))
        if let attributes = try learner.optional("attributes")?.object("attributes") {
            for (name, value) in zip(attributes.names, attributes.values) {
                if case .string(let text) = value, text.utf8.count < 200 {
                    ensemble.facts.append((name, text))
                }
            }
        }
        if booster == "gblinear" {
            return try linear(ensemble, model: gradient.model)
        }
        return try trees(ensemble, model: gradient.model, weights: gradient.weights)
    }

    // MARK: The parts of the document

    private func gradientBooster() throws(TreeEnsembleError) -> (
        name: String, (model: DocumentObject, weights: [Float])
    ) {
        let booster = try learner.required("gradient_booster", in: "learner").object("gradient_booster")
        let name = try booster.required("name", in: "gradient_booster").string("name of the booster")
        var inner = booster
        switch name {
        case "gbtree", "gblinear": break
        case "dart":
            if let nested = booster["gbtree"] { inner = try nested.object("gbtree") }
        default: throw .unsupported("the XGBoost booster '\(name)' is not supported")
        }
        let model = try inner.required("model", in: "the booster").object("model")
        let weights =
            try (booster.optional("weight_drop") ?? model.optional("weight_drop"))?
            .numbers("weight_drop").floats() ?? []
        return (name, (model, weights))
    }

    private func features(
        _ parameters: DocumentObject, model: DocumentObject
    ) throws(TreeEnsembleError) -> [Feature] {
        guard let count = try wholeNumber("num_feature", parameters), count >= 0 else {
            throw .malformed("learner_model_param has no num_feature")
        }
        guard count <= Self.mostFeatures else {
            throw TreeEnsembleError(.limitExceeded, "the model claims \(count) features")
        }
        let names = try strings(learner.optional("feature_names"), "feature_names")
        let types = try strings(learner.optional("feature_types"), "feature_types")
        guard names.isEmpty || names.count == count, types.isEmpty || types.count == count else {
            throw .malformed("feature_names or feature_types do not have num_feature entries")
        }
        guard !names.isEmpty || !types.isEmpty else {
            return [Feature](repeating: Feature(), count: count)
        }
        let categories = try XGBoostCategories(model, featureCount: count)
        return (0..<count).map { index in
            Feature(
                name: names.isEmpty ? nil : names[index],
                kind: !types.isEmpty && types[index] == "c" ? .categorical : .numeric,
                categories: categories.names(of: index))
        }
    }

    private func baseScores(
        _ parameters: DocumentObject, objective: XGBoostObjective, count: Int
    ) throws(TreeEnsembleError) -> [Double] {
        let text = try parameters.required("base_score", in: "learner_model_param").string("base_score")
        var bytes = Array(text.utf8)
        if bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") {
            bytes = Array(bytes.dropFirst().dropLast())
        }
        let scores = try NumberArray(bytes: bytes, start: 0, end: bytes.count, encoding: .text).floats()
        guard scores.count == 1 || scores.count == count else {
            throw .malformed("base_score '\(text)' does not fit \(count) outputs")
        }
        // Before 1.0 the file held the margin itself.
        let margins = scores.map { version.major < 1 ? Double($0) : Double(objective.margin($0)) }
        return margins.count == count ? margins : [Double](repeating: margins[0], count: count)
    }

    private func linear(_ start: Ensemble, model: DocumentObject) throws(TreeEnsembleError) -> Ensemble {
        var ensemble = start
        let weights = try model.required("weights", in: "model").numbers("weights").floats()
        guard weights.count == (ensemble.features.count + 1) * ensemble.outputCount else {
            throw .malformed("the linear booster has \(weights.count) weights, which do not fit its features")
        }
        ensemble.linearBooster = LinearBooster(weights: weights)
        // XGBoost starts every output of a linear booster from the first base score (src/gbm/gblinear.cc).
        ensemble.baseScores = [Double](repeating: ensemble.baseScores[0], count: ensemble.outputCount)
        return ensemble
    }

    private func trees(
        _ ensemble: Ensemble, model: DocumentObject, weights: [Float]
    ) throws(TreeEnsembleError) -> Ensemble {
        guard case .array(let trees) = try model.required("trees", in: "model") else {
            if case .numbers(let none) = model["trees"], try none.integers().isEmpty {
                return try EnsembleBuilder(ensemble).finish()
            }
            throw .malformed("trees is not an array of objects")
        }
        let groups = try model.required("tree_info", in: "model").numbers("tree_info").integers()
        guard groups.count == trees.count, weights.isEmpty || weights.count == trees.count else {
            throw .malformed("tree_info or weight_drop does not have as many entries as there are trees")
        }
        let starts = try iterationStarts(model, treeCount: trees.count, outputCount: ensemble.outputCount)
        var builder = EnsembleBuilder(ensemble)
        // Each tree names its children once, so the file bounds this.
        builder.reserve(
            nodes: trees.reduce(0) { count, tree in
                guard case .object(let tree) = tree, case .numbers(let children) = tree["left_children"]
                else {
                    return count
                }
                return count + children.roughCount
            }, trees: trees.count)
        let arrays = XGBoostTree()
        var next = 1
        for (number, tree) in trees.enumerated() {
            try arrays.read(try tree.object("a tree"), number: number)
            try arrays.add(
                to: &builder, output: groups[number], weight: weights.isEmpty ? 1 : weights[number])
            while next < starts.count, starts[next] == number + 1 {
                builder.endIteration()
                next += 1
            }
        }
        return try builder.finish()
    }

    /// The first tree of each iteration, then the number of trees.
    private func iterationStarts(
        _ model: DocumentObject, treeCount: Int, outputCount: Int
    ) throws(TreeEnsembleError) -> [Int] {
        if let starts = try model.optional("iteration_indptr")?.numbers("iteration_indptr").integers() {
            guard starts.first == 0, starts.last == treeCount,
                zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw .malformed("iteration_indptr does not rise from 0 to the number of trees") }
            return starts
        }
        let parameters = try model.optional("gbtree_model_param")?.object("gbtree_model_param")
        let parallel = try parameters.flatMap { found throws(TreeEnsembleError) in
            try wholeNumber("num_parallel_tree", found)
        }
        let size = max(parallel ?? 1, 1).multipliedReportingOverflow(by: outputCount)
        guard !size.overflow, treeCount % size.partialValue == 0 else {
            throw .malformed("the number of trees is not a multiple of the trees of an iteration")
        }
        return Array(stride(from: 0, through: treeCount, by: size.partialValue))
    }

    // MARK: Small things

    /// A number that XGBoost writes as a string.
    private func wholeNumber(
        _ name: String, _ object: DocumentObject
    ) throws(TreeEnsembleError) -> Int? {
        guard let value = object.optional(name) else { return nil }
        guard let number = Int(try value.string(name)), number >= 0, number <= Int(Int32.max) else {
            throw .malformed("\(name) is not a count")
        }
        return number
    }

    private func strings(
        _ value: DocumentValue?, _ what: String
    ) throws(TreeEnsembleError) -> [String] {
        guard let value else { return [] }
        if case .numbers(let empty) = value, try empty.doubles().isEmpty { return [] }
        guard case .array(let elements) = value else { throw .malformed("\(what) is not an array") }
        var result: [String] = []
        for element in elements { result.append(try element.string(what)) }
        return result
    }
}
