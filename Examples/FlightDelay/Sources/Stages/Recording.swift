// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import MetricLogging
import RunLineage
import TreeEnsembles

/// The record of each scoring as a run, in the package's own journal and as TensorBoard reads it.
struct Recording {
    static let experiment = "flight-delay"

    /// The folder of the runs.
    let folder: String
    /// Where the TensorBoard files go.
    let boards: String
    /// What all runs of this process share: code, parameters, environment.
    let origin: LineageRecord

    /// The run of a scoring: the one that recorded the very same before, or a new one.
    func record(
        _ scored: ScoredMonth, data: DataReference, model: Digest, parameters: [String: String]
    ) async throws -> RunReader {
        var lineage = origin
        lineage.data = [data]
        lineage.model = model
        let bytes = scored.raw.elements.flatMap { score in
            (0..<8).map { UInt8(truncatingIfNeeded: score.bitPattern >> UInt64(8 * $0)) }
        }
        lineage.recordStage(
            "score", inputs: ["flights": data.digest, "model": model],
            outputs: ["raw scores": Digest(of: bytes)])
        let name = scored.model.name + "-" + scored.flights.month
        let reader =
            try finishedRun(name, lineage: lineage)
            ?? write(scored, as: name, lineage: lineage, parameters: parameters)
        // Written each time: a process killed after the run ended may not have come this far.
        try await reader.export(to: TensorBoardSink(boards))
        return reader
    }

    private func write(
        _ scored: ScoredMonth, as name: String, lineage: LineageRecord, parameters: [String: String]
    ) throws -> RunReader {
        let run = try Run.start(name, experiment: Recording.experiment, in: folder, lineage: lineage)
        try run.log(parameters: parameters)
        try run.set(tags: ["model": scored.model.name, "month": scored.flights.month])
        run.metric("roc_auc").log(scored.rocAUC, step: 0)
        run.metric("mean_probability").log(scored.meanProbability, step: 0)
        run.metric("rows").log(Double(scored.raw.rowCount), step: 0)
        try run.log(histogram: "probability", of: scored.probabilities, step: 0)
        try run.log(artifact: Array(scored.csv.utf8), as: "scores.csv")
        try run.finish()
        return try RunFolder(folder).find(run.info.id)
    }

    /// A run of this name that ended well and whose lineage is the same to the last digest.
    private func finishedRun(_ name: String, lineage: LineageRecord) throws -> RunReader? {
        let runs = RunFolder(folder)
        guard runs.experiments.contains(Recording.experiment) else { return nil }
        for info in try runs.runs(experiment: Recording.experiment, name: name) {
            let reader = try runs.open(info)
            if reader.status == .finished, reader.lineage?.digest == lineage.digest { return reader }
        }
        return nil
    }
}
