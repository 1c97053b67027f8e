// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import RunLineage

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What receives a run: a file format of another tool, a server.
///
/// A sink is fed from the journal, so nothing that it does can lose a point: after a failure the run is exported
/// again. The same events may therefore come twice; a sink either replaces what it wrote, as files do, or recognises
/// what it has, as servers do.
public protocol RunSink: Sendable {
    /// Begins a run.
    ///
    /// - Throws: What keeps the sink from taking it, such as ``RunError`` with the code `refused`.
    func begin(_ run: RunInfo) async throws

    /// Takes some of the run's events, in order.
    func write(_ events: [RunEvent], of run: RunInfo) async throws

    /// Ends the run; what it took is durable on return. A run that is still running gets its rest another time.
    func end(_ run: RunInfo, status: RunStatus, ended: Date?) async throws
}

/// Something that a run logged.
public enum RunEvent: Sendable {
    /// Parameters by name.
    case parameters([String: String])
    /// Tags by name.
    case tags([String: String])
    /// What made the run's results.
    case lineage(LineageRecord)
    /// Points of one metric, in the order of their steps.
    case points(metric: String, [MetricPoint])
    /// A histogram.
    case histogram(HistogramPoint)
    /// A file, and where it stands.
    case artifact(RunArtifact, file: String)
}

extension RunReader {
    /// Gives the whole run to a sink: parameters, tags, lineage, metrics, histograms, artifacts, in this order.
    ///
    /// - Throws: What the sink throws.
    public func export(to sink: any RunSink) async throws {
        try await sink.begin(info)
        var head: [RunEvent] = []
        if !parameters.isEmpty { head.append(.parameters(parameters)) }
        if !tags.isEmpty { head.append(.tags(tags)) }
        if let lineage { head.append(.lineage(lineage)) }
        try await sink.write(head, of: info)
        for metric in metrics {
            let points = points(of: metric)
            for start in stride(from: 0, to: points.count, by: 10_000) {
                let part = Array(points[start..<min(start + 10_000, points.count)])
                try await sink.write([.points(metric: metric, part)], of: info)
            }
        }
        // A reader that sees the step go backwards drops what it had.
        let histograms = histograms.sorted { ($0.name, $0.step) < ($1.name, $1.step) }
        try await sink.write(histograms.map { .histogram($0) }, of: info)
        try await sink.write(artifacts.map { .artifact($0, file: file(of: $0)) }, of: info)
        try await sink.end(info, status: status, ended: ended)
    }
}
