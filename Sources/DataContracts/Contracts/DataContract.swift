// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing
public import TableReading

/// What a table must look like to be used: its columns, their types, and bounds on their values.
///
/// ```swift
/// let contract = try DataContract.infer(from: june)
/// let report = contract.check(july)
/// guard report.passes else { throw report }        // column 'gate' is new
/// ```
public struct DataContract: Hashable, Sendable, Codable {
    /// The version of the format this was written in.
    private var format = 1
    /// The columns, in the order of the table the contract was inferred from.
    public var columns: [ColumnRule]
    /// The smallest count of rows; nil for no bound.
    public var minimumRows: Int?
    /// The largest count of rows; nil for no bound.
    public var maximumRows: Int?
    /// Whether a column without a rule passes.
    public var allowsOtherColumns = false

    /// Makes a contract of rules.
    public init(_ columns: [ColumnRule]) { self.columns = columns }

    /// Reads a contract from JSON.
    ///
    /// - Throws: ``ContractError`` for text that is no contract, or one of a newer format.
    public init(parsing bytes: [UInt8]) throws(ContractError) {
        do {
            self = try CanonicalJSON.decode(DataContract.self, from: bytes)
        } catch {
            throw ContractError(.malformed, "this is not a data contract: \(error)")
        }
        guard format == 1 else {
            throw ContractError(
                .unsupportedFormat,
                "the contract has format \(format), this version reads format 1; update swift-mlops")
        }
        var seen: Set<String> = []
        for rule in columns where !seen.insert(rule.name).inserted {
            throw ContractError(.malformed, "the contract has two rules for the column '\(rule.name)'")
        }
    }

    /// The contract as canonical JSON; equal contracts give equal bytes.
    ///
    /// - Throws: `EncodingError` for a bound that is not finite.
    public func encoded() throws -> [UInt8] { try CanonicalJSON.encode(self) }

    /// The digest of ``encoded()``.
    ///
    /// - Throws: `EncodingError` for a bound that is not finite.
    public func digest() throws -> Digest { Digest(of: try encoded()) }

    /// The rule for a column; nil where there is none.
    public subscript(name: String) -> ColumnRule? {
        get { columns.first { $0.name == name } }
        set {
            if let place = columns.firstIndex(where: { $0.name == name }) {
                if let newValue { columns[place] = newValue } else { columns.remove(at: place) }
            } else if let newValue {
                columns.append(newValue)
            }
        }
    }

    /// The names and types of the columns.
    public var schema: TableSchema {
        TableSchema(columns.map { TableSchema.Field(name: $0.name, type: $0.type) })
    }
}

/// Why a contract cannot be made or read.
public struct ContractError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// The text is no contract.
        case malformed
        /// The contract was written by a newer version.
        case unsupportedFormat
        /// There are no rows to learn from.
        case noRows
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
