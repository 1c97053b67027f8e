// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import RunLineage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The journals of a run put together.
///
/// Journals are taken in the order in which their writers began; what a later one says about a tag or the lineage
/// replaces what an earlier one said.
struct RunContent: Sendable {
    let journals: [JournalFile]
    private(set) var parameters: [String: String] = [:]
    private(set) var tags: [String: String] = [:]
    private(set) var artifacts: [RunArtifact] = []
    private(set) var lineage: LineageRecord?
    private(set) var metrics: [String: [MetricPoints]] = [:]
    private(set) var histograms: [HistogramPoint] = []
    private(set) var losses = RunLosses()

    init(_ folder: String, lease: Duration) throws(RunError) {
        var journals: [JournalFile] = []
        for name in DurableFiles.names(in: RunFolder.journals(of: folder))
        where name.hasSuffix(RunFolder.journalSuffix) {
            journals.append(try JournalFile(RunFolder.journals(of: folder) + "/" + name, lease: lease))
        }
        // Writers' names begin with the time of their start, so the order of the names is that of the starts.
        self.journals = journals
        for journal in journals { read(journal.content) }
    }

    private mutating func read(_ content: JournalContent) {
        for record in content.records {
            switch record {
            case .opened: break
            case .points(let points): metrics[points.name, default: []].append(points)
            case .parameters(let values): parameters.merge(values) { old, _ in old }
            case .tags(let values): tags.merge(values) { $1 }
            case .artifact(let artifact): artifacts.append(artifact)
            case .lineage(let text): lineage = (try? LineageRecord(canonicalJSON: text)) ?? lineage
            case .histogram(let histogram): histograms.append(histogram)
            case .closed(let closing): losses = losses + closing.losses
            }
        }
        losses.tornBytes += content.tornBytes
        losses.damagedBytes += content.damagedBytes
        losses.missingFrames += content.missingFrames
        losses.unknownRecords += content.unknownRecords
    }

    /// How the run stands, and when it ended in microseconds since 1970.
    var status: (status: RunStatus, ended: Int64?) {
        let superseded = Set(journals.flatMap { $0.content.opening?.supersedes ?? [] })
        let current = journals.filter { !superseded.contains($0.writer) }
        if current.contains(where: \.isAlive) { return (.running, nil) }
        let closings = current.map(\.content.closing)
        let ended = closings.compactMap { $0?.time }.max()
        if let failure = closings.lazy.compactMap({ $0 }).first(where: \.failed) {
            return (.failed(reason: failure.reason), ended)
        }
        return closings.isEmpty || closings.contains { $0 == nil } ? (.lost, nil) : (.finished, ended)
    }

    /// The last step and the newest attempt of each metric.
    var lastSteps: [String: (step: Int, attempt: Int)] {
        metrics.mapValues { parts in
            let attempt = parts.map(\.attempt).max() ?? 0
            let steps = parts.lazy.filter { $0.attempt == attempt }.flatMap(\.points).map(\.step)
            return (steps.max() ?? 0, attempt)
        }
    }
}
