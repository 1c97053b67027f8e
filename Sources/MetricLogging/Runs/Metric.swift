// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A metric of a run, ready to take values.
///
/// Logging takes some tens of nanoseconds, allocates nothing and may come from any thread.
///
/// A value is durable when ``Run/flush()`` or ``Run/finish()`` returns. Before that it is in memory, and a moment
/// later with the operating system: see ``RunOptions/handOver``.
public final class Metric: Sendable {
    /// How many points are kept before they are handed over.
    static let batch = 4_096

    private struct State: ~Copyable, Sendable {
        var points: [MetricPoint] = []
        var lastStep: Int?
        var attempt: Int
        var losses = RunLosses()
        var isEnded = false
    }

    /// The name of the metric.
    public let name: String
    private let state: Mutex<State>
    private let journal: JournalWriter
    private let policy: RunOptions.StepPolicy
    private let heldPoints: Int

    init(_ name: String, journal: JournalWriter, options: RunOptions, lastStep: Int?, attempt: Int) {
        self.name = name
        self.journal = journal
        policy = options.stepPolicy
        heldPoints = max(options.heldPoints, Metric.batch)
        var state = State(lastStep: lastStep, attempt: attempt)
        state.points.reserveCapacity(Metric.batch)
        self.state = Mutex(state)
    }

    /// Logs a value at a step.
    public func log(_ value: Double, step: Int) {
        let time = DurableFiles.now()
        state.withLock { add(value, step: step, time: time, to: &$0) }
    }

    /// Logs a value at the step behind the last one; the first is step 0.
    public func log(_ value: Double) {
        let time = DurableFiles.now()
        state.withLock { state in
            let step = state.lastStep.map { $0 == .max ? $0 : $0 + 1 } ?? 0
            add(value, step: step, time: time, to: &state)
        }
    }

    private func add(_ value: Double, step: Int, time: Int64, to state: inout State) {
        if state.isEnded {
            state.losses.latePoints += 1
            return
        }
        if let last = state.lastStep, step <= last, !admit(&state) { return }
        guard state.points.count < heldPoints else {
            state.losses.droppedPoints += 1
            return
        }
        state.lastStep = step
        state.points.append(MetricPoint(step: step, microseconds: time, value: value))
        if state.points.count & (Metric.batch - 1) == 0 {
            // A full disk is no reason to fail here: the points stay, and the next flush throws.
            try? handOver(&state)
        }
    }

    /// Applies the policy to a step that goes backwards; false refuses the point.
    private func admit(_ state: inout State) -> Bool {
        switch policy {
        case .keep: return true
        case .refuse:
            state.losses.refusedPoints += 1
            return false
        case .newAttempt:
            // Points that cannot be handed over now would fall to the wrong attempt, so they are let go and counted.
            do {
                try handOver(&state)
            } catch {
                state.losses.droppedPoints += state.points.count
                state.points.removeAll(keepingCapacity: true)
            }
            state.attempt += 1
            return true
        }
    }

    private func handOver(_ state: inout State) throws {
        var handed = 0
        defer { state.points.removeFirst(handed) }
        while handed < state.points.count {
            let end = min(handed + Metric.batch, state.points.count)
            try journal.append(state.points[handed..<end], of: name, attempt: state.attempt)
            handed = end
        }
    }

    /// Hands the points over to the operating system.
    func handOver() throws {
        try state.withLock { try handOver(&$0) }
    }

    /// What the metric has lost so far.
    var losses: RunLosses { state.withLock { $0.losses } }

    /// Takes no more values.
    func end() { state.withLock { $0.isEnded = true } }
}
