// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import Dispatch

/// Work that waits for a disk or takes a core for long: done beside the threads on which tasks run, so that a
/// service that publishes an artifact goes on answering.
package enum Blocking {
    private static let queue = DispatchQueue(label: "swift-mlops.blocking", attributes: .concurrent)

    /// Runs the body on a thread of its own and gives back its answer.
    package static func run<Answer: Sendable>(
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
