// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How a run writes.
public struct RunOptions: Sendable {
    /// What happens to a point whose step is not above the metric's last one.
    public enum StepPolicy: Sendable {
        /// It is kept beside the others.
        case keep
        /// It begins a new attempt: readers see the newest attempt from its first step on, and older points before it.
        /// The right choice for a training that goes back to a checkpoint.
        case newAttempt
        /// It is refused and counted, and the next flush throws.
        case refuse
    }

    /// What happens to a point whose step is not above the metric's last one.
    public var stepPolicy: StepPolicy
    /// How often points that were logged but not flushed are handed to the operating system: a killed process loses
    /// at most what came since.
    public var handOver: Duration
    /// How many points of one metric stay in memory while the disk refuses them, before further ones are dropped.
    public var heldPoints: Int

    /// Makes options.
    public init(
        stepPolicy: StepPolicy = .keep, handOver: Duration = .seconds(1), heldPoints: Int = 1 << 20
    ) {
        self.stepPolicy = stepPolicy
        self.handOver = handOver
        self.heldPoints = heldPoints
    }
}
