// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import MetricLogging
import RunLineage

/// Runs as JSON.
extension RunCommands {
    /// A number, or its name where JSON has none.
    static func number(_ value: Double) -> JSONValue {
        value.isFinite ? .number(value) : .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
    }

    static func summary(_ reader: RunReader) -> JSONValue {
        .object(summaryMembers(reader))
    }

    static func summaryMembers(_ reader: RunReader) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "experiment": .string(reader.info.experiment), "name": .string(reader.info.name),
            "id": .string(reader.info.id), "status": .string("\(reader.status)"),
            "started": .string(reader.info.started.ISO8601Format()),
            "metrics": .object(reader.lastValues.mapValues(number)),
        ]
        if let ended = reader.ended { members["ended"] = .string(ended.ISO8601Format()) }
        if case .failed(let reason?) = reader.status { members["reason"] = .string(reason) }
        return members
    }

    static func details(_ reader: RunReader) -> JSONValue {
        var members = summaryMembers(reader)
        members["parameters"] = .object(reader.parameters.mapValues { .string($0) })
        members["tags"] = .object(reader.tags.mapValues { .string($0) })
        members["points"] = .object(
            Dictionary(
                uniqueKeysWithValues: reader.metrics.map {
                    ($0, .integer(Int64(reader.points(of: $0).count)))
                }))
        members["artifacts"] = .array(
            reader.artifacts.map {
                .object([
                    "path": .string($0.path), "digest": .string("\($0.digest)"),
                    "size": .integer(Int64($0.size)),
                ])
            })
        if let lineage = reader.lineage {
            members["lineage"] = (try? JSONValue(parsing: lineage.canonicalJSON)) ?? .null
            members["lineageDigest"] = .string("\(lineage.digest)")
            members["gaps"] = .array(lineage.gaps.map { .string($0) })
        }
        if !reader.losses.isEmpty { members["losses"] = .string(lossText(reader.losses)) }
        return .object(members)
    }

    static func comparisonJSON(_ comparison: LineageComparison) -> JSONValue {
        var members: [String: JSONValue] = [
            "summary": .string(comparison.summary),
            "verdicts": .object(
                Dictionary(
                    uniqueKeysWithValues: LineageFacet.allCases.map {
                        ($0.rawValue, .string(comparison.verdict($0).rawValue))
                    })),
            "differences": .array(
                comparison.differences.map {
                    .object([
                        "facet": .string($0.facet.rawValue), "path": .string($0.path),
                        "left": .string("\($0.left)"), "right": .string("\($0.right)"),
                        "known": .bool($0.isKnown),
                    ])
                }),
        ]
        switch comparison.firstDivergence {
        case .none: members["divergence"] = .string("none")
        case .input(let difference): members["divergence"] = .string("\(difference)")
        case .nondeterminism: members["divergence"] = .string("nondeterminism")
        case .undecided: members["divergence"] = .string("undecided")
        }
        if let stage = comparison.firstStage { members["stage"] = .string(stage.stage) }
        if let metric = comparison.firstMetric {
            members["metric"] = .object([
                "name": .string(metric.metric), "step": .integer(Int64(metric.step)),
                "left": metric.left.map(number) ?? .null, "right": metric.right.map(number) ?? .null,
            ])
        }
        return .object(members)
    }
}
