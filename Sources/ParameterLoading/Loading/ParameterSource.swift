// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The formats of parameter files.
@nonexhaustive
public enum ParameterFormat: String, Hashable, Sendable, CaseIterable {
    /// YAML 1.2 with the core schema.
    case yaml
    /// TOML 1.0.
    case toml
    /// JSON (RFC 8259).
    case json

    /// The format that a file's name ends with; nil for an unknown ending.
    public init?(path: String) {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        switch name[dot...].dropFirst().lowercased() {
        case "yaml", "yml": self = .yaml
        case "toml": self = .toml
        case "json": self = .json
        default: return nil
        }
    }
}

/// Where parameters come from; of several sources, each is put over those before it.
public struct ParameterSource: Sendable {
    enum Kind: Sendable {
        case defaults(@Sendable (_ source: Int32) throws -> Node)
        case file(path: String, isOptional: Bool)
        case groups(folder: String, name: String)
        case text([UInt8], ParameterFormat, name: String)
        case dotEnv(path: String, prefix: String, isOptional: Bool)
        case variables([String: String], prefix: String)
        case arguments([String])
    }

    let kind: Kind

    /// The values of an instance, such as `Training()`.
    public static func defaults(_ value: some Encodable & Sendable) -> ParameterSource {
        ParameterSource(kind: .defaults { try NodeEncoder.encode(value, source: $0) })
    }

    /// A YAML, TOML or JSON file; its ending tells which.
    ///
    /// A file that ``FrozenParameters/write(to:)`` wrote gives the values it froze, all but the secrets.
    ///
    /// Unknown keys in it are errors.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - isOptional: Whether the file may be missing.
    public static func file(_ path: String, isOptional: Bool = false) -> ParameterSource {
        ParameterSource(kind: .file(path: path, isOptional: isOptional))
    }

    /// A folder of alternatives in the manner of Hydra: its file `config` has a list `defaults` that chooses options of
    /// groups, which are folders.
    ///
    /// A later ``commandLine`` chooses other options: `model=xgboost` for the file `model/xgboost.yaml`.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - name: The file to begin with, without its ending.
    public static func groups(in folder: String, name: String = "config") -> ParameterSource {
        ParameterSource(kind: .groups(folder: folder, name: name))
    }

    /// A text in memory.
    ///
    /// Unknown keys in it are errors.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - format: The language it is written in.
    ///   - name: What to call it in messages.
    public static func text(
        _ text: String, format: ParameterFormat, name: String = "text"
    ) -> ParameterSource {
        ParameterSource(kind: .text(Array(text.utf8), format, name: name))
    }

    /// A text in memory as bytes.
    ///
    /// Unknown keys in it are errors.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - format: The language it is written in.
    ///   - name: What to call it in messages.
    public static func text(
        _ bytes: [UInt8], format: ParameterFormat, name: String = "text"
    ) -> ParameterSource {
        ParameterSource(kind: .text(bytes, format, name: name))
    }

    /// A file of lines `NAME=value`.
    ///
    /// It is shared with other programs, so names that nothing asks for are ignored.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - prefix: What the names of parameters begin with; two underscores behind it separate nested keys.
    ///   - isOptional: Whether the file may be missing.
    public static func dotEnv(
        _ path: String = ".env", prefix: String = "", isOptional: Bool = false
    ) -> ParameterSource {
        ParameterSource(kind: .dotEnv(path: path, prefix: prefix, isOptional: isOptional))
    }

    /// Environment variables whose names begin with a prefix, such as `FLIGHT_MODEL__DEPTH=6` for `model.depth`.
    ///
    /// A name with the prefix that nothing asks for is an error; other names are ignored.
    ///
    /// - Parameters:
    ///   - prefix: What the names of parameters begin with.
    ///   - variables: The variables; nil for those of the process.
    public static func environment(
        prefix: String, variables: [String: String]? = nil
    ) -> ParameterSource {
        ParameterSource(
            kind: .variables(variables ?? ProcessInfo.processInfo.environment, prefix: prefix))
    }

    /// The arguments of the process as overrides; see ``commandLine(_:)``.
    public static var commandLine: ParameterSource { commandLine(Array(CommandLine.arguments.dropFirst())) }

    /// Overrides in Hydra's grammar: `model.depth=6`, `+model.extra=1`, `++model.depth=6`, `~model.depth`;
    /// the same as options: `--model.depth=6` or `--model.depth 6`.
    ///
    /// Unknown keys are errors.
    public static func commandLine(_ arguments: [String]) -> ParameterSource {
        ParameterSource(kind: .arguments(arguments))
    }
}
