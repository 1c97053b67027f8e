// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension SystemFiles {
    /// The system takes so many pieces at a time.
    private static let mostPieces = 1_024
    /// Some systems take no more than 2 GiB at a time.
    private static let mostBytes = 1 << 26

    /// Writes pieces to an open file; gives the number of the error where that fails.
    @unsafe
    static func writePieces(_ pieces: [UnsafeRawBufferPointer], to file: Int32) -> Int32? {
        var next = 0
        // How much of the next piece is written.
        var done = 0
        while unsafe next < pieces.count {
            let vectors = unsafe vectors(pieces, from: next, behind: done)
            let written = unsafe writev(file, vectors, Int32(vectors.count))
            if written < 0 {
                if errno == EINTR { continue }
                return errno
            }
            // No piece is empty, so there was something to write; to ask again would never end.
            if written == 0 { return EIO }
            done += written
            while unsafe next < pieces.count && done >= pieces[next].count {
                unsafe done -= pieces[next].count
                next += 1
            }
        }
        return nil
    }

    private static func vectors(
        _ pieces: [UnsafeRawBufferPointer], from first: Int, behind done: Int
    ) -> [iovec] {
        var vectors: [iovec] = unsafe []
        var total = 0
        for index in unsafe first..<min(pieces.count, first + mostPieces) where total < mostBytes {
            let piece = unsafe UnsafeRawBufferPointer(rebasing: pieces[index][(index == first ? done : 0)...])
            // What is not taken whole fills the measure, so nothing behind it is taken.
            let size = min(piece.count, mostBytes)
            let start = unsafe UnsafeMutableRawPointer(mutating: piece.baseAddress)
            unsafe vectors.append(iovec(iov_base: start, iov_len: size))
            total += size
        }
        return unsafe vectors
    }
}
