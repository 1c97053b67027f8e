// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One way in which a table breaks its contract.
public struct ContractProblem: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The kinds of problems.
    @nonexhaustive
    public enum Code: String, Hashable, Sendable, Codable {
        /// The table has a column without a rule.
        case newColumn
        /// The table lacks a required column.
        case missingColumn
        /// The values are of another type.
        case changedType
        /// More values are missing than may be.
        case tooManyMissing
        /// A value is below the smallest or above the largest one.
        case outOfRange
        /// A value is NaN or infinite.
        case notFinite
        /// A text is not one of the known values.
        case unknownValue
        /// A value stands in two rows.
        case duplicate
        /// There are too few or too many rows.
        case rowCount
    }

    /// The kind of problem.
    public let code: Code
    /// The column; nil where it is about the table.
    public let column: String?
    /// The first row it shows in, counted from 1; nil where it shows in none.
    public let row: Int?
    /// How many rows it shows in.
    public let rowCount: Int
    /// What is wrong, with the column and the row.
    public let message: String
    /// Whether it breaks the contract; else it is worth a look.
    public let isBreach: Bool

    /// The message.
    public var description: String { message }
}

/// What a check found.
public struct ContractReport: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What was found, in the order of the contract's columns.
    public let findings: [ContractProblem]

    /// What breaks the contract.
    public var problems: [ContractProblem] { findings.filter(\.isBreach) }

    /// What does not break it but is worth a look, such as a few values never seen before.
    public var notes: [ContractProblem] { findings.filter { !$0.isBreach } }

    /// Whether the table keeps the contract.
    public var passes: Bool { problems.isEmpty }

    /// The messages, one a line; `the contract is kept` where there are no problems.
    public var description: String {
        passes ? "the contract is kept" : problems.map(\.message).joined(separator: "\n")
    }
}
