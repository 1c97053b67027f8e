// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Hands the pieces of a content from the task that fetches them to a thread that waits for them, one at a time.
final class PieceStream: Sendable {
    private struct State {
        var piece: [UInt8]?
        var sender: CheckedContinuation<Void, any Error>?
        var failure: (any Error)?
        /// Whether nothing more comes.
        var isFinished = false
        /// Whether nothing more is wanted.
        var isClosed = false
    }

    private let state = Mutex(State())
    private let filled = DispatchSemaphore(value: 0)

    // MARK: The sender's side

    /// Hands a piece over and waits until it is taken.
    ///
    /// - Throws: `CancellationError` where nothing more is wanted.
    func send(_ piece: [UInt8]) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isTaken = state.withLock { state in
                    guard !state.isClosed else { return false }
                    (state.piece, state.sender) = (piece, continuation)
                    return true
                }
                if isTaken { filled.signal() } else { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            close()
        }
    }

    /// Says that nothing more comes, and why, where that is not the end of the content.
    func finish(_ failure: (any Error)?) {
        state.withLock { ($0.isFinished, $0.failure) = (true, failure) }
        filled.signal()
    }

    private func close() {
        let sender = state.withLock { state in
            state.isClosed = true
            defer { (state.piece, state.sender) = (nil, nil) }
            return state.sender
        }
        sender?.resume(throwing: CancellationError())
    }

    // MARK: The reader's side

    /// Lets the body take the pieces in their order, nil at the end.
    ///
    /// - Throws: What the body throws, or what kept the sender from sending all.
    func drain(_ body: (@escaping () -> [UInt8]?) throws -> Void) throws {
        defer { close() }
        do {
            try body { self.next() }
        } catch {
            // Half a content looks like a damaged one; what cut it off is the cause.
            throw state.withLock { $0.failure } ?? error
        }
        let (failure, isCutOff) = state.withLock { ($0.failure, $0.isClosed) }
        if let failure { throw failure }
        if isCutOff { throw CancellationError() }
    }

    private func next() -> [UInt8]? {
        guard !state.withLock({ $0.isFinished && $0.piece == nil }) else { return nil }
        filled.wait()
        let (piece, sender) = state.withLock { state in
            defer { (state.piece, state.sender) = (nil, nil) }
            return (state.piece, state.sender)
        }
        sender?.resume()
        return piece
    }
}
