// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Work that waits for a disk or takes a core for long: done beside the threads on which tasks run, so that a
/// service that publishes an artifact goes on answering.
package enum Blocking {
    private static let queue = DispatchQueue(label: "swift-mlops.blocking", attributes: .concurrent)
    /// Each has a thread of its own, while the queue above has as many as there are processors.
    private static let devices = (0..<max(4, ProcessInfo.processInfo.activeProcessorCount)).map {
        DispatchQueue(label: "swift-mlops.device.\($0)")
    }
    private static let turn = Atomic(0)

    /// Runs the body on a thread of its own and gives back its answer.
    package static func run<Answer: Sendable>(
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// Runs a body that spends its time waiting for a device: no processor stands still for it.
    static func runBesideWork<Answer: Sendable>(
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return try await withCheckedThrowingContinuation { continuation in
            devices[abs(turn % devices.count)].async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
