// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import DatasetVersioning
import Foundation
import MetricLogging
import ModelRegistries
import ParameterLoading
import RunLineage
import TreeEnsembles

/// The reference pipeline, stage by stage.
///
/// All input is read and checked before anything is written. Every stage finds what an earlier run left in the store
/// and does not do it again, so the pipeline may be killed at any moment and started anew.
struct Pipeline {
    /// The folder with `params.yaml`, `data`, `models` and `expected`.
    let folder: String
    /// The folder that receives the store, the runs and the report.
    let output: String
    /// Words such as `gate.better_by=0.01`.
    let overrides: [String]
    let progress: ProgressLine

    /// Runs all stages and writes the report.
    func run() async throws -> Summary {
        let inputs = try Inputs(from: folder, overrides: overrides, progress: progress)
        let settings = inputs.settings
        progress.show("checking months against the contract")
        let screening = try Screening(reference: inputs.month(settings.referenceMonth))
        let notes = try inputs.months.map(screening.notes)
        var summary = Summary(parameters: try summarised(inputs))
        summary.refusals = try screening.refusals(of: inputs.month(settings.evaluationMonth))

        let store = try LocalObjectStore(at: output + "/store")
        let versions = try await keep(inputs, notes: notes, in: store, summary: &summary)
        let (scored, runs) = try await score(inputs, versions: versions, in: store, summary: &summary)
        try await promote(
            inputs, scored: scored, runs: runs, versions: versions, in: store, summary: &summary)
        progress.show("measuring drift")
        summary.drift = try Monitoring(settings: settings).drift(of: scored)
        summary.comparison = try compare(settings, runs: runs)

        try write(summary)
        return summary
    }

    private func summarised(_ inputs: Inputs) throws -> Summary.Parameters {
        let keys = ["reference_month", "evaluation_month", "gate.better_by", "scoring.threads"]
        let origins = keys.map { ($0, inputs.parameters.origin(of: $0)?.kind.rawValue ?? "default") }
        return Summary.Parameters(
            digest: inputs.parameters.digest.description, origins: Dictionary(uniqueKeysWithValues: origins))
    }

    /// Each month as a version, then each once more to see what that adds to the store.
    private func keep(
        _ inputs: Inputs, notes: [[String]], in store: LocalObjectStore, summary: inout Summary
    ) async throws -> [String: DatasetVersion] {
        let snapshots = Snapshots(in: store, cache: output + "/cache")
        var versions: [String: DatasetVersion] = [:]
        for (index, flights) in inputs.months.enumerated() {
            progress.show("keeping \(flights.month)", Double(index) / Double(inputs.months.count))
            let version = try await snapshots.keep(flights.month, file: inputs.files[index])
            versions[flights.month] = version
            let before = try await snapshots.storedBytes()
            _ = try await snapshots.keep(flights.month, file: inputs.files[index])
            summary.datasets.append(
                Summary.Dataset(
                    month: flights.month, reference: version.reference, rows: version.rowCount ?? 0,
                    bytes: version.size, chunks: version.chunks,
                    bytesAddedAgain: try await snapshots.storedBytes() - before, notes: notes[index]))
        }
        return versions
    }

    /// Scores every month with both models, compares with Python, and records each scoring as a run.
    private func score(
        _ inputs: Inputs, versions: [String: DatasetVersion], in store: LocalObjectStore,
        summary: inout Summary
    ) async throws -> (scored: [ScoredMonth], runs: [String: RunReader]) {
        var scored: [ScoredMonth] = []
        var runs: [String: RunReader] = [:]
        let registration = Registration(in: store)
        let recording = Recording(
            folder: output + "/runs", boards: output + "/tensorboard",
            origin: .capture(
                parameters: inputs.parameters.digest,
                frozenParameters: inputs.parameters.frozen.canonicalJSON,
                options: LineageCaptureOptions(threads: inputs.settings.scoring.threads)))
        for (index, model) in inputs.models.enumerated() {
            let artifact = try await registration.publish(model)
            for (place, flights) in inputs.months.enumerated() {
                let done = Double(index * inputs.months.count + place)
                progress.show(
                    "scoring \(flights.month) with \(model.name)",
                    done / Double(inputs.models.count * inputs.months.count))
                let scores = try ScoredMonth(flights, with: model, settings: inputs.settings)
                let expected = "\(folder)/expected/\(model.name)-\(flights.month).npy.gz"
                summary.scorings.append(
                    Summary.Scoring(
                        model: model.name, month: flights.month, rows: scores.raw.rowCount,
                        rowsUnlikePython: try scores.rowsUnlikePython(in: expected), rocAUC: scores.rocAUC,
                        meanProbability: scores.meanProbability, histogram: scores.histogram))
                if let version = versions[flights.month] {
                    runs[model.name + "-" + flights.month] = try await recording.record(
                        scores, data: version.lineage(), model: artifact.digest,
                        parameters: Dictionary(
                            uniqueKeysWithValues: inputs.parameters.frozen.leaves.map { ($0.path, $0.value) })
                    )
                }
                scored.append(scores)
            }
        }
        return (scored, runs)
    }

    /// Registers both models with the runs of the evaluation month and lets the challenger try the gate.
    private func promote(
        _ inputs: Inputs, scored: [ScoredMonth], runs: [String: RunReader],
        versions: [String: DatasetVersion],
        in store: LocalObjectStore, summary: inout Summary
    ) async throws {
        progress.show("registering the models")
        let month = inputs.settings.evaluationMonth
        let registration = Registration(in: store)
        var registered: [ModelVersion] = []
        for scores in scored where scores.flights.month == month {
            guard let version = versions[month], let run = runs[scores.model.name + "-" + month] else {
                continue
            }
            registered.append(
                try await registration.register(
                    scores, artifact: registration.publish(scores.model), run: run.reference,
                    data: version.lineage()))
        }
        if let incumbent = registered.first, let challenger = registered.last {
            try await registration.promote(incumbent, then: challenger, gate: inputs.settings.gate)
        }
        summary.registry = try await registration.summary()
    }

    /// Why the challenger's run on the evaluation month and the one on the month after it differ.
    private func compare(_ settings: Settings, runs: [String: RunReader]) throws -> [String] {
        let next = settings.months.drop { $0 != settings.evaluationMonth }.dropFirst().first
        guard let next, let first = runs["lightgbm-" + settings.evaluationMonth],
            let second = runs["lightgbm-" + next]
        else { return [] }
        return first.comparison(with: second).description.split(separator: "\n").map(String.init)
    }

    private func write(_ summary: Summary) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(summary).write(to: URL(filePath: output + "/summary.json"), options: .atomic)
        try Data(Report(summary: summary).html.utf8).write(
            to: URL(filePath: output + "/report.html"), options: .atomic)
    }
}
