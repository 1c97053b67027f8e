// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What CatBoost makes of raw scores for each loss function (catboost/libs/eval_result/eval_helpers.cpp).
///
/// For a loss with one output that tells two classes apart, the value is the probability of the second class.
enum CatBoostObjective {
    /// The transform of a loss function.
    static func transform(of loss: String) throws(TreeEnsembleError) -> OutputTransform {
        switch loss {
        case "Logloss", "CrossEntropy", "Focal", "MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy":
            return .sigmoid(scale: 1)
        case "MultiClass": return .fastSoftmax
        case "Poisson", "Tweedie": return .fastExponential
        case "RMSEWithUncertainty": return .fastVariance
        case "RMSE", "MAE", "Quantile", "GroupQuantile", "MultiQuantile", "LogLinQuantile", "Expectile",
            "MAPE", "Lq", "Huber", "LogCosh", "MultiRMSE", "MultiRMSEWithMissingValues", "Cox", "SurvivalAft",
            "QueryRMSE", "QuerySoftMax", "QueryCrossEntropy", "PairLogit", "PairLogitPairwise", "YetiRank",
            "YetiRankPairwise", "StochasticFilter", "StochasticRank", "LambdaMart", "custom":
            return .identity
        default:
            if loss.hasPrefix("PythonUserDefined") { return .identity }
            throw .unsupported("the CatBoost loss function '\(loss)' is not supported")
        }
    }
}
