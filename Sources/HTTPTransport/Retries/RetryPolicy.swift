// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How often and how soon a failed request is sent again.
///
/// The waits grow by a factor of two up to a cap, and each is drawn evenly between nothing and that bound ("full jitter",
/// AWS Architecture Blog, 2015), so that clients that failed together do not come back together.
public struct RetryPolicy: Hashable, Sendable {
    /// How many times a request is sent at most.
    public var attempts: Int
    /// The bound of the first wait.
    public var firstWait: Duration
    /// The bound that no wait exceeds, not even one that the server asks for by `Retry-After`.
    public var longestWait: Duration
    /// The start of the sequence of random waits; nil takes a new one from the system for each client.
    public var seed: UInt64?

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - attempts: How many times a request is sent at most; below one counts as one.
    ///   - firstWait: The bound of the first wait.
    ///   - longestWait: The bound that no wait exceeds.
    ///   - seed: The start of the sequence of random waits, for tests.
    public init(
        attempts: Int = 6, firstWait: Duration = .milliseconds(200), longestWait: Duration = .seconds(20),
        seed: UInt64? = nil
    ) {
        self.attempts = max(attempts, 1)
        self.firstWait = firstWait
        self.longestWait = longestWait
        self.seed = seed
    }

    /// Sends everything once.
    public static let never = RetryPolicy(attempts: 1)

    /// The wait after a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, counted from 1.
    ///   - asked: What the server asked for.
    ///   - fraction: A random number from 0 to 1.
    func wait(after attempt: Int, asked: Duration?, fraction: Double) -> Duration {
        // Twenty doublings of any useful first wait are beyond any useful cap.
        let bound = min(firstWait * (1 << min(attempt - 1, 20)), longestWait)
        return min(max(bound * fraction, asked ?? .zero), longestWait)
    }
}
