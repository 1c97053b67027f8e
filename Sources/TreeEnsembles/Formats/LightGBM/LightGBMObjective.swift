// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a LightGBM objective does to raw scores (src/objective/*.hpp).
///
/// The text is a name and options, such as `binary sigmoid:1`.
struct LightGBMObjective {
    let transform: OutputTransform

    init(_ text: String, outputCount: Int) throws(TreeEnsembleError) {
        let words = text.split(separator: " ")
        var options: [Substring: Substring] = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { options[parts[0]] = parts[1] }
        }
        if let count = options["num_class"], Int(count) != outputCount {
            throw .malformed("the objective '\(text)' does not fit a model of \(outputCount) outputs")
        }
        switch words.first ?? "custom" {
        case "regression", "regression_l2", "mean_squared_error", "mse", "l2", "l2_root",
            "root_mean_squared_error", "rmse", "regression_l1", "mean_absolute_error", "l1", "mae", "huber",
            "fair", "quantile", "mape", "mean_absolute_percentage_error":
            transform = words.dropFirst().contains("sqrt") ? .signedSquare : .identity
        case "lambdarank", "rank_xendcg", "xendcg", "xe_ndcg", "xe_ndcg_mart", "xendcg_mart", "custom",
            "none",
            "null", "na":
            transform = .identity
        case "poisson", "gamma", "tweedie": transform = .exponential
        case "binary", "multiclassova", "multiclass_ova", "ova", "ovr":
            guard let scale = Double(options["sigmoid"] ?? "1") else {
                throw .malformed("the objective '\(text)' has a sigmoid that is not a number")
            }
            transform = .sigmoid(scale: scale)
        case "cross_entropy", "xentropy": transform = .sigmoid(scale: 1)
        case "cross_entropy_lambda", "xentlambda": transform = .logOnePlusExponential
        case "multiclass", "softmax": transform = .softmax
        default: throw .unsupported("the LightGBM objective '\(text.prefix(80))' is not supported")
        }
    }
}
