// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

/// A file on its way into a store, in three stages that run at the same time: reading; the digest of the whole, with the
/// places where it may be cut; and the digests of the chunks.
final class FileIngest: Sendable {
    private struct Reading: ~Copyable {
        var file: FileReader
        var size = 0
        var isDone = false
    }

    private struct Storing {
        var cutter: ContentCutter
        var tail: [UInt8] = []
        var parts: [StoredContent.Part] = []
    }

    private struct Balance {
        /// How many stretches are hashed and not yet stored.
        var waiting = 0
        /// Whether storing had nothing to do when a stretch was hashed.
        var isStoringIdle = false
    }

    let stamp: FileStamp
    private let sink: ChunkSink
    private let reading: Mutex<Reading>
    private let hasher: Mutex<CutFindingHasher>
    private let storing: Mutex<Storing>
    private let balance = Mutex(Balance())

    init(_ path: String, _ sink: ChunkSink) throws(FileReadError) {
        let file = try FileReader(path)
        stamp = file.stamp
        self.sink = sink
        storing = Mutex(Storing(cutter: sink.cutting.makeCutter()))
        hasher = Mutex(CutFindingHasher(sink.cutting.chunking))
        reading = Mutex(Reading(file: file))
    }

    /// Reads the next stretch; nil where the file is at its end.
    func readNext() throws -> StretchBuffer? {
        try reading.withLock { reading in
            guard !reading.isDone else { return nil }
            let size = min(StretchBuffer.size, stamp.size + 1)
            let buffer = sink.stretch(of: size)
            buffer.count = try unsafe reading.file.read(into: buffer.stretch)
            reading.size += buffer.count
            reading.isDone = buffer.count < size
            return buffer
        }
    }

    /// Appends a stretch to the content of which the digest is made; stretches must come in their order.
    ///
    /// - Parameter sharesWork: Whether the places are left to whoever stores the stretch when that side waits for work: there
    ///   it costs more, but the digest is done sooner.
    func hash(_ buffer: StretchBuffer, sharesWork: Bool) {
        let finds = !(sharesWork && balance.withLock { $0.isStoringIdle })
        buffer.places = hasher.withLock {
            unsafe $0.update(buffer.bytes(carrying: 0), finds: finds)
        }
        balance.withLock { balance in
            balance.isStoringIdle = balance.waiting == 0
            balance.waiting += 1
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
        balance.withLock { $0.waiting -= 1 }
    }

    /// Stores what is left and checks that the file did not change.
    func finish() throws -> (Digest, size: Int, [StoredContent.Part]) {
        let size = try reading.withLock { reading in
            try reading.file.checkUnchanged()
            return reading.size
        }
        let digest = hasher.withLock { $0.finalize() }
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
