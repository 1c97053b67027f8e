// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Answers with one model and, beside it, asks another that is on trial.
///
/// The trial can never touch the answer: it starts after the answer is there, in a task of its own, with a deadline and a
/// bound on how many run at once. Whatever it does (fail, hang, come late) is only counted.
///
/// ```swift
/// let router = ShadowRouter(shadow: { try challenger.value(for: $0) }) { champion, trial in abs(champion - trial) }
/// let score = try router.answer(to: row) { try champion.value(for: $0) }
/// router.report.meanDistance
/// ```
public final class ShadowRouter<Input: Sendable, Output: Sendable>: Sendable {
    private struct State {
        var report = ShadowReport()
        var running = 0
        var calls: UInt64 = 0
    }

    private let shadow: @Sendable (Input) async throws -> Output
    private let distance: @Sendable (Output, Output) -> Double
    private let tolerance: Double
    private let deadline: Duration
    private let maximumRunning: Int
    private let every: UInt64
    private let state = Mutex(State())

    /// Makes a router.
    ///
    /// - Parameters:
    ///   - deadline: After how long a trial counts as late; it is cancelled then.
    ///   - maximumRunning: How many trials run at once, late ones among them until they return; with so many
    ///     running, further ones are skipped.
    ///   - every: Every how many answers the trial is asked; 1 asks it always.
    ///   - tolerance: Up to which distance two answers count as the same.
    ///   - shadow: The model on trial.
    ///   - distance: How far two answers lie apart, such as the magnitude of the difference of two scores.
    public init(
        deadline: Duration = .milliseconds(100), maximumRunning: Int = 4, every: Int = 1,
        tolerance: Double = 0,
        shadow: @escaping @Sendable (Input) async throws -> Output,
        distance: @escaping @Sendable (_ answer: Output, _ trial: Output) -> Double
    ) {
        self.deadline = deadline
        self.maximumRunning = max(maximumRunning, 0)
        self.every = UInt64(max(every, 1))
        self.tolerance = tolerance
        self.shadow = shadow
        self.distance = distance
    }

    /// What the trials gave so far.
    public var report: ShadowReport { state.withLock { $0.report } }

    /// How many trials are running.
    public var running: Int { state.withLock { $0.running } }

    /// Answers, then starts a trial; returns without waiting for it.
    ///
    /// - Throws: What the model that answers throws; then there is no trial.
    public func answer(to input: Input, with model: (Input) throws -> Output) rethrows -> Output {
        let answer = try model(input)
        startTrial(of: input, against: answer)
        return answer
    }

    /// Answers, then starts a trial; returns without waiting for it.
    ///
    /// - Throws: What the model that answers throws; then there is no trial.
    public func answer(
        to input: Input, with model: (Input) async throws -> Output
    ) async rethrows -> Output {
        let answer = try await model(input)
        startTrial(of: input, against: answer)
        return answer
    }

    private func startTrial(of input: Input, against answer: Output) {
        let starts = state.withLock { state in
            defer { state.calls += 1 }
            guard state.calls % every == 0 else { return false }
            guard state.running < maximumRunning else {
                state.report.skipped += 1
                return false
            }
            state.running += 1
            return true
        }
        guard starts else { return }
        Task.detached(priority: .utility) { [self] in
            let clock = ContinuousClock()
            let start = clock.now
            let result = await withTaskGroup(of: Result<Output, any Error>?.self) { group in
                group.addTask { [self] in
                    do { return .success(try await shadow(input)) } catch { return .failure(error) }
                }
                group.addTask { [deadline] in
                    try? await Task.sleep(for: deadline)
                    return nil
                }
                // A trial that takes no notice of being cancelled is waited for here, and counts as running.
                let first = await group.next() ?? nil
                group.cancelAll()
                return first
            }
            end(after: clock.now - start, with: result, against: answer)
        }
    }

    private func end(after time: Duration, with result: Result<Output, any Error>?, against answer: Output) {
        // Outside the lock, as it is the caller's code.
        let apart: Double? = if case .success(let output) = result { distance(answer, output) } else { nil }
        state.withLock { state in
            state.running -= 1
            switch result {
            case nil: state.report.late += 1
            case _ where time > deadline: state.report.late += 1
            case .success: state.report.add(apart ?? .nan, tolerance: tolerance)
            case .failure: state.report.failed += 1
            }
        }
    }
}
