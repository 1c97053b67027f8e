// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

/// A file on its way into a store, in two stages that run at the same time: reading with the digest of the whole, and
/// cutting with the digests of the chunks.
final class FileIngest: Sendable {
    private struct Reading: ~Copyable {
        var file: FileReader
        var hasher = SHA256()
        var size = 0
        var isDone = false
    }

    private struct Storing {
        var cutter: ContentCutter
        var tail: [UInt8] = []
        var parts: [StoredContent.Part] = []
    }

    let stamp: FileStamp
    private let sink: ChunkSink
    private let reading: Mutex<Reading>
    private let storing: Mutex<Storing>

    init(_ path: String, _ sink: ChunkSink) throws(FileReadError) {
        let file = try FileReader(path)
        stamp = file.stamp
        self.sink = sink
        storing = Mutex(Storing(cutter: sink.cutting.makeCutter()))
        reading = Mutex(Reading(file: file))
    }

    /// Reads the next stretch; nil where the file is at its end.
    func readNext() throws -> StretchBuffer? {
        try reading.withLock { reading in
            guard !reading.isDone else { return nil }
            let size = min(StretchBuffer.size, stamp.size + 1)
            let buffer = sink.stretch(of: size)
            buffer.count = try unsafe reading.file.read(into: buffer.stretch)
            unsafe reading.hasher.update(buffer.bytes(carrying: 0))
            reading.size += buffer.count
            reading.isDone = buffer.count < size
            return buffer
        }
    }

    /// Cuts a stretch and stores its chunks; stretches must come in their order.
    func store(_ buffer: StretchBuffer) throws {
        var (tail, cutter) = storing.withLock { ($0.tail, $0.cutter) }
        buffer.carry(tail)
        let bytes = unsafe buffer.bytes(carrying: tail.count)
        let (parts, count) = try unsafe sink.take(bytes, isLast: false, &cutter, in: buffer)
        tail = unsafe Array(bytes[count...])
        storing.withLock { [tail, cutter] storing in
            storing.parts += parts
            storing.tail = tail
            storing.cutter = cutter
        }
    }

    /// Stores what is left and checks that the file did not change.
    func finish() throws -> (Digest, size: Int, [StoredContent.Part]) {
        let (digest, size) = try reading.withLock { reading in
            try reading.file.checkUnchanged()
            return (reading.hasher.finalize(), reading.size)
        }
        var (tail, parts, cutter) = storing.withLock { ($0.tail, $0.parts, $0.cutter) }
        parts += try unsafe tail.withUnsafeBytes { try unsafe sink.take($0, isLast: true, &cutter).parts }
        return (digest, size, parts)
    }
}

/// A content that comes in pieces of any size.
final class ChunkStream: Sendable {
    private struct State {
        var cutter: ContentCutter
        var hasher = SHA256()
        var size = 0
        var pending: [UInt8] = []
        var parts: [StoredContent.Part] = []
    }

    private let sink: ChunkSink
    private let state: Mutex<State>

    init(_ sink: ChunkSink) {
        self.sink = sink
        state = Mutex(State(cutter: sink.cutting.makeCutter()))
    }

    /// Takes the next piece; pieces must come in their order.
    func take(_ piece: [UInt8]) throws {
        try state.withLock { state in
            state.hasher.update(piece)
            state.size += piece.count
            state.pending += piece
            guard state.pending.count >= 4 * sink.cutting.chunking.maximum else { return }
            try store(&state, isLast: false)
        }
    }

    /// Stores what is left.
    func finish() throws -> (Digest, size: Int, [StoredContent.Part]) {
        try state.withLock { state in
            try store(&state, isLast: true)
            return (state.hasher.finalize(), state.size, state.parts)
        }
    }

    private func store(_ state: inout State, isLast: Bool) throws {
        var cutter = state.cutter
        let (parts, count) = try unsafe state.pending.withUnsafeBytes {
            try unsafe sink.take($0, isLast: isLast, &cutter)
        }
        state.cutter = cutter
        state.parts += parts
        state.pending.removeFirst(count)
    }
}
