// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A parameter type that states what its values may be, beside its properties.
///
/// ```swift
/// extension Training: ParameterRules {
///     static var rules: [ParameterRule<Training>] {
///         [
///             .range("learningRate", 0.0001...1),
///             .oneOf("objective", ["binary", "regression"]),
///             .pattern("name", "[a-z][a-z0-9-]*"),
///             .require("must leave rounds for training", of: "warmup", "rounds") { $0.warmup < $0.rounds },
///         ]
///     }
/// }
/// ```
public protocol ParameterRules {
    /// The rules; all of them are checked, and every broken one is reported.
    static var rules: [ParameterRule<Self>] { get }
}

/// One rule for the values of a parameter type.
public struct ParameterRule<Value>: Sendable {
    enum Kind: Sendable {
        case range(lower: Double?, upper: Double?, isUpperOpen: Bool)
        case length(ClosedRange<Int>)
        case oneOf([String])
        case pattern(String)
        case require(message: String, @Sendable (Value) -> Bool)
    }

    let keys: [String]
    let kind: Kind

    /// The number, or each number of the list, lies between two bounds, both included.
    public static func range(_ key: String, _ range: ClosedRange<Double>) -> ParameterRule {
        ParameterRule(
            keys: [key], kind: .range(lower: range.lowerBound, upper: range.upperBound, isUpperOpen: false))
    }

    /// The number, or each number of the list, is at least the lower and below the upper bound.
    public static func range(_ key: String, _ range: Range<Double>) -> ParameterRule {
        ParameterRule(
            keys: [key], kind: .range(lower: range.lowerBound, upper: range.upperBound, isUpperOpen: true))
    }

    /// The number, or each number of the list, is not below a bound.
    public static func range(_ key: String, _ range: PartialRangeFrom<Double>) -> ParameterRule {
        ParameterRule(keys: [key], kind: .range(lower: range.lowerBound, upper: nil, isUpperOpen: false))
    }

    /// The number, or each number of the list, is not above a bound.
    public static func range(_ key: String, _ range: PartialRangeThrough<Double>) -> ParameterRule {
        ParameterRule(keys: [key], kind: .range(lower: nil, upper: range.upperBound, isUpperOpen: false))
    }

    /// The text has so many characters, or the list so many elements.
    public static func length(_ key: String, _ range: ClosedRange<Int>) -> ParameterRule {
        ParameterRule(keys: [key], kind: .length(range))
    }

    /// The text, or each text of the list, is one of several.
    public static func oneOf(_ key: String, _ values: [String]) -> ParameterRule {
        ParameterRule(keys: [key], kind: .oneOf(values))
    }

    /// The whole text, or each whole text of the list, matches a regular expression.
    public static func pattern(_ key: String, _ pattern: String) -> ParameterRule {
        ParameterRule(keys: [key], kind: .pattern(pattern))
    }

    /// The value as a whole passes a test, such as one between two of its properties.
    ///
    /// - Parameters:
    ///   - message: What is demanded, to follow the keys: `must leave rounds for training`.
    ///   - keys: The keys the test is about; the first one is the place of the problem.
    ///   - test: Whether the value may stand.
    public static func require(
        _ message: String, of keys: String..., test: @escaping @Sendable (Value) -> Bool
    ) -> ParameterRule {
        ParameterRule(keys: keys, kind: .require(message: message, test))
    }
}
