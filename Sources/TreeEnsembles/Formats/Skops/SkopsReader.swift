// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads scikit-learn's tree models from skops files.
///
/// Raw scores are what `decision_function`, or `predict_proba` of a forest or a tree, or `predict` of a regressor
/// gives; for an isolation forest, the sum of the path lengths. Values are `predict_proba` of classifiers, `predict`
/// of regressors, and `decision_function` of isolation forests.
struct SkopsReader {
    let archive: SkopsArchive
    let model: SkopsObject
    let version: (major: Int, minor: Int)
    static let mostOutputs = 1 << 16
    private static let mostFeatures = 1 << 22

    init(_ bytes: [UInt8]) throws(TreeEnsembleError) {
        archive = try SkopsArchive(bytes)
        model = try Self.lastStep(of: archive.root)
        let parts = (try model.string("_sklearn_version") ?? "").split(separator: ".").map { Int($0) ?? 0 }
        version = (parts.first ?? 0, parts.count > 1 ? parts[1] : 0)
    }

    /// The model at the end of a pipeline whose other steps change nothing; an object that is no pipeline as it is.
    private static func lastStep(of root: SkopsObject) throws(TreeEnsembleError) -> SkopsObject {
        guard root.module == "sklearn.pipeline", root.className == "Pipeline" else { return root }
        let steps = try root.list("steps")
        var last: DocumentValue?
        for (index, step) in steps.enumerated() {
            let pair = try SkopsObject.list(step, "a step of the pipeline")
            guard pair.count == 2 else { throw .malformed("a step of the pipeline is no pair") }
            let node = pair[1]
            if case .object(let object) = node, case .string("JsonNode") = object["__loader__"] {
                switch try SkopsObject.scalar(node, "a step of the pipeline") {
                case .null, .string("passthrough"): continue
                default: throw .malformed("a step of the pipeline is no estimator")
                }
            }
            guard index == steps.count - 1 else {
                throw .unsupported(
                    "the pipeline's step \(try SkopsObject(node).className) is not supported: apply it to the rows "
                        + "beforehand and save the tree model itself")
            }
            last = node
        }
        guard let last else { throw .unsupported("the pipeline does not end in a model") }
        return try SkopsObject(last)
    }

    /// Reads the model.
    func read() throws(TreeEnsembleError) -> Ensemble {
        guard model.module.hasPrefix("sklearn.") else {
            throw .unsupported(
                "the skops file holds a '\(model.module).\(model.className)', which is not supported")
        }
        switch model.className {
        case "DecisionTreeClassifier", "ExtraTreeClassifier", "DecisionTreeRegressor", "ExtraTreeRegressor":
            return try forest(of: [model], isClassifier: model.className.hasSuffix("Classifier"))
        case "RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor", "ExtraTreesRegressor":
            var members: [SkopsObject] = []
            for node in try model.list("estimators_") { members.append(try SkopsObject(node)) }
            return try forest(of: members, isClassifier: model.className.hasSuffix("Classifier"))
        case "GradientBoostingClassifier", "GradientBoostingRegressor": return try gradientBoosting()
        case "HistGradientBoostingClassifier", "HistGradientBoostingRegressor":
            return try SkopsHistogramBoosting(self).read()
        case "IsolationForest": return try isolationForest()
        default:
            throw .unsupported(
                "scikit-learn's \(model.className) is not supported: save the tree model itself, not what holds it"
            )
        }
    }

    /// An ensemble without trees.
    func ensemble(
        precision: Precision, baseScores: [Double], features: [Feature]? = nil
    ) throws(TreeEnsembleError) -> Ensemble {
        guard !baseScores.isEmpty, baseScores.count <= Self.mostOutputs else {
            throw .malformed("the model has \(baseScores.count) outputs")
        }
        let inputs: [Feature]
        if let features { inputs = features } else { inputs = try self.features() }
        var ensemble = Ensemble(
            source: ModelSource(
                library: "scikit-learn", format: "skops", version: "\(version.major).\(version.minor)"),
            objective: model.className, features: inputs, precision: precision,
            sumPrecision: .double, outputCount: baseScores.count, baseScores: baseScores)
        if model.className.hasSuffix("Classifier") {
            ensemble.classNames = try archive.texts(try model.required("classes_"), "classes_").map {
                $0 ?? "None"
            }
        }
        return ensemble
    }

    /// The inputs with their names, all numeric.
    func features() throws(TreeEnsembleError) -> [Feature] {
        let count = try model.integer("n_features_in_", archive)
        guard count >= 0, count <= Self.mostFeatures else { throw .malformed("n_features_in_ is \(count)") }
        guard let node = try model.optional("feature_names_in_") else {
            return [Feature](repeating: Feature(), count: count)
        }
        let names = try archive.texts(node, "feature_names_in_")
        guard names.count == count else { throw .malformed("feature_names_in_ has \(names.count) names") }
        return names.map { Feature(name: $0) }
    }

    // MARK: Trees and forests

    private func forest(of members: [SkopsObject], isClassifier: Bool) throws(TreeEnsembleError) -> Ensemble {
        let targets = try model.integer("n_outputs_", archive)
        guard targets >= 1, targets == 1 || !isClassifier else {
            throw .unsupported("classifiers of several targets at once are not supported")
        }
        let width = isClassifier ? try model.integer("n_classes_", archive) : targets
        guard width >= 1, width <= Self.mostOutputs else {
            throw .malformed("the model has \(width) outputs")
        }
        var ensemble = try ensemble(precision: .single, baseScores: [Double](repeating: 0, count: width))
        if isClassifier {
            guard ensemble.classNames.count == width else {
                throw .malformed("classes_ does not fit n_classes_")
            }
            ensemble.classRule = .largestValue
        }
        ensemble.averaging = members.count > 1 ? .always : .none
        var builder = EnsembleBuilder(ensemble)
        for member in members {
            let tree = try SkopsTree(member, archive, width: width)
            // Before 1.4 leaves held counts.
            let holdsCounts = isClassifier && (version.major, version.minor) < (1, 4)
            try tree.addDrafts(to: &builder) { place in
                let values = tree.values[place * width..<place * width + width]
                guard holdsCounts else { return Array(values) }
                let sum = values.reduce(0, +)
                return values.map { $0 / (sum == 0 ? 1 : sum) }
            }
            try builder.addTree(output: width == 1 ? 0 : nil)
            builder.endIteration()
        }
        return try builder.finish()
    }

    // MARK: Gradient boosting

    private func gradientBoosting() throws(TreeEnsembleError) -> Ensemble {
        let isClassifier = model.className.hasSuffix("Classifier")
        let loss = try model.string("loss") ?? ""
        var stages: [[SkopsObject]] = []
        for row in try model.list("estimators_") {
            var stage: [SkopsObject] = []
            for node in try SkopsObject.list(row, "estimators_") { stage.append(try SkopsObject(node)) }
            stages.append(stage)
        }
        guard let width = stages.first?.count, width > 0, stages.allSatisfy({ $0.count == width }) else {
            throw .malformed("the stages of the model differ in length")
        }
        var ensemble = try ensemble(
            precision: .single,
            baseScores: try SkopsInitialScores(
                model, archive, loss: loss, isClassifier: isClassifier, width: width,
                isCentred: (version.major, version.minor) >= (1, 4)
            )
            .scores)
        if isClassifier {
            guard ensemble.classNames.count == (width == 1 ? 2 : width) else {
                throw .malformed("the classes do not fit the trees of a stage")
            }
            ensemble.classRule = width == 1 ? .rawAtLeastZero : .largestRaw
        }
        switch (isClassifier, loss) {
        case (true, "log_loss"), (true, "deviance"):
            ensemble.transform = width == 1 ? .sigmoidPair(scale: 1) : .softmax
        case (true, "exponential"): ensemble.transform = .sigmoidPair(scale: 2)
        case (false, "squared_error"), (false, "ls"), (false, "absolute_error"), (false, "lad"),
            (false, "huber"),
            (false, "quantile"):
            break
        default:
            throw .unsupported("the loss '\(loss)' of scikit-learn's \(model.className) is not supported")
        }
        let rate = try model.double("learning_rate", archive)
        var builder = EnsembleBuilder(ensemble)
        for stage in stages {
            for (output, member) in stage.enumerated() {
                let tree = try SkopsTree(member, archive, width: 1)
                // The way down does not look for missing values here: nothing compares with NaN, so it goes right.
                try tree.addDrafts(to: &builder, knowsMissing: false) { [rate * tree.values[$0]] }
                try builder.addTree(output: output)
            }
            builder.endIteration()
        }
        return try builder.finish()
    }

    // MARK: Isolation forest

    private func isolationForest() throws(TreeEnsembleError) -> Ensemble {
        var ensemble = try ensemble(precision: .single, baseScores: [0])
        let samples = try model.integer("_max_samples", archive)
        ensemble.transform = .isolation(
            pathLength: SkopsTree.averagePathLength(Double(samples)),
            offset: try model.double("offset_", archive))
        ensemble.classRule = .outlier
        ensemble.classNames = ["-1", "1"]
        let members = try model.list("estimators_")
        let columns = try model.list("estimators_features_")
        let lengths = try model.optional("_average_path_length_per_tree")
        let pathLengths = try lengths.map { node throws(TreeEnsembleError) in
            try SkopsObject.list(node, "_average_path_length_per_tree")
        }
        guard columns.count == members.count, pathLengths == nil || pathLengths?.count == members.count else {
            throw .malformed("the lists of the forest differ in length")
        }
        let usesAll = try model.integer("_max_features", archive) == ensemble.features.count
        var builder = EnsembleBuilder(ensemble)
        for (index, node) in members.enumerated() {
            let tree = try SkopsTree(try SkopsObject(node), archive, width: 1)
            var lengths = tree.sampleCounts.map { SkopsTree.averagePathLength($0) }
            if let stored = pathLengths?[index] {
                lengths = try archive.array(stored, "_average_path_length_per_tree").doubles()
                guard lengths.count == tree.nodeCount else {
                    throw .malformed("path lengths do not fit their tree")
                }
            }
            let depths = try tree.depths()
            let names = usesAll ? nil : try archive.array(columns[index], "estimators_features_").integers()
            // The depth counts nodes and not steps, hence the 1.
            try tree.addDrafts(to: &builder, columns: names) { [Double(depths[$0]) + lengths[$0] - 1] }
            try builder.addTree(output: 0)
            builder.endIteration()
        }
        return try builder.finish()
    }
}
