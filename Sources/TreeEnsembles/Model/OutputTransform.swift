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

/// From the raw scores of a row to its values, operation by operation as the source library does it.
///
/// `exp` and its kind come from the system's mathematical library, as in the source libraries, so that the bits
/// agree on the same system.
package enum OutputTransform: Sendable, Hashable {
    case identity
    /// `1 / (expf(min(-x, 88.7)) + 1 + 1e-16)` in single precision (XGBoost).
    case singleSigmoid
    /// `expf(x)` (XGBoost).
    case singleExponential
    /// 1 above 0, else 0 (XGBoost binary:hinge).
    case hinge
    /// Softmax with `expf`, summed in double precision and divided in single (XGBoost).
    case singleSoftmax
    /// The index of the first largest score (XGBoost multi:softmax).
    case firstLargest
    /// The scores in rising order (XGBoost reg:quantileerror from 3.4 on).
    case sorted
    /// `1 / (1 + exp(-scale * x))` in double precision (LightGBM).
    case sigmoid(scale: Double)
    /// `exp(x)` in double precision (LightGBM).
    case exponential
    /// Softmax in double precision (LightGBM).
    case softmax
    /// `log1p(exp(x))` (LightGBM cross_entropy_lambda).
    case logOnePlusExponential
    /// `x * x` with the sign of x (LightGBM reg_sqrt).
    case signedSquare
    /// Of one score two values: 1 - p and p, the sigmoid of `scale * x` in double precision (scikit-learn).
    case sigmoidPair(scale: Double)
    /// From the sum of path lengths to the decision function of an isolation forest (scikit-learn).
    case isolation(pathLength: Double, offset: Double)
    /// The steps of an ONNX model after its trees.
    case onnx(ONNXTransform)
    /// Treelite's postprocessor of that name.
    case treelite(TreelitePostprocessor)
    /// ``FastExponential`` (CatBoost).
    case fastExponential
    /// Softmax with ``FastExponential``, summed and divided in double precision (CatBoost).
    case fastSoftmax
    /// The first score as it is, the second, a logarithm of a deviation, as a variance (CatBoost RMSEWithUncertainty).
    case fastVariance

    /// How many values a row has that has so many raw scores.
    package func valueCount(rawCount: Int) -> Int {
        switch self {
        case .firstLargest: 1
        case .sigmoidPair: 2
        case .onnx(let transform): transform.makesPair ? 2 : rawCount
        default: rawCount
        }
    }

    /// Turns raw scores into values, in place; `firstLargest` leaves its result in the first place.
    ///
    /// - Parameters:
    ///   - scores: The raw scores, and room for the values where those are more.
    ///   - iterations: How many iterations went into the scores.
    package func apply(to scores: inout MutableSpan<Double>, iterations: Int) {
        switch self {
        case .identity: break
        case .onnx(let transform): transform.apply(to: &scores)
        case .treelite(let postprocessor): postprocessor.apply(to: &scores)
        case .sigmoidPair(let scale):
            guard scores.count == 2 else { break }
            scores[1] = 1 / (1 + exp(-scale * scores[0]))
            scores[0] = 1 - scores[1]
        case .isolation(let pathLength, let offset):
            // A forest of single rows has no paths; all its rows are as usual as can be.
            let whole = Double(iterations) * pathLength
            for index in scores.indices {
                scores[index] = -pow(2, -(whole == 0 ? 1 : scores[index] / whole)) - offset
            }
        case .singleSigmoid:
            for index in scores.indices {
                let x = Float(scores[index])
                scores[index] = Double(1 / (expf(min(-x, 88.7)) + 1 + 1e-16))
            }
        case .singleExponential:
            for index in scores.indices { scores[index] = Double(expf(Float(scores[index]))) }
        case .hinge:
            for index in scores.indices { scores[index] = scores[index] > 0 ? 1 : 0 }
        case .singleSoftmax: Self.softmaxSingle(&scores)
        case .firstLargest:
            var best = 0
            for index in scores.indices where scores[index] > scores[best] { best = index }
            if !scores.isEmpty { scores[0] = Double(best) }
        case .sorted: Self.sort(&scores)
        case .sigmoid(let scale):
            for index in scores.indices { scores[index] = 1 / (1 + exp(-scale * scores[index])) }
        case .exponential:
            for index in scores.indices { scores[index] = exp(scores[index]) }
        case .softmax: Self.softmaxDouble(&scores, exp: exp)
        case .logOnePlusExponential:
            for index in scores.indices { scores[index] = log1p(exp(scores[index])) }
        case .fastExponential:
            for index in scores.indices { scores[index] = FastExponential.value(scores[index]) }
        case .fastSoftmax: Self.softmaxDouble(&scores, exp: FastExponential.value)
        case .fastVariance:
            if scores.count > 1 { scores[1] = FastExponential.value(2 * scores[1]) }
        case .signedSquare:
            for index in scores.indices {
                let x = scores[index]
                scores[index] = x > 0 ? x * x : (x < 0 ? -(x * x) : 0 * x)
            }
        }
    }

    private static func softmaxSingle(_ scores: inout MutableSpan<Double>) {
        guard !scores.isEmpty else { return }
        var largest = Float(scores[0])
        for index in scores.indices { largest = max(largest, Float(scores[index])) }
        var sum = 0.0
        for index in scores.indices {
            let power = expf(Float(scores[index]) - largest)
            scores[index] = Double(power)
            sum += Double(power)
        }
        let divisor = Float(sum)
        for index in scores.indices { scores[index] = Double(Float(scores[index]) / divisor) }
    }

    private static func softmaxDouble(_ scores: inout MutableSpan<Double>, exp: (Double) -> Double) {
        guard !scores.isEmpty else { return }
        var largest = scores[0]
        for index in scores.indices { largest = max(largest, scores[index]) }
        var sum = 0.0
        for index in scores.indices {
            scores[index] = exp(scores[index] - largest)
            sum += scores[index]
        }
        for index in scores.indices { scores[index] /= sum }
    }

    private static func sort(_ scores: inout MutableSpan<Double>) {
        for end in scores.indices.dropFirst() {
            var place = end
            while place > 0, scores[place] < scores[place - 1] {
                let larger = scores[place - 1]
                scores[place - 1] = scores[place]
                scores[place] = larger
                place -= 1
            }
        }
    }
}
