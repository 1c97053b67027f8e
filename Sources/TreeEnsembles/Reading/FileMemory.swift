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

/// The bytes of a file that tables are read from in place: mapped, or a copy in memory of this process.
///
/// They start at a multiple of 64 bytes. Mapped pages are those of the system's cache, which all processes share that
/// have the file mapped. What another process writes into a mapped file shows here, and a file that is cut while it is
/// mapped ends the process at the next access behind its end; so writers put a new file in the place of the old one.
@safe
final class FileMemory: @unchecked Sendable {
    // Sendable: nothing in this process writes to it after init.
    let base: UnsafeRawPointer
    let count: Int
    private let copy: TableMemory?

    /// Takes a copy.
    init(copying bytes: [UInt8]) {
        let memory = TableMemory(byteCount: max(bytes.count, 1))
        unsafe bytes.withUnsafeBytes { source in
            if let start = source.baseAddress {
                // Bounds: the memory is as large.
                unsafe memory.base.copyMemory(from: start, byteCount: source.count)
            }
        }
        unsafe base = UnsafeRawPointer(memory.base)
        count = bytes.count
        copy = memory
    }

    private init(mapped base: UnsafeRawPointer, count: Int) {
        unsafe self.base = base
        self.count = count
        copy = nil
    }

    /// Maps a file that starts with certain bytes; nil where it does not, or cannot be mapped.
    static func mapped(_ path: String, startingWith magic: [UInt8]) -> FileMemory? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var facts = stat()
        var start = [UInt8](repeating: 0, count: magic.count)
        // pread writes at most as many bytes as it is told.
        guard unsafe fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
            unsafe pread(file, &start, magic.count, 0) == magic.count, start == magic
        else { return nil }
        let count = Int(facts.st_size)
        guard let memory = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, file, 0),
            unsafe memory != MAP_FAILED
        else { return nil }
        return unsafe FileMemory(mapped: UnsafeRawPointer(memory), count: count)
    }

    deinit {
        if copy == nil { unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }
}
