// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// A stretch of a content with room before it, where the end of the stretch before is put that is no chunk yet.
///
/// It goes from one stage of the work to the next. Packs are written straight from it, so what is filled once is not changed
/// again: when nobody holds the stretch any more its memory goes back to where it came from, for the next one.
@safe
final class StretchBuffer: @unchecked Sendable {
    /// With the room of the standard chunks this makes two of the large pages of most processors.
    static let size = 15 << 18
    let room: Int
    private let memory: StretchMemory
    private let pool: StretchPool
    /// How many bytes of the stretch are filled.
    var count = 0
    /// Where the stretch may be cut, if somebody looked.
    var places: CutPlaces?

    init(room: Int, size: Int, from pool: StretchPool) {
        self.room = room
        self.pool = pool
        memory = pool.take(room + size)
    }

    deinit { pool.takeBack(memory) }

    /// Where the stretch itself is put.
    var stretch: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory.bytes[room...])
    }

    /// The stretch with the last so many bytes of the room before it.
    func bytes(carrying carried: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[room - carried..<room + count])
    }

    /// Puts bytes right before the stretch.
    func carry(_ bytes: [UInt8]) {
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: memory.bytes[room - bytes.count..<room])
        unsafe target.copyBytes(from: bytes)
    }

    /// Some bytes of the memory, for as long as the stretch is held.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[range])
    }

    /// Which bytes of the memory these are; nil where they lie elsewhere.
    func range(of bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        guard let start = bytes.baseAddress, let first = unsafe UnsafeRawPointer(memory.bytes.baseAddress)
        else { return nil }
        let offset = unsafe start - first
        guard offset >= 0, unsafe offset + bytes.count <= memory.bytes.count else { return nil }
        return offset..<offset + bytes.count
    }
}

/// Memory that belongs to one stretch at a time.
@safe
final class StretchMemory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ size: Int) {
        let isLarge = size >= 1 << 21
        unsafe bytes = .allocate(byteCount: size, alignment: isLarge ? 1 << 21 : 64)
        #if canImport(Glibc)
            // Asking for memory page by page costs as much as hashing what is put into it. It is a wish and no need.
            if isLarge { unsafe _ = madvise(bytes.baseAddress, size, MADV_HUGEPAGE) }
        #endif
    }

    deinit { unsafe bytes.deallocate() }
}

/// The memory of stretches, handed on from one to the next.
final class StretchPool: Sendable {
    /// With so many bytes in use packs get copies, so that a few new chunks in each stretch do not keep them all.
    private static let most = 96 << 20

    private struct State {
        var spare: [StretchMemory] = []
        /// How many bytes are in use.
        var taken = 0
    }

    /// The size of all but the stretches of small files, which are of any size.
    private let common: Int
    private let state = Mutex(State())

    init(common: Int) { self.common = common }

    /// Whether so much is in use that no pack should hold on to more of it.
    var isScarce: Bool { state.withLock { $0.taken > StretchPool.most } }

    func take(_ size: Int) -> StretchMemory {
        let spare = state.withLock { state -> StretchMemory? in
            state.taken += size
            return size == common ? state.spare.popLast() : nil
        }
        return spare ?? StretchMemory(size)
    }

    func takeBack(_ memory: StretchMemory) {
        let size = unsafe memory.bytes.count
        state.withLock { state in
            state.taken -= size
            if size == common, (state.spare.count + 1) * size + state.taken <= StretchPool.most {
                state.spare.append(memory)
            }
        }
    }
}
