// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
public import MetricLogging
import RunLineage
import Synchronization

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Gives runs to an MLflow server.
///
/// A run may be given again, whole or grown: it is recognised by a tag, and only the points that the server lacks are
/// sent. When a run ends, every point is read back and compared. Times are kept in milliseconds, infinities as the
/// largest double: so MLflow stores them. Histograms and the lineage become artifacts, because MLflow has neither.
public final class MLflowRunSink: RunSink {
    private struct Target {
        var run: MLflowRun
        /// The points that the server holds, by metric; read from it once for each metric of a run that was found.
        var known: [String: Set<StoredPoint>] = [:]
        /// The points that it must hold at the end.
        var expected: [String: Set<StoredPoint>] = [:]
        var isNew: Bool
        var histograms: [JSONValue] = []
    }

    private let server: MLflowServer
    private let targets = Mutex<[String: Target]>([:])

    /// Gives runs to a server; each run's experiment is made where it is missing.
    public init(_ server: MLflowServer) {
        self.server = server
    }

    /// The identity on the server of a run that was begun here and has not ended; nil for any other.
    public func serverID(of run: RunInfo) -> String? {
        targets.withLock { $0[run.id]?.run.id }
    }

    /// Makes the run on the server, or finds it there.
    public func begin(_ run: RunInfo) async throws {
        let experiment = try await server.experiment(named: run.experiment)
        let (found, isNew) = try await server.run(
            in: experiment, identity: run.id, name: run.name, start: run.startMicroseconds / 1_000)
        targets.withLock { $0[run.id] = Target(run: found, isNew: isNew) }
    }

    /// Sends events.
    public func write(_ events: [RunEvent], of run: RunInfo) async throws {
        let target = try target(of: run)
        for event in events {
            switch event {
            case .parameters(let values): try await server.log(to: target.id, parameters: values)
            case .tags(let values): try await server.log(to: target.id, tags: values)
            case .lineage(let record): try await write(record, to: target)
            case .points(let metric, let points): try await write(points, of: metric, run, target)
            case .histogram(let histogram):
                targets.withLock { $0[run.id]?.histograms.append(MLflowRunSink.json(histogram)) }
            case .artifact(let artifact, let file):
                try await server.upload(
                    Array(try Data(contentsOf: URL(filePath: file))), as: artifact.path, to: target)
            }
        }
    }

    /// Ends the run on the server, after reading back what it holds.
    public func end(_ run: RunInfo, status: RunStatus, ended: Date?) async throws {
        let target = try target(of: run)
        let (histograms, expected) = targets.withLock { targets in
            (targets[run.id]?.histograms ?? [], targets[run.id]?.expected ?? [:])
        }
        if !histograms.isEmpty {
            var lines: [UInt8] = []
            for histogram in histograms { lines += CanonicalJSON.encode(histogram) + [0x0a] }
            try await server.upload(lines, as: "histograms.jsonl", to: target)
        }
        for (metric, points) in expected {
            let held = try await stored(metric, target)
            guard points.isSubset(of: held) else {
                throw MLflowError(
                    .incomplete,
                    "the server holds \(points.intersection(held).count) of \(points.count) points;"
                        + " export the run again", location: metric)
            }
        }
        let end = ended.map { Int64($0.timeIntervalSince1970 * 1_000) }
        switch status {
        case .running: break
        case .finished: try await server.update(target.id, status: "FINISHED", end: end)
        case .failed(let reason):
            if let reason {
                let text = String(reason.unicodeScalars.prefix(MLflowLimits.tagLength))
                try await server.log(to: target.id, tags: ["swift_mlops.failure": text])
            }
            try await server.update(target.id, status: "FAILED", end: end)
        case .lost: try await server.update(target.id, status: "KILLED", end: end)
        }
        targets.withLock { $0[run.id] = nil }
    }

    private func target(of run: RunInfo) throws -> MLflowRun {
        guard let target = targets.withLock({ $0[run.id]?.run }) else {
            throw MLflowError(.invalidArgument, "the run was not begun", location: run.id)
        }
        return target
    }

    /// Sends the points that the server lacks; after a lost answer, those that it still lacks.
    private func write(_ points: [MetricPoint], of metric: String, _ run: RunInfo, _ target: MLflowRun)
        async throws
    {
        let wanted = points.map { StoredPoint($0) }
        targets.withLock { $0[run.id]?.expected[metric, default: []].formUnion(wanted) }
        let (isNew, remembered) = targets.withLock { ($0[run.id]?.isNew ?? false, $0[run.id]?.known[metric]) }
        var known: Set<StoredPoint> =
            isNew ? remembered ?? [] : try await remembered.orStored(metric, target, self)
        for attempt in 1...5 {
            var seen = known
            let missing = zip(wanted, points).filter { seen.insert($0.0).inserted }
            do {
                try await server.log(
                    to: target.id,
                    metrics: missing.map { stored, point in
                        MLflowMetric(
                            key: metric, value: point.value, timestamp: stored.timestamp, step: stored.step)
                    })
                known = seen
                break
            } catch let error as MLflowError where error.code == .unavailable && attempt < 5 {
                try await Task.sleep(for: .milliseconds(100 << attempt))
                known = try await stored(metric, target)
            }
        }
        targets.withLock { $0[run.id]?.known[metric] = known }
    }

    fileprivate func stored(_ metric: String, _ target: MLflowRun) async throws -> Set<StoredPoint> {
        Set(try await server.history(of: metric, in: target.id).map { StoredPoint($0) })
    }

    private func write(_ record: LineageRecord, to target: MLflowRun) async throws {
        var tags = ["swift_mlops.lineage": record.digest.description]
        if let code = record.code {
            tags["mlflow.source.git.commit"] = code.commit
            tags["mlflow.source.git.branch"] = code.branch
            tags["mlflow.source.git.repoURL"] = code.repository
            if let changes = code.changes { tags["mlflow.source.git.dirty"] = String(changes != .clean) }
        }
        try await server.log(to: target.id, tags: tags)
        if let data = record.data, !data.isEmpty {
            // MLflow keeps 36 characters of a digest; the whole one stands in the lineage.
            try await server.logInputs(
                data.map { ($0.name, String($0.digest.hexadecimal.prefix(36))) }, to: target.id)
        }
        try await server.upload(record.canonicalJSON, as: "lineage.json", to: target)
    }

    private static func json(_ histogram: HistogramPoint) -> JSONValue {
        let buckets = histogram.buckets.map { bucket in
            JSONValue.array([.number(bucket.lower), .number(bucket.upper), .integer(Int64(bucket.count))])
        }
        return .object([
            "name": .string(histogram.name), "step": .integer(Int64(histogram.step)),
            "time": .number(Double(histogram.microseconds) / 1e6), "buckets": .array(buckets),
            "nonFinite": .integer(Int64(histogram.nonFinite)),
        ])
    }
}

extension Set<StoredPoint>? {
    /// This set, or where there is none what the server holds.
    fileprivate func orStored(
        _ metric: String, _ target: MLflowRun, _ sink: MLflowRunSink
    ) async throws -> Set<StoredPoint> {
        if let self { self } else { try await sink.stored(metric, target) }
    }
}

/// A point as MLflow keeps it: milliseconds, and a finite value or the mark of none.
struct StoredPoint: Hashable {
    let timestamp: Int64
    let step: Int64
    /// The bits of the value; a NaN has those of no finite number.
    let bits: UInt64

    init(_ point: MetricPoint) {
        self.init(point.microseconds / 1_000, Int64(point.step), point.value)
    }

    init(_ metric: MLflowMetric) {
        self.init(metric.timestamp, metric.step, metric.value)
    }

    private init(_ timestamp: Int64, _ step: Int64, _ value: Double) {
        self.timestamp = timestamp
        self.step = step
        let largest = Double.greatestFiniteMagnitude
        // Zero has two signs, and a database keeps one.
        bits = value.isNaN ? .max : min(max(value + 0, -largest), largest).bitPattern
    }
}
