// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What went wrong in a model registry: what, where, and how to mend it.
public struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    @nonexhaustive
    public enum Code: Hashable, Sendable {
        /// There is no such model, version or alias.
        case notFound
        /// A name breaks the rules for names.
        case invalidName
        /// The alias moved since it was looked at.
        case aliasMoved
        /// A gate did not pass, or nobody could tell.
        case gateRefused
        /// The alias has held no other version that could take over.
        case nothingToRollBackTo
        /// The version is archived, or an alias keeps it from being archived.
        case archived
        /// What was read is not what was written.
        case corrupted
        /// The registry lacks the operation.
        case unsupported
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what would mend it.
    public let message: String
    /// The model, version or alias it is about.
    public let subject: String
    /// What the gates found, where a gate refused.
    public let gates: [GateResult]
    /// The failure underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(
        _ code: Code, _ message: String, subject: String, gates: [GateResult] = [], cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.subject = subject
        self.gates = gates
        self.cause = cause
    }

    /// The subject and the message, as `flight-delay@3: message`.
    public var description: String { "\(subject): \(message)" + (cause.map { " (\($0))" } ?? "") }
}
