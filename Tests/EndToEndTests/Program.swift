// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation

/// A release build of one of the package's programs, run as a user runs it.
struct Program {
    /// The folder of the release programs, which `Tests/run` gives.
    static let folder = ProcessInfo.processInfo.environment["SWIFT_MLOPS_BIN"]

    /// The package's folder.
    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    let name: String

    /// What a program left behind.
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    /// Runs the program in the package's folder; after the given seconds, if any, it is killed without warning.
    func run(
        _ arguments: [String], environment: [String: String] = [:], killAfter seconds: Double? = nil
    ) async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: Program.folder ?? "").appending(path: name)
        process.arguments = arguments
        process.currentDirectoryURL = Program.package
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files, not pipes: nothing has to be drained while the program runs.
        let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (output, errors) = (scratch.appending(path: "output"), scratch.appending(path: "errors"))
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try await withCheckedThrowingContinuation { (finished: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in finished.resume() }
            do {
                try process.run()
                if let seconds {
                    let identifier = process.processIdentifier
                    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
                        kill(identifier, SIGKILL)
                    }
                }
            } catch {
                process.terminationHandler = nil
                finished.resume(throwing: error)
            }
        }
        return Outcome(
            code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}
