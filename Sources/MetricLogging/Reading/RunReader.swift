// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import RunLineage
import ContentHashing

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A run as it stands on the disk, whether its process lives or not.
///
/// Reading changes nothing.
public struct RunReader: Sendable {
    /// What the run is called and when it began.
    public let info: RunInfo
    /// The folder that holds the run.
    public let folder: String
    /// How the run stands.
    public let status: RunStatus
    /// When the run ended; nil while it runs or where it died without a word.
    public let ended: Date?
    let content: RunContent

    /// Reads a run.
    ///
    /// - Parameters:
    ///   - folder: The folder that holds the run.
    ///   - lease: For how long a sign of life of a process on another host counts.
    /// - Throws: ``RunError`` with the code `notFound`, `corrupted` or `unsupportedFormat`. Damage within a journal is
    ///   no error: ``losses`` counts it, and what is whole is read.
    public init(_ folder: String, lease: Duration = .seconds(60)) throws {
        self.folder = RunFolder.withoutSlash(folder)
        guard let info = try RunFolder.info(of: self.folder) else {
            throw RunError(.notFound, "there is no run in the folder", path: self.folder)
        }
        self.info = info
        content = try RunContent(self.folder, lease: lease)
        let (status, ended) = content.status
        self.status = status
        self.ended = ended.map { Date(timeIntervalSince1970: Double($0) / 1e6) }
    }

    /// The parameters by name.
    public var parameters: [String: String] { content.parameters }
    /// The tags by name.
    public var tags: [String: String] { content.tags }
    /// The artifacts, in the order in which they were logged.
    public var artifacts: [RunArtifact] { content.artifacts }
    /// What made the run's results; nil where it was lost.
    public var lineage: LineageRecord? { content.lineage }
    /// The histograms, in the order in which they were logged.
    public var histograms: [HistogramPoint] { content.histograms }
    /// What the run did not keep.
    public var losses: RunLosses { content.losses }
    /// The names of the metrics, sorted.
    public var metrics: [String] { content.metrics.keys.sorted() }

    /// What registries know the run by.
    public var reference: RunReference {
        RunReference(
            experiment: info.experiment, id: info.id, name: info.name, lineage: lineage ?? LineageRecord())
    }

    /// The points of a metric in the order of their steps, and of their times where steps are equal; none for an
    /// unknown metric.
    ///
    /// Where a training went back (``RunOptions/StepPolicy/newAttempt``), older points from the step on where a newer
    /// attempt began are left out.
    ///
    /// - Parameters:
    ///   - metric: The name of the metric.
    ///   - allAttempts: Whether the points of older attempts are kept.
    public func points(of metric: String, allAttempts: Bool = false) -> [MetricPoint] {
        guard let parts = content.metrics[metric] else { return [] }
        var points: [MetricPoint] = []
        points.reserveCapacity(parts.reduce(0) { $0 + $1.points.count })
        let attempts = Set(parts.map(\.attempt))
        if allAttempts || attempts.count < 2 {
            for part in parts { points += part.points }
        } else {
            for part in parts {
                let later = parts.lazy.filter { $0.attempt > part.attempt }
                let limit = later.compactMap { $0.points.lazy.map(\.step).min() }.min()
                points += limit.map { limit in part.points.filter { $0.step < limit } } ?? part.points
            }
        }
        func isBefore(_ left: MetricPoint, _ right: MetricPoint) -> Bool {
            (left.step, left.microseconds) < (right.step, right.microseconds)
        }
        // Most series are in order already; the check is much cheaper than sorting, and Swift's sort is stable.
        let isSorted = !zip(points, points.dropFirst()).contains { isBefore($1, $0) }
        return isSorted ? points : points.sorted(by: isBefore)
    }

    /// The value of a metric at its highest step; nil for an unknown metric.
    public func lastValue(of metric: String) -> Double? { points(of: metric).last?.value }

    /// The value at the highest step of every metric.
    public var lastValues: [String: Double] {
        Dictionary(
            uniqueKeysWithValues: metrics.compactMap { name in lastValue(of: name).map { (name, $0) } })
    }

    /// Reads an artifact and checks it against its digest.
    ///
    /// - Throws: ``RunError`` with the code `notFound`, or `corrupted` where the file is not what was logged.
    public func artifact(_ path: String) throws -> [UInt8] {
        guard let artifact = artifacts.last(where: { $0.path == path }) else {
            throw RunError(.notFound, "the run has no artifact '\(path)'", path: folder)
        }
        let file = file(of: artifact)
        let bytes = try DurableFiles.read(file)
        guard Digest(of: bytes) == artifact.digest else {
            throw RunError(.corrupted, "the file is not the one that was logged", path: file)
        }
        return bytes
    }

    /// The file that holds an artifact.
    public func file(of artifact: RunArtifact) -> String { folder + "/artifacts/" + artifact.path }
}
