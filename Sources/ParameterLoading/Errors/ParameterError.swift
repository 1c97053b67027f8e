// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Why parameters could not be loaded: every problem of every source at once.
public struct ParameterError: Error, Sendable, CustomStringConvertible {
    /// The problems, in the order of the sources and of the places in them.
    public let problems: [ParameterProblem]

    /// Makes an error of problems.
    public init(_ problems: [ParameterProblem]) {
        self.problems = problems
    }

    /// Every problem with its place, the line it is on and a caret.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// One thing that is wrong with parameters: what, where, and how to mend it.
public struct ParameterProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of problem a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// A source is missing or cannot be read.
        case unreadable
        /// A text breaks the grammar of its format.
        case syntax
        /// A key that nothing asks for.
        case unknownKey
        /// A key that is needed and that no source has.
        case missingKey
        /// A value of another type than the one that is needed.
        case wrongType
        /// A value that a rule, or the type itself, does not allow.
        case invalidValue
        /// An interpolation that refers to nothing, or to itself.
        case interpolation
        /// A rule, an override or an option that makes no sense.
        case invalidRequest
    }

    /// The kind of problem.
    public let code: Code
    /// What is wrong and what would mend it.
    public let message: String
    /// Where the value, or the key, was written; nil where no source has it.
    public let place: ParameterOrigin?
    /// The path of the value, such as `optimizer.learning_rate`; nil where it is about no value.
    public let keyPath: String?
    /// What should have stood there.
    public let expected: String?
    /// The nearest known key or value.
    public let suggestion: String?
    /// The line it is on and below it a caret under the place; nil where there is no line, or it holds a secret.
    public let excerpt: String?

    init(
        _ code: Code, _ message: String, place: ParameterOrigin? = nil, keyPath: String? = nil,
        expected: String? = nil, suggestion: String? = nil, excerpt: String? = nil
    ) {
        self.code = code
        self.message = message
        self.place = place
        self.keyPath = keyPath
        self.expected = expected
        self.suggestion = suggestion
        self.excerpt = excerpt
    }

    /// The place and the message on one line, as `params.yaml:4:1: unknown key …`, without the excerpt.
    public var summary: String { (place.map { $0.place + ": " } ?? "") + message }

    /// The summary and, below it, the excerpt.
    public var description: String { summary + (excerpt.map { "\n" + $0 } ?? "") }
}
