// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One command of a program: its words, its options and what it does.
public struct Command: Sendable {
    /// The words that choose it, such as `models register`; empty for a program that is one command.
    public let name: String
    /// One line for the list of commands.
    public let summary: String
    /// The names of the positional arguments as help shows them, such as `NAME PATH`.
    public let operands: String
    /// What may follow the operands.
    public let options: [Option]
    /// Does the work.
    public let run: @Sendable (Arguments) async throws -> ExitStatus

    /// Describes a command.
    public init(
        _ name: String, _ summary: String, operands: String = "", options: [Option] = [],
        run: @escaping @Sendable (Arguments) async throws -> ExitStatus
    ) {
        self.name = name
        self.summary = summary
        self.operands = operands
        self.options = options
        self.run = run
    }

    /// The text that `--help` prints.
    func help(program: String) -> String {
        let words = [program, name, operands].filter { !$0.isEmpty }.joined(separator: " ")
        let lines = options.map { option in
            ("  " + option.spelling, option.summary + (option.isRepeatable ? " (may be repeated)" : ""))
        }
        let width = lines.map(\.0.count).max() ?? 0
        let listed = lines.map { $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }
        return ([words, "", summary] + (listed.isEmpty ? [] : [""] + listed)).joined(separator: "\n")
    }
}

/// An option of a command.
public struct Option: Sendable {
    /// The spelling with two dashes, such as `--store`; `-m` is allowed too.
    public let name: String
    /// What the value is called in help; nil for a flag.
    public let value: String?
    /// What it does.
    public let summary: String
    /// Whether it may appear more than once.
    public let isRepeatable: Bool

    /// Describes an option.
    public init(_ name: String, _ value: String? = nil, _ summary: String, isRepeatable: Bool = false) {
        self.name = name
        self.value = value
        self.summary = summary
        self.isRepeatable = isRepeatable
    }

    var spelling: String { value.map { name + " " + $0 } ?? name }
}

/// How a command ends; a usage or input error is thrown instead and ends with 2.
public enum ExitStatus: Int32, Sendable {
    /// The work is done, the answer is yes.
    case success = 0
    /// The work is done, the answer is no: a check failed.
    case negative = 1
}

/// A mistake in how a command was called.
public struct UsageError: Error, CustomStringConvertible {
    /// What is wrong and what would mend it.
    public let description: String

    /// Makes an error.
    public init(_ description: String) { self.description = description }
}
