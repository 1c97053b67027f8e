// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import RunLineage

/// What a journal holds, one record a frame.
enum JournalRecord: Hashable, Sendable {
    /// The first record of a journal: who writes it.
    case opened(JournalOpening)
    /// Points of one metric, in the order in which they were logged.
    case points(MetricPoints)
    /// Parameters by name.
    case parameters([String: String])
    /// Tags by name.
    case tags([String: String])
    /// A file that was copied into the run.
    case artifact(RunArtifact)
    /// The canonical text of what made the run's results; the last one counts.
    case lineage([UInt8])
    /// A histogram.
    case histogram(HistogramPoint)
    /// The last record of a journal: how it ended.
    case closed(JournalClosing)
}

/// Who writes a journal.
struct JournalOpening: Hashable, Sendable, Codable {
    var format = 1
    var writer: String
    var host: String
    var process: Int32
    /// Microseconds since 1970.
    var time: Int64
    /// Writers that had died or ended and that this one takes over from.
    var supersedes: [String]
}

/// How a journal ended.
struct JournalClosing: Hashable, Sendable, Codable {
    var failed: Bool
    var reason: String?
    /// Microseconds since 1970.
    var time: Int64
    var losses: RunLosses
}

/// Points of one metric.
struct MetricPoints: Hashable, Sendable {
    var name: String
    /// Counts how often the step went back, where the run keeps such attempts apart.
    var attempt: Int
    var points: [MetricPoint]
}

extension JournalRecord {
    private enum Kind: UInt8 {
        case opened = 1, points, parameters, tags, artifact, lineage, histogram, closed
    }

    /// Appends the record's bytes.
    func write(to writer: inout ByteWriter) throws {
        switch self {
        case .opened(let opening): try write(.opened, json: opening, to: &writer)
        case .points(let points):
            JournalRecord.write(
                points.points[...], of: points.name, attempt: points.attempt, to: &writer)
        case .parameters(let values): try write(.parameters, json: values, to: &writer)
        case .tags(let values): try write(.tags, json: values, to: &writer)
        case .artifact(let artifact): try write(.artifact, json: artifact, to: &writer)
        case .lineage(let text):
            writer.append(Kind.lineage.rawValue)
            writer.append(text)
        case .histogram(let histogram):
            writer.append(Kind.histogram.rawValue)
            histogram.write(to: &writer)
        case .closed(let closing): try write(.closed, json: closing, to: &writer)
        }
    }

    private func write(_ kind: Kind, json value: some Encodable, to writer: inout ByteWriter) throws {
        writer.append(kind.rawValue)
        writer.append(try CanonicalJSON.encode(value))
    }

    /// Appends points: name, attempt and count, then for each the step and the time as distances from the point
    /// before, and the eight bytes of the value.
    static func write(
        _ points: ArraySlice<MetricPoint>, of name: String, attempt: Int, to writer: inout ByteWriter
    ) {
        writer.append(Kind.points.rawValue)
        writer.append(text: name)
        writer.append(varint: UInt64(attempt))
        writer.append(varint: UInt64(points.count))
        var step: Int64 = 0
        var time: Int64 = 0
        for point in points {
            let next = Int64(point.step)
            writer.append(zigzag: next &- step)
            writer.append(zigzag: point.microseconds &- time)
            writer.append(point.value)
            step = next
            time = point.microseconds
        }
    }

    /// Reads a record; nil for bytes that are none, or of a kind that this version does not know.
    init?(_ bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        guard let kind = reader.byte().flatMap(Kind.init(rawValue:)) else { return nil }
        switch kind {
        case .points:
            guard let points = JournalRecord.readPoints(&reader) else { return nil }
            self = .points(points)
        case .histogram:
            guard let histogram = HistogramPoint(&reader) else { return nil }
            self = .histogram(histogram)
        case .lineage: self = .lineage(Array(reader.rest()))
        case .opened, .parameters, .tags, .artifact, .closed:
            guard let record = try? JournalRecord.readJSON(kind, Array(reader.rest())) else { return nil }
            self = record
        }
    }

    private static func readJSON(_ kind: Kind, _ text: [UInt8]) throws -> JournalRecord? {
        // The strict parser comes first: its depth is bounded and it refuses members that stand twice.
        _ = try JSONValue(parsing: text, maximumDepth: 16)
        switch kind {
        case .opened: return .opened(try CanonicalJSON.decode(JournalOpening.self, from: text))
        case .parameters: return .parameters(try CanonicalJSON.decode([String: String].self, from: text))
        case .tags: return .tags(try CanonicalJSON.decode([String: String].self, from: text))
        case .artifact: return .artifact(try CanonicalJSON.decode(RunArtifact.self, from: text))
        case .closed: return .closed(try CanonicalJSON.decode(JournalClosing.self, from: text))
        case .points, .lineage, .histogram: return nil
        }
    }

    private static func readPoints(_ reader: inout ByteReader) -> MetricPoints? {
        guard let name = reader.text(), let attempt = reader.varint().flatMap(Int.init(exactly:)),
            let count = reader.count(ofAtLeast: 10)
        else { return nil }
        var points: [MetricPoint] = []
        points.reserveCapacity(count)
        var step: Int64 = 0
        var time: Int64 = 0
        for _ in 0..<count {
            guard let stepDistance = reader.zigzag(), let timeDistance = reader.zigzag(),
                let value = reader.double()
            else { return nil }
            step &+= stepDistance
            time &+= timeDistance
            points.append(MetricPoint(step: Int(truncatingIfNeeded: step), microseconds: time, value: value))
        }
        return reader.remaining == 0 ? MetricPoints(name: name, attempt: attempt, points: points) : nil
    }
}
