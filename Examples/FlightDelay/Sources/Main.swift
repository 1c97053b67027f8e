// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import Foundation
import ModelRegistries

/// The program of the reference pipeline.
@main
struct Main {
    private static let command = Command(
        "", "keeps, checks, scores, registers, compares and reports four months of flights",
        options: [
            Option("--from", "FOLDER", "where params.yaml, data and models are (Examples/FlightDelay)"),
            Option("--output", "FOLDER", "where the store, the runs and the report go (FROM/output)"),
            Option(
                "--set", "KEY=VALUE", "overrides a parameter, such as gate.better_by=0.01", isRepeatable: true
            ),
        ]
    ) { arguments in
        let folder = arguments["--from"] ?? "Examples/FlightDelay"
        let output = arguments["--output"] ?? folder + "/output"
        let progress = ProgressLine()
        defer { progress.finish() }
        let pipeline = Pipeline(
            folder: folder, output: output, overrides: arguments.all("--set"), progress: progress)
        let summary: Summary
        do {
            summary = try await pipeline.run()
        } catch let error as RegistryError where error.code == .gateRefused {
            // The pipeline did its work, and the answer is no.
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            return .negative
        }
        progress.finish()
        print(summary.text(report: output + "/report.html"))
        return summary.scorings.allSatisfy { $0.rowsUnlikePython == 0 } ? .success : .negative
    }

    static func main() async {
        await CommandLineProgram(
            "FlightDelay", "the reference pipeline of swift-mlops", commands: [command]
        ).main()
    }
}
