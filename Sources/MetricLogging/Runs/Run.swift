// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing
public import RunLineage
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A run: its parameters, metrics, tags and artifacts, written to a journal that survives a crash.
///
/// ```swift
/// let run = try Run.start("july", experiment: "flight-delay", in: "runs", lineage: .capture())
/// try run.log(parameters: ["rate": "0.05"])
/// let loss = run.metric("loss")
/// for step in 0..<1_000 { loss.log(value, step: step) }
/// try run.finish()
/// ```
///
/// What is promised, and when:
/// - A parameter, a tag or an artifact is durable when the call returns.
/// - A value of a metric is durable when ``flush()`` or ``finish()`` returns, and survives the death of the process
///   about a second after it was logged, or earlier (``RunOptions/handOver``).
/// - A run whose process died without ``finish()`` is told as ``RunStatus/lost`` by every reader.
/// - Any number of processes may write one run (``join(_:experiment:in:options:)``): each has a journal of its own.
public final class Run: Sendable {
    private struct State: ~Copyable, Sendable {
        var metrics: [String: Metric] = [:]
        var parameters: [String: String] = [:]
        var artifacts: [String: RunArtifact] = [:]
        var lineage: LineageRecord
        /// The last step and the attempt of metrics that an earlier writer of this run logged.
        var earlier: [String: (step: Int, attempt: Int)] = [:]
        var isEnded = false
    }

    /// What the run is called and when it began.
    public let info: RunInfo
    /// The folder that holds the run.
    public let folder: String
    /// The writer's name within the run.
    let writer: String

    private let options: RunOptions
    private let journal: JournalWriter
    private let state: Mutex<State>
    private let heart = Mutex<Task<Void, Never>?>(nil)

    init(
        info: RunInfo, folder: String, lineage: LineageRecord, earlier: RunContent?, supersedes: [String],
        options: RunOptions
    ) throws {
        self.info = info
        self.folder = folder
        self.options = options
        writer = RunFolder.makeID()
        var state = State(lineage: lineage)
        if let earlier {
            state.parameters = earlier.parameters
            state.artifacts = Dictionary(earlier.artifacts.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
            state.earlier = earlier.lastSteps
        }
        self.state = Mutex(state)
        let process = ProcessInfo.processInfo
        let opening = JournalOpening(
            writer: writer, host: process.hostName, process: process.processIdentifier,
            time: DurableFiles.now(), supersedes: supersedes)
        journal = try JournalWriter(
            at: RunFolder.journals(of: folder) + "/" + writer + RunFolder.journalSuffix, opening: opening)
        startHeart()
    }

    deinit {
        // Not finished: what was logged is handed over, and readers will tell the run as lost.
        heart.withLock { $0?.cancel() }
        for metric in state.withLock({ Array($0.metrics.values) }) { try? metric.handOver() }
    }

    /// What readers and registries know the run by.
    public var reference: RunReference {
        RunReference(
            experiment: info.experiment, id: info.id, name: info.name, lineage: state.withLock { $0.lineage })
    }

    /// What made the run's results, as recorded so far.
    public var lineage: LineageRecord { state.withLock { $0.lineage } }

    /// What the run has not kept so far.
    public var losses: RunLosses {
        state.withLock { Array($0.metrics.values) }.map(\.losses).reduce(RunLosses(), +)
    }

    /// The metric with this name, always the same one; any text is a name.
    public func metric(_ name: String) -> Metric {
        state.withLock { state in
            if let metric = state.metrics[name] { return metric }
            let earlier = state.earlier[name]
            let metric = Metric(
                name, journal: journal, options: options, lastStep: earlier?.step,
                attempt: earlier?.attempt ?? 0)
            if state.isEnded { metric.end() }
            state.metrics[name] = metric
            return metric
        }
    }

    /// Logs parameters.
    ///
    /// The same value may be logged again.
    ///
    /// - Throws: ``RunError`` with the code `alreadyLogged` where a parameter stands with another value.
    public func log(parameters: [String: String]) throws {
        let fresh = try state.withLock { state in
            for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
                if let old = state.parameters[name], old != value {
                    throw RunError(
                        .alreadyLogged, "the parameter '\(name)' is '\(old)' and cannot become '\(value)'",
                        path: folder)
                }
            }
            let fresh = parameters.filter { state.parameters[$0.key] == nil }
            if !fresh.isEmpty { try journal.append(.parameters(fresh)) }
            state.parameters.merge(fresh) { old, _ in old }
            return fresh
        }
        if !fresh.isEmpty { try journal.synchronize() }
    }

    /// Sets tags, replacing those of the same names.
    ///
    /// - Throws: ``RunError``
    public func set(tags: [String: String]) throws {
        try journal.append(.tags(tags))
        try journal.synchronize()
    }

    /// Replaces what made the run's results, such as when stages or the model's digest are known.
    ///
    /// - Throws: ``RunError``
    public func record(_ lineage: LineageRecord) throws {
        try journal.append(.lineage(lineage.canonicalJSON))
        try journal.synchronize()
        state.withLock { $0.lineage = lineage }
    }

    /// Appends a stage with the digests of what went in and what came out to the lineage.
    ///
    /// - Throws: ``RunError``
    public func recordStage(
        _ name: String, inputs: [String: Digest], outputs: [String: Digest]
    ) throws {
        var lineage = lineage
        lineage.recordStage(name, inputs: inputs, outputs: outputs)
        try record(lineage)
    }

    /// Logs how values are distributed, in buckets of equal width between their extremes.
    ///
    /// - Throws: ``RunError``
    public func log(histogram name: String, of values: [Double], step: Int, buckets: Int = 30) throws {
        try journal.append(
            .histogram(
                HistogramPoint(
                    name: name, step: step, microseconds: DurableFiles.now(), values: values,
                    bucketCount: buckets)))
    }

    /// Waits until everything logged so far is on the disk.
    ///
    /// - Throws: ``RunError`` with the code `outOfSpace` where the disk is full (the points stay in memory; free
    ///   some space and flush again), `stepRegressed` or `pointsDropped` where the run did not keep every point.
    public func flush() throws {
        try handOver()
        try journal.synchronize()
        try checkLosses()
    }

    /// Flushes and ends the run.
    ///
    /// - Throws: ``RunError`` as ``flush()`` does. Points that were dropped or refused do not keep the run from
    ///   ending: they are counted in it.
    public func finish() throws { try end(failed: false, reason: nil) }

    /// Flushes and ends the run as failed.
    ///
    /// - Throws: ``RunError`` as ``flush()`` does.
    public func fail(_ reason: String? = nil) throws { try end(failed: true, reason: reason) }

    private func end(failed: Bool, reason: String?) throws {
        let metrics = try state.withLock { state in
            guard !state.isEnded else {
                throw RunError(.ended, "the run has ended already", path: folder)
            }
            return Array(state.metrics.values)
        }
        for metric in metrics { metric.end() }
        for metric in metrics { try metric.handOver() }
        try journal.close(
            JournalClosing(failed: failed, reason: reason, time: DurableFiles.now(), losses: losses))
        state.withLock { $0.isEnded = true }
        heart.withLock { $0?.cancel() }
        try checkLosses()
    }

    private func handOver() throws {
        for metric in state.withLock({ Array($0.metrics.values) }) { try metric.handOver() }
    }

    private func checkLosses() throws {
        let losses = losses
        if losses.droppedPoints > 0 {
            throw RunError(
                .pointsDropped,
                "\(losses.droppedPoints) points were dropped while the disk refused them; the run counts them",
                path: folder)
        }
        if losses.refusedPoints > 0 {
            throw RunError(
                .stepRegressed,
                "\(losses.refusedPoints) points were refused because their step went backwards; choose the step"
                    + " policy 'keep' or 'newAttempt' to keep such points", path: folder)
        }
    }

    /// Hands points over and gives a sign of life at every beat, as long as the run lives.
    private func startHeart() {
        let pause = options.handOver
        let task = Task.detached(priority: .utility) { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: pause)
                guard let self, !Task.isCancelled else { return }
                // What fails here fails again, and is told, at the next flush.
                try? self.handOver()
                self.journal.touch()
            }
        }
        heart.withLock { $0 = task }
    }
}

extension Run {
    /// Copies a file into the run; it is durable and hashed when the call returns.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - path: Where it goes within the run's artifacts; nil takes the file's name.
    /// - Throws: ``RunError`` with the code `alreadyLogged` where another content stands at the path.
    @discardableResult
    public func log(artifact source: String, as path: String? = nil) throws -> RunArtifact {
        let name = source.split(separator: "/").last.map(String.init) ?? source
        let target = path ?? name
        try RunArtifact.check(target)
        return try keep(target) { temporary throws(RunError) in try ArtifactCopy.copy(source, to: temporary) }
    }

    /// Writes bytes as a file into the run; it is durable and hashed when the call returns.
    ///
    /// - Throws: ``RunError`` with the code `alreadyLogged` where another content stands at the path.
    @discardableResult
    public func log(artifact content: [UInt8], as path: String) throws -> RunArtifact {
        try RunArtifact.check(path)
        return try keep(path) { temporary throws(RunError) in
            var file = try AppendFile(creating: temporary)
            try file.append(content)
            try file.synchronize()
            return (Digest(of: content), content.count)
        }
    }

    private func keep(
        _ path: String, write: (String) throws(RunError) -> (digest: Digest, size: Int)
    ) throws -> RunArtifact {
        let target = folder + "/artifacts/" + path
        try DurableFiles.makeFolders(target.lastIndex(of: "/").map { String(target[..<$0]) } ?? folder)
        let temporary = folder + "/artifacts/.tmp-" + UUID().uuidString
        defer { DurableFiles.remove(temporary) }
        let (digest, size) = try write(temporary)
        return try state.withLock { state in
            if let old = state.artifacts[path] {
                guard old.digest == digest else {
                    throw RunError(
                        .alreadyLogged,
                        "the run holds another content as '\(path)'; log it under another name",
                        path: folder)
                }
                return old
            }
            try DurableFiles.rename(temporary, to: target)
            let artifact = RunArtifact(
                path: path, digest: digest, size: size, microseconds: DurableFiles.now())
            try journal.append(.artifact(artifact))
            try journal.synchronize()
            state.artifacts[path] = artifact
            return artifact
        }
    }
}
