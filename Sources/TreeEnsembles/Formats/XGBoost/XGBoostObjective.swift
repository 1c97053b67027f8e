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

/// What an XGBoost objective does to base scores on the way in and to margins on the way out (src/objective).
struct XGBoostObjective {
    /// From the base score of the file to the margin that a sum starts from.
    enum Link {
        case identity, logit, logarithm
    }

    let link: Link
    let transform: OutputTransform

    /// The objective of a name.
    ///
    /// - Parameter version: The XGBoost version that wrote the file; some objectives changed their meaning.
    init(name: String, version: (major: Int, minor: Int)) throws(TreeEnsembleError) {
        let plain = name.hasPrefix("gpu:") ? String(name.dropFirst(4)) : name
        switch plain {
        case "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror",
            "reg:absoluteerror", "binary:logitraw", "rank:pairwise", "rank:ndcg", "rank:map":
            (link, transform) = (.identity, .identity)
        case "reg:quantileerror":
            (link, transform) = (.identity, version >= (3, 4) ? .sorted : .identity)
        case "binary:hinge": (link, transform) = (.identity, .hinge)
        case "reg:logistic", "binary:logistic": (link, transform) = (.logit, .singleSigmoid)
        case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
            (link, transform) = (.logarithm, .singleExponential)
        case "multi:softprob": (link, transform) = (.identity, .singleSoftmax)
        case "multi:softmax": (link, transform) = (.identity, .firstLargest)
        default: throw .unsupported("the XGBoost objective '\(name)' is not supported")
        }
    }

    /// The margin of a base score.
    func margin(_ score: Float) -> Float {
        switch link {
        case .identity: score
        case .logit: -logf(1 / score - 1)
        case .logarithm: logf(score)
        }
    }
}
