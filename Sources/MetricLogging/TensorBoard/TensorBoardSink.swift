// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import RunLineage
import Synchronization

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Writes runs as TensorBoard event files, one folder a run: `<experiment>/<name>-<identity>/`.
///
/// Metrics become scalars, histograms become histograms, parameters show on the page of hyperparameters, tags and
/// lineage as texts. Event files hold scalars in single precision; the journal keeps the doubles. A file is replaced
/// as a whole when its run ends, so a TensorBoard that is already showing the run must be started again.
public final class TensorBoardSink: RunSink {
    private struct Session: ~Copyable, Sendable {
        var file: AppendFile
        var pending: [UInt8] = []

        mutating func add(_ event: TensorBoardEvent) throws {
            pending += event.record
            if pending.count > 1 << 20 { try writePending() }
        }

        mutating func writePending() throws {
            try file.append(pending)
            pending.removeAll(keepingCapacity: true)
        }
    }

    /// A run's file while it is written; a class because a dictionary cannot hold what cannot be copied.
    private final class Open: Sendable {
        let session: Mutex<Session>
        let path: String
        private let isTemporary: Bool
        init(_ path: String, isTemporary: Bool) throws {
            self.path = path
            self.isTemporary = isTemporary
            session = Mutex(Session(file: try AppendFile(creating: path)))
        }
        deinit { if isTemporary { DurableFiles.remove(path) } }
    }

    private let folder: String
    private let isLive: Bool
    private let sessions = Mutex<[String: Open]>([:])

    /// Writes below a folder, the one to start TensorBoard on; it need not exist.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - isLive: Whether a file grows in its place, for a TensorBoard that watches and a ``RunMirror`` that feeds it;
    ///     then a run that is exported twice is there twice.
    public init(_ folder: String, isLive: Bool = false) {
        self.folder = RunFolder.withoutSlash(folder)
        self.isLive = isLive
    }

    /// The folder of a run's event file.
    public func folder(of run: RunInfo) -> String {
        // A slash in a run's name would make folders of its own, and TensorBoard reads them as other runs.
        let name = run.name.map { $0.isLetter || $0.isNumber || "-_.=+ ".contains($0) ? $0 : "_" }
        return "\(folder)/\(run.experiment)/\(String(name.prefix(100)))-\(run.id)"
    }

    /// Begins the file of a run.
    public func begin(_ run: RunInfo) async throws {
        let place = folder(of: run)
        try DurableFiles.makeFolders(place)
        // TensorBoard reads every file whose name holds "tfevents", so an unfinished one must not.
        // Writers of other processes or hosts on the same folder each have a file of their own.
        let suffix = isLive ? "\(ProcessInfo.processInfo.processIdentifier).\(RunFolder.makeID())" : run.id
        let open = try Open(
            isLive ? place + "/" + fileName(of: run, suffix) : place + "/.partial-" + UUID().uuidString,
            isTemporary: !isLive)
        try open.session.withLock { session in
            try session.add(.version(time: Double(run.startMicroseconds) / 1e6, writer: "swift-mlops"))
        }
        sessions.withLock { $0[run.id] = open }
    }

    /// Appends events.
    public func write(_ events: [RunEvent], of run: RunInfo) async throws {
        try session(of: run).session.withLock { session in
            for event in events { try TensorBoardSink.add(event, of: run, to: &session) }
            if isLive { try session.writePending() }
        }
    }

    /// Puts the file in its place.
    public func end(_ run: RunInfo, status: RunStatus, ended: Date?) async throws {
        let open = try session(of: run)
        let start = Double(run.startMicroseconds) / 1e6
        try open.session.withLock { session in
            try session.add(.sessionEnd(status, time: ended?.timeIntervalSince1970 ?? start))
            try session.writePending()
            try session.file.synchronize()
        }
        if !isLive {
            try DurableFiles.rename(open.path, to: folder(of: run) + "/" + fileName(of: run, run.id))
        }
        sessions.withLock { $0[run.id] = nil }
    }

    private func fileName(of run: RunInfo, _ suffix: String) -> String {
        let seconds = String(run.startMicroseconds / 1_000_000)
        let padded = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
        return "events.out.tfevents.\(padded).swift-mlops.\(suffix)"
    }

    private func session(of run: RunInfo) throws -> Open {
        guard let open = sessions.withLock({ $0[run.id] }) else {
            throw RunError(.refused, "the run was not begun in this sink", path: folder)
        }
        return open
    }

    private static func add(_ event: RunEvent, of run: RunInfo, to session: inout Session) throws {
        let start = Double(run.startMicroseconds) / 1e6
        switch event {
        case .parameters(let values):
            try session.add(.sessionStart(values, group: run.name, time: start))
        case .tags(let values):
            let rows = values.sorted { $0.key < $1.key }.map { "| \($0.key) | \($0.value) |\n" }
            try session.add(.text("run/tags", "| tag | value |\n|---|---|\n" + rows.joined(), time: start))
        case .lineage(let record):
            let text = String(decoding: record.canonicalJSON, as: UTF8.self)
            try session.add(.text("run/lineage", "    " + text, time: start))
        case .points(let metric, let points):
            for point in points {
                try session.add(
                    .scalar(
                        metric, point.value, step: point.step, time: Double(point.microseconds) / 1e6))
            }
        case .histogram(let histogram): try session.add(.histogram(histogram))
        case .artifact: break
        }
    }
}
