// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Where a value was written, and what it replaced.
public struct ParameterOrigin: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of source.
    @nonexhaustive
    public enum Kind: String, Hashable, Sendable {
        /// A value in code.
        case defaults
        /// A file.
        case file
        /// A file of environment variables.
        case dotEnv
        /// The environment of the process.
        case environment
        /// An argument.
        case commandLine
    }

    /// The kind of the source.
    public let kind: Kind
    /// The path of the file, the name of the variable, or the argument's key.
    public let source: String
    /// The line, counted from 1; nil for a source that has no lines.
    public let line: Int?
    /// The column in characters, counted from 1; nil for a source that has no lines.
    public let column: Int?
    /// The value as JSON; `***` for a secret.
    public let value: String
    /// The values of lower sources that this one replaced, the latest first.
    public let shadowed: [ParameterOrigin]

    /// The place alone, such as `params.yaml:3:17` or `environment FLIGHT_ROUNDS`.
    public var place: String {
        switch kind {
        case .defaults: "the default"
        case .file, .dotEnv:
            [source, line.map(String.init), column.map(String.init)].compactMap { $0 }.joined(separator: ":")
        case .environment: "environment \(source)"
        case .commandLine: "command line \(source)"
        }
    }

    /// The place and what the value replaced, such as `params.yaml:3:17, shadows the default 0.1`.
    public var description: String {
        guard !shadowed.isEmpty else { return place }
        return place + ", shadows " + shadowed.map { "\($0.place) \($0.value)" }.joined(separator: ", ")
    }
}
