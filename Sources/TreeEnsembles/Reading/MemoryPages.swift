// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The pages of memory that is about to be written.
enum MemoryPages {
    /// Below this many bytes asking takes longer than it saves.
    static let least = 1 << 17

    /// Asks the system for the pages of some memory at once, where it can do that (Linux 5.14 and later).
    ///
    /// Else each page comes with an interrupt of its own when it is first written, which takes two to three times as long
    /// in all. Nothing but time depends on it.
    ///
    /// - Parameters:
    ///   - base: Where the memory starts.
    ///   - count: How many bytes of it will be written.
    @unsafe
    static func ask(_ base: UnsafeMutableRawPointer, count: Int) {
        #if os(Linux)
            let size = 4096
            // Whole pages within the memory.
            let skipped = -Int(bitPattern: base) & (size - 1)
            guard count - skipped >= least else { return }
            // MADV_POPULATE_WRITE, which some systems' headers do not name.
            _ = unsafe madvise(base + skipped, (count - skipped) & ~(size - 1), 23)
        #endif
    }
}
