// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import DatasetVersioning
import Foundation

/// Versions of artifacts in the forms that other tools read, and back.
extension ArtifactCommands {
    static func importing(_ arguments: Arguments) async throws -> ExitStatus {
        var options = ImportOptions()
        options.metadata = try metadata(arguments)
        options.symbolicLinks = arguments.has("--follow-links") ? .follow : .refuse
        options.takesNamesThatDifferInCase = arguments.has("--any-case")
        options.reference = arguments["--reference"]
        let version = try await artifacts(arguments).publish(
            arguments.operand(0), importing: arguments.operand(1), as: format(arguments, default: ""),
            options: options)
        return answer(version, arguments)
    }

    static func export(_ arguments: Arguments) async throws -> ExitStatus {
        let artifacts = try artifacts(arguments)
        let version = try await artifacts.version(arguments.operand(0))
        try await artifacts.export(
            version, to: arguments.operand(1), as: format(arguments, default: "folder") ?? .folder,
            isDurable: true)
        print("\(version): \(version.fileCount) files, \(ByteCount.text(version.size))")
        return .success
    }

    private static func format(_ arguments: Arguments, default word: String) throws -> ExportFormat? {
        guard arguments.has("--as") || !word.isEmpty else { return nil }
        return ExportFormat(
            rawValue: try arguments.choice("--as", of: ExportFormat.allCases.map(\.rawValue), default: word))
    }
}
