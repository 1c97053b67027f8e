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

/// What an ONNX model does with scores after its trees: the trees' post-transform and the operators behind them, in
/// single precision as onnxruntime does it (core/providers/cpu/ml/ml_common.h).
package struct ONNXTransform: Sendable, Hashable {
    /// One step.
    package enum Step: Sendable, Hashable {
        case logistic
        case softmax
        /// Softmax of the scores that are not 0; the others stay (nearly) 0.
        case softmaxZero
        /// `sqrt(2) * erfinv(2x - 1)`.
        case probit
        /// Of one score two: `1 - x` and `x`.
        case complementPair
        /// Of one score two: `-x` and `x`.
        case negationPair
        /// Of one score two: `logistic(-x)` and `logistic(x)`.
        case logisticPair
        case exponential
        case multiply(Float)
        case divide(Float)
        case add(Float)
    }

    package var steps: [Step]

    package init(_ steps: [Step]) { self.steps = steps }

    /// Whether one score becomes two values.
    package var makesPair: Bool {
        steps.contains { [.complementPair, .negationPair, .logisticPair].contains($0) }
    }

    package func apply(to scores: inout MutableSpan<Double>) {
        // What is not in use yet, where a pair is to come, takes part in nothing before it.
        var count = makesPair ? 1 : scores.count
        for step in steps {
            switch step {
            case .softmax: Self.softmax(&scores, keepsZeros: false)
            case .softmaxZero: Self.softmax(&scores, keepsZeros: true)
            case .complementPair: (scores[0], scores[1]) = (Double(1 - Float(scores[0])), scores[0])
            case .negationPair: (scores[0], scores[1]) = (-scores[0], scores[0])
            case .logisticPair:
                let x = Float(scores[0])
                (scores[0], scores[1]) = (Double(Self.logistic(-x)), Double(Self.logistic(x)))
            default:
                for index in 0..<count { scores[index] = Double(Self.value(of: step, Float(scores[index]))) }
            }
            if [.complementPair, .negationPair, .logisticPair].contains(step) { count = 2 }
        }
    }

    private static func value(of step: Step, _ x: Float) -> Float {
        switch step {
        case .logistic: logistic(x)
        case .probit: probit(x)
        case .exponential: expf(x)
        case .multiply(let factor): x * factor
        case .divide(let divisor): x / divisor
        case .add(let summand): x + summand
        default: x
        }
    }

    private static func logistic(_ x: Float) -> Float {
        let value = 1 / (1 + expf(-abs(x)))
        return x < 0 ? 1 - value : value
    }

    /// The inverse of the error function in Winitzki's closed form, which onnxruntime uses.
    private static func probit(_ x: Float) -> Float {
        let y = 2 * x - 1
        let sign: Float = y < 0 ? -1 : 1
        let logarithm = logf((1 - y) * (1 + y))
        let first = 2 / (3.14159 * 0.147) + 0.5 * logarithm
        let second = 1 / 0.147 * logarithm
        return 1.414_213_54 * sign * (-first + (first * first - second).squareRoot()).squareRoot()
    }

    private static func softmax(_ scores: inout MutableSpan<Double>, keepsZeros: Bool) {
        guard !scores.isEmpty else { return }
        var largest = -Float.infinity
        for index in scores.indices { largest = max(largest, Float(scores[index])) }
        let small = expf(-largest)
        var sum: Float = 0
        for index in scores.indices {
            let x = Float(scores[index])
            if keepsZeros, abs(x) <= 0.000_000_1 {
                scores[index] = Double(x * small)
            } else {
                let power = expf(x - largest)
                scores[index] = Double(power)
                sum += power
            }
        }
        for index in scores.indices { scores[index] = Double(Float(scores[index]) / sum) }
    }
}
