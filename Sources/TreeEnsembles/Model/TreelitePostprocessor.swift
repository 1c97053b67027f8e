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

/// From raw scores to values as Treelite's predictor does it (src/gtil/postprocessor.cc), in the width of the model.
package struct TreelitePostprocessor: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case identity
        case identityMulticlass = "identity_multiclass"
        case signedSquare = "signed_square"
        case hinge
        case sigmoid
        case multiclassOVA = "multiclass_ova"
        case exponential
        case exponentialStandardRatio = "exponential_standard_ratio"
        case logarithmOnePlusExponential = "logarithm_one_plus_exp"
        case softmax
    }

    package let kind: Kind
    let alpha: Float
    let ratio: Float
    let isSingle: Bool

    init(
        _ name: String, alpha: Float, ratio: Float, isSingle: Bool, isGrouped: Bool
    ) throws(TreeEnsembleError) {
        guard let kind = Kind(rawValue: name) else {
            throw .unsupported("Treelite's postprocessor '\(name.prefix(40))' is not supported")
        }
        guard kind != .softmax || !isGrouped else {
            throw .unsupported("softmax over several targets is not supported")
        }
        self.kind = kind
        self.alpha = alpha
        self.ratio = ratio
        self.isSingle = isSingle
    }

    /// Whether values lie between 0 and 1.
    package var makesProbability: Bool { [.sigmoid, .multiclassOVA, .softmax].contains(kind) }

    package func apply(to scores: inout MutableSpan<Double>) {
        if kind == .softmax { return softmax(&scores) }
        for index in scores.indices {
            scores[index] = isSingle ? Double(value(Float(scores[index]))) : value(scores[index])
        }
    }

    private func value(_ x: Float) -> Float {
        switch kind {
        case .identity, .identityMulticlass, .softmax: x
        case .signedSquare: x.sign == .minus ? -(x * x) : x * x
        case .hinge: x > 0 ? 1 : 0
        case .sigmoid, .multiclassOVA: 1 / (1 + expf(-alpha * x))
        case .exponential: expf(x)
        case .exponentialStandardRatio: exp2f(-x / ratio)
        case .logarithmOnePlusExponential: log1pf(expf(x))
        }
    }

    private func value(_ x: Double) -> Double {
        switch kind {
        case .identity, .identityMulticlass, .softmax: x
        case .signedSquare: x.sign == .minus ? -(x * x) : x * x
        case .hinge: x > 0 ? 1 : 0
        case .sigmoid, .multiclassOVA: 1 / (1 + exp(-Double(alpha) * x))
        case .exponential: exp(x)
        case .exponentialStandardRatio: exp2(-x / Double(ratio))
        case .logarithmOnePlusExponential: log1p(exp(x))
        }
    }

    /// Treelite keeps the largest score, the powers and their sum as Float even for models in double precision.
    private func softmax(_ scores: inout MutableSpan<Double>) {
        guard !scores.isEmpty else { return }
        var largest = Float(scores[0])
        for index in scores.indices { largest = max(largest, Float(scores[index])) }
        var sum = 0.0
        for index in scores.indices {
            let power =
                isSingle ? expf(Float(scores[index]) - largest) : Float(exp(scores[index] - Double(largest)))
            scores[index] = Double(power)
            sum += Double(power)
        }
        for index in scores.indices {
            scores[index] =
                isSingle ? Double(Float(scores[index]) / Float(sum)) : scores[index] / Double(Float(sum))
        }
    }
}
