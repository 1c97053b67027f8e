// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A folder of runs: `experiment/identity/` each, with `run.json`, `journal/` and `artifacts/`.
public struct RunFolder: Sendable {
    static let journalSuffix = ".journal"

    /// The path of the folder.
    public let path: String

    /// Opens a folder of runs; it need not exist.
    public init(_ path: String) { self.path = RunFolder.withoutSlash(path) }

    /// The names of the experiments, sorted.
    public var experiments: [String] {
        DurableFiles.names(in: path).filter {
            !$0.hasPrefix(".") && !DurableFiles.names(in: path + "/" + $0).isEmpty
        }
    }

    /// All runs, the oldest first, each read when it is asked for.
    ///
    /// - Parameters:
    ///   - experiment: Only the runs of this experiment; nil lists all.
    ///   - name: Only runs of this name.
    /// - Throws: ``RunError`` with the code `corrupted` or `unsupportedFormat` for a run that cannot be read.
    public func runs(experiment: String? = nil, name: String? = nil) throws -> [RunInfo] {
        var found: [RunInfo] = []
        for experiment in experiment.map({ [$0] }) ?? experiments {
            for id in DurableFiles.names(in: path + "/" + experiment) {
                guard let info = try RunFolder.info(of: path + "/" + experiment + "/" + id) else { continue }
                if name == nil || info.name == name { found.append(info) }
            }
        }
        return found.sorted { $0.id < $1.id }
    }

    /// Reads a run.
    ///
    /// - Throws: ``RunError``
    public func open(_ info: RunInfo) throws -> RunReader {
        try RunReader(path + "/" + info.experiment + "/" + info.id)
    }

    /// Reads the run with this identity, or else the newest run of this name.
    ///
    /// `experiment/run` is understood too.
    ///
    /// - Throws: ``RunError`` with the code `notFound`.
    public func find(_ run: String, experiment: String? = nil) throws -> RunReader {
        let runs = try runs(experiment: experiment)
        if let info = runs.first(where: { $0.id == run }) ?? runs.last(where: { $0.name == run }) {
            return try open(info)
        }
        let parts = run.split(separator: "/", maxSplits: 1)
        if experiment == nil, parts.count == 2,
            let reader = try? find(String(parts[1]), experiment: String(parts[0]))
        {
            return reader
        }
        let known = Set(runs.map(\.name)).sorted().prefix(5).joined(separator: ", ")
        throw RunError(
            .notFound, "there is no run '\(run)'" + (known.isEmpty ? "" : "; there are \(known)"), path: path)
    }

    static func journals(of folder: String) -> String { folder + "/journal" }

    static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? withoutSlash(String(path.dropLast())) : path
    }

    /// An identity that sorts by time: the time in UTC to the millisecond and 32 random bits.
    static func makeID() -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let time = Date().formatted(style).filter { $0.isLetter || $0.isNumber }
        let random = UInt32.random(in: .min ... .max)
        return time + "-"
            + encodeHexadecimal((0..<4).map { UInt8(truncatingIfNeeded: random >> UInt32(8 * $0)) })
    }

    static func check(experiment: String) throws(RunError) {
        let isSound = experiment.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_.".utf8.contains(byte)
            }
        }
        guard isSound, (1...200).contains(experiment.utf8.count), !experiment.hasPrefix(".") else {
            throw RunError(
                .invalidName,
                "the experiment '\(experiment)' must be 1 to 200 ASCII letters, digits and -_. and not begin with '.'"
            )
        }
    }

    static func write(_ info: RunInfo, of folder: String) throws {
        try DurableFiles.write(try CanonicalJSON.encode(info), to: folder + "/run.json")
    }

    /// What a run's folder says it is; nil for a folder that is no run.
    static func info(of folder: String) throws(RunError) -> RunInfo? {
        let path = folder + "/run.json"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try DurableFiles.read(path)
        let info: RunInfo
        do {
            info = try CanonicalJSON.decode(RunInfo.self, from: bytes)
        } catch {
            throw RunError(.corrupted, "the run's description cannot be read", path: path, cause: error)
        }
        guard info.format == RunInfo.currentFormat else {
            throw RunError(
                .unsupportedFormat,
                "the run has the format \(info.format); this version reads \(RunInfo.currentFormat)",
                path: path)
        }
        return info
    }
}
