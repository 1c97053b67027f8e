// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The calls by which an open file is written; tests put others in their place.
@safe
package struct WritingCalls {
    /// Writes the bytes at an offset; gives how many were written, or the number of the error, negative.
    package var write: (UnsafeRawBufferPointer, Int) -> Int
    /// Lets later writes go past the system's cache, or no longer; false where that cannot be.
    package var goPastCache: (Bool) -> Bool

    /// Takes the calls.
    @unsafe
    package init(
        write: @escaping (UnsafeRawBufferPointer, Int) -> Int, goPastCache: @escaping (Bool) -> Bool
    ) {
        unsafe self.write = unsafe write
        self.goPastCache = goPastCache
    }

    /// The system's calls for an open file.
    init(file: Int32) {
        unsafe self.init(
            write: { bytes, offset in
                let count = unsafe pwrite(file, bytes.baseAddress, bytes.count, off_t(offset))
                return count < 0 ? -Int(errno) : count
            },
            goPastCache: { mlops_write_past_cache(file, $0 ? 1 : 0) == 0 })
    }
}

/// Writes a large file past the system's cache: what is written once and read much later needs no copy there, and the processors
/// no second thread that brings the copy to the device.
///
/// The pieces are copied together, since a device takes whole blocks only. What makes no block at the end, and all of it
/// where the file system cannot do this, goes through the cache.
@safe
package struct AlignedWriter {
    /// A multiple of every block size, and one large page of most processors.
    package static let stretch = 1 << 21
    /// No file system asks for more.
    private static let block = 1 << 12

    private let calls: WritingCalls
    private let memory: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var offset = 0
    private var isPastCache: Bool

    private init(_ calls: WritingCalls, _ memory: UnsafeMutableRawBufferPointer) {
        self.calls = calls
        unsafe self.memory = unsafe memory
        isPastCache = calls.goPastCache(true)
    }

    /// Writes the pieces from the start of the file on; gives the number of the error where that fails.
    ///
    /// - Parameters:
    ///   - pieces: What is written.
    ///   - memory: Of ``stretch`` bytes or another multiple of a block, aligned to a page; what is in it is lost.
    ///   - calls: How the file is written.
    @unsafe
    package static func write(
        _ pieces: [UnsafeRawBufferPointer], through memory: UnsafeMutableRawBufferPointer,
        by calls: WritingCalls
    ) -> Int32? {
        var writer = unsafe AlignedWriter(calls, memory)
        for index in unsafe pieces.indices {
            if let failure = unsafe writer.append(pieces[index]) { return failure }
        }
        return writer.finish()
    }

    private mutating func append(_ piece: UnsafeRawBufferPointer) -> Int32? {
        var rest = unsafe piece
        while rest.count > 0 {
            let taken = unsafe min(rest.count, memory.count - filled)
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[filled..<filled + taken]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: rest[..<taken]))
            filled += taken
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            if unsafe filled == memory.count, let failure = write(filled) { return failure }
        }
        return nil
    }

    private mutating func finish() -> Int32? {
        let blocks = filled / AlignedWriter.block * AlignedWriter.block
        if let failure = write(blocks) { return failure }
        leaveCache()
        return write(filled)
    }

    private mutating func leaveCache() {
        // Where this fails the last write fails too, and says why.
        if isPastCache { _ = calls.goPastCache(false) }
        isPastCache = false
    }

    /// Writes so many bytes of the memory and moves the others to its start.
    private mutating func write(_ count: Int) -> Int32? {
        var done = 0
        while done < count {
            let written = unsafe calls.write(
                UnsafeRawBufferPointer(rebasing: memory[done..<count]), offset + done)
            switch written {
            case 1...: done += written
            case -Int(EINTR): break
            // The file system wants larger blocks, or took a part of one, or cannot do this after all.
            case -Int(EINVAL) where isPastCache, -Int(EOPNOTSUPP) where isPastCache: leaveCache()
            // To ask again would never end.
            case 0: return EIO
            default: return Int32(-written)
            }
        }
        offset += count
        unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[count..<filled]))
        filled -= count
        return nil
    }
}
