// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Writes the journal of one writer.
///
/// Every call may come from any thread.
final class JournalWriter: Sendable {
    private struct State: ~Copyable, Sendable {
        var file: AppendFile
        var frames = 0
        var scratch = ByteWriter()
        /// Whether the disk refused to confirm: what it holds since is unknown, so nothing is confirmed any more.
        var lostConfirmation: (any Error)?
        var isClosed = false
    }

    private let state: Mutex<State>
    let path: String

    /// Makes the journal of a writer and its first record.
    init(at path: String, opening: JournalOpening) throws {
        self.path = path
        state = Mutex(State(file: try AppendFile(creating: path)))
        try append { try JournalRecord.opened(opening).write(to: &$0) }
        try synchronize()
        try DurableFiles.synchronizeFolder(of: path)
    }

    /// Appends a record, whole or not at all.
    ///
    /// It survives the process when the call returns, and the machine after ``synchronize()``.
    func append(_ record: JournalRecord) throws {
        try append { try record.write(to: &$0) }
    }

    /// Appends points of a metric.
    func append(_ points: ArraySlice<MetricPoint>, of name: String, attempt: Int) throws {
        try append { JournalRecord.write(points, of: name, attempt: attempt, to: &$0) }
    }

    private func append(_ payload: (inout ByteWriter) throws -> Void) throws {
        try state.withLock { state in
            guard !state.isClosed else {
                throw RunError(.ended, "the run has ended and takes no more", path: path)
            }
            state.scratch.removeAll()
            try JournalFrame.append(to: &state.scratch, number: state.frames, payload: payload)
            guard state.scratch.bytes.count <= JournalFrame.maximumPayload else {
                throw RunError(.invalidName, "a record is larger than 16 MiB; log a file instead", path: path)
            }
            try state.file.append(state.scratch.bytes)
            state.frames += 1
        }
    }

    /// Waits until everything appended is on the disk.
    func synchronize() throws {
        try state.withLock { state in
            if let error = state.lostConfirmation { throw error }
            do {
                try state.file.synchronize()
            } catch {
                state.lostConfirmation = error
                throw error
            }
        }
    }

    /// Gives a sign of life.
    func touch() { state.withLock { $0.file.touch() } }

    /// Appends the last record and takes no more.
    func close(_ closing: JournalClosing) throws {
        try append(.closed(closing))
        try synchronize()
        state.withLock { $0.isClosed = true }
    }
}
