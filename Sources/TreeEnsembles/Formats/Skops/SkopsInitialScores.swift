// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// What the sums of a gradient boosting model start from (`_init_raw_predictions` in sklearn/ensemble/_gb.py).
struct SkopsInitialScores {
    let scores: [Double]

    /// - Parameter isCentred: Whether the starts of several classes are logarithms of ratios to their mean, as they are
    ///   since scikit-learn 1.4; before, they were logarithms of the prior.
    init(
        _ model: SkopsObject, _ archive: SkopsArchive, loss: String, isClassifier: Bool, width: Int,
        isCentred: Bool
    ) throws(TreeEnsembleError) {
        if case .object(let node) = try model.required("init_"), case .string("JsonNode") = node["__loader__"]
        {
            guard try model.string("init_") == "zero" else { throw .malformed("init_ is not an estimator") }
            scores = [Double](repeating: 0, count: width)
            return
        }
        let estimator = try SkopsObject(try model.required("init_"))
        switch estimator.className {
        case "DummyRegressor":
            let constant = try archive.array(try estimator.required("constant_"), "constant_").doubles()
            guard constant.count == 1, width == 1 else { throw .malformed("init_ does not fit the model") }
            scores = constant
        case "DummyClassifier":
            guard try estimator.string("strategy") == "prior" else {
                throw .unsupported("an init_ that does not answer with the prior is not supported")
            }
            let prior = try archive.array(try estimator.required("class_prior_"), "class_prior_").doubles()
            guard isClassifier, prior.count == (width == 1 ? 2 : width) else {
                throw .malformed("init_ does not fit the model")
            }
            let least = isCentred ? Double.ulpOfOne : Double(Float.ulpOfOne)
            let clipped = prior.map { min(max($0, least), 1 - least) }
            if width == 1 {
                let logit = log(clipped[1] / (1 - clipped[1]))
                scores = [loss == "exponential" ? 0.5 * logit : logit]
            } else if !isCentred {
                scores = clipped.map { log($0) }
            } else {
                // Logarithms of the ratios to the geometric mean.
                let mean = exp(clipped.map { log($0) }.reduce(0, +) / Double(width))
                scores = clipped.map { log($0 / mean) }
            }
        default:
            throw .unsupported("gradient boosting that starts from a \(estimator.className) is not supported")
        }
    }
}
