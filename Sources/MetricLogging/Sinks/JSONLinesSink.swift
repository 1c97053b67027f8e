// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import RunLineage
import Synchronization

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Writes each run as a file of JSON lines, `<experiment>/<identity>.jsonl`: one object a line, its member `event`
/// tells which.
///
/// Times are seconds since 1970. A value that is not finite is written as the text `NaN`, `Infinity` or `-Infinity`.
/// A file is replaced as a whole, when its run ends.
public final class JSONLinesSink: RunSink {
    private let folder: String
    private let files = Mutex<[String: [UInt8]]>([:])

    /// Writes below a folder; it need not exist.
    public init(_ folder: String) { self.folder = RunFolder.withoutSlash(folder) }

    /// The file of a run.
    public func file(of run: RunInfo) -> String { folder + "/" + run.experiment + "/" + run.id + ".jsonl" }

    /// Begins the file of a run.
    public func begin(_ run: RunInfo) async throws {
        let start: [String: JSONValue] = [
            "event": .string("start"), "experiment": .string(run.experiment), "id": .string(run.id),
            "name": .string(run.name), "time": .number(Double(run.startMicroseconds) / 1e6),
        ]
        files.withLock { $0[run.id] = JSONLinesSink.line(start) }
    }

    /// Appends events.
    public func write(_ events: [RunEvent], of run: RunInfo) async throws {
        let lines = events.flatMap(JSONLinesSink.lines)
        files.withLock { $0[run.id, default: []] += lines }
    }

    /// Puts the file in its place.
    public func end(_ run: RunInfo, status: RunStatus, ended: Date?) async throws {
        var end: [String: JSONValue] = ["event": .string("end"), "status": .string(status.description)]
        if let ended { end["time"] = .number(ended.timeIntervalSince1970) }
        if case .failed(let reason?) = status { end["reason"] = .string(reason) }
        let content = (files.withLock { $0.removeValue(forKey: run.id) } ?? []) + JSONLinesSink.line(end)
        try DurableFiles.makeFolders(folder + "/" + run.experiment)
        try DurableFiles.write(content, to: file(of: run))
    }

    private static func lines(_ event: RunEvent) -> [UInt8] {
        switch event {
        case .parameters(let values):
            return values.sorted { $0.key < $1.key }.flatMap { name, value in
                line(["event": .string("parameter"), "name": .string(name), "value": .string(value)])
            }
        case .tags(let values):
            return values.sorted { $0.key < $1.key }.flatMap { name, value in
                line(["event": .string("tag"), "name": .string(name), "value": .string(value)])
            }
        case .lineage(let record):
            return line([
                "event": .string("lineage"), "digest": .string(record.digest.description),
                "lineage": (try? JSONValue(parsing: record.canonicalJSON)) ?? .null,
            ])
        case .points(let metric, let points):
            return points.flatMap { point in
                line([
                    "event": .string("metric"), "name": .string(metric), "step": .integer(Int64(point.step)),
                    "time": .number(Double(point.microseconds) / 1e6), "value": number(point.value),
                ])
            }
        case .histogram(let histogram):
            return line([
                "event": .string("histogram"), "name": .string(histogram.name),
                "step": .integer(Int64(histogram.step)),
                "time": .number(Double(histogram.microseconds) / 1e6),
                "buckets": .array(
                    histogram.buckets.map {
                        .array([number($0.lower), number($0.upper), .integer(Int64($0.count))])
                    }),
                "nonFinite": .integer(Int64(histogram.nonFinite)),
            ])
        case .artifact(let artifact, _):
            return line([
                "event": .string("artifact"), "path": .string(artifact.path),
                "digest": .string(artifact.digest.description), "size": .integer(Int64(artifact.size)),
            ])
        }
    }

    private static func line(_ members: [String: JSONValue]) -> [UInt8] {
        CanonicalJSON.encode(JSONValue.object(members)) + [0x0a]
    }

    private static func number(_ value: Double) -> JSONValue {
        if value.isFinite { return .number(value) }
        return .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
    }
}
