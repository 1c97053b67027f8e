// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import Foundation
import MLflowClient
import MetricLogging

/// What goes to an MLflow server: `mlops runs export --to mlflow`, and `mlops mlflow ...`.
enum MLflowCommands {
    /// The option of every command that talks to a server.
    static let server = Option("--server", "URL", "the MLflow server (default: MLFLOW_TRACKING_URI)")

    static let commands = [
        Command("mlflow version", "the version of an MLflow server", options: [server]) { arguments in
            print(try await open(arguments).version())
            return .success
        }
    ]

    /// Gives a run to a server and returns its address there.
    static func export(_ reader: RunReader, to server: MLflowServer) async throws -> String {
        let sink = MLflowRunSink(server)
        try await reader.export(to: sink)
        let experiment = try await server.experiment(named: reader.info.experiment)
        let run = try await server.run(
            in: experiment, identity: reader.info.id, name: reader.info.name,
            start: reader.info.startMicroseconds / 1_000
        ).run
        return "\(server.url)/#/experiments/\(experiment)/runs/\(run.id)"
    }

    /// Opens the server that the options or the environment name.
    static func open(_ arguments: Arguments) throws -> MLflowServer {
        guard let text = arguments["--server"] ?? ProcessInfo.processInfo.environment["MLFLOW_TRACKING_URI"],
            let url = URL(string: text)
        else { throw UsageError("name the server with --server URL or in MLFLOW_TRACKING_URI") }
        return try MLflowServer(url)
    }
}
