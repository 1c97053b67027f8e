// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CZlib

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The bytes of a file or of memory in blocks, inflated where they are compressed with gzip (RFC 1952).
final class ByteSource {
    private enum Origin {
        case file(Int32)
        case memory([UInt8])
        case pieces(() -> [UInt8]?)
    }

    /// The name for messages.
    let name: String
    private let origin: Origin
    private let limit: Int
    private var memoryOffset = 0
    private var produced = 0
    private var head: [UInt8] = []
    private var inflater: Inflater?
    private var isStarted = false

    /// Opens a file.
    init(path: String, limit: Int) throws(TableError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TableError(.unreadable, "cannot be opened: \(ByteSource.systemMessage())", file: path)
        }
        origin = .file(descriptor)
        name = path
        self.limit = limit
    }

    /// Takes bytes in memory.
    init(bytes: [UInt8], name: String, limit: Int) {
        origin = .memory(bytes)
        self.name = name
        self.limit = limit
    }

    /// Takes pieces as they come; nil at the end.
    init(name: String, limit: Int, pieces: @escaping () -> [UInt8]?) {
        origin = .pieces(pieces)
        self.name = name
        self.limit = limit
    }

    deinit {
        if case .file(let descriptor) = origin { close(descriptor) }
    }

    /// Appends the next bytes, about as many as asked for; false at the end.
    func read(into buffer: inout [UInt8], count: Int = 1 << 20) throws(TableError) -> Bool {
        if !isStarted {
            isStarted = true
            while head.count < 2 {
                var more: [UInt8] = []
                guard try readRaw(into: &more, count: 1 << 16) else { break }
                head += more
            }
            if head.starts(with: [0x1f, 0x8b]) { inflater = Inflater() }
        }
        let before = buffer.count
        if let inflater {
            while buffer.count == before {
                if head.isEmpty, try !readRaw(into: &head, count: 1 << 18) {
                    guard inflater.isAtMemberEnd else {
                        throw TableError(
                            .damaged, "the compressed data end early; the file is cut off", file: name)
                    }
                    return false
                }
                guard let used = inflater.inflate(head, into: &buffer, count: count) else {
                    throw TableError(
                        .damaged, "the compressed data are damaged after \(produced) bytes of text",
                        file: name)
                }
                head.removeFirst(used)
            }
        } else if !head.isEmpty {
            buffer += head
            head = []
        } else {
            guard try readRaw(into: &buffer, count: count) else { return false }
        }
        produced += buffer.count - before
        guard produced <= limit else {
            throw TableError(
                .tooLarge, "there are more than \(limit) bytes; raise TableLimits.bytes to read them",
                file: name)
        }
        return true
    }

    private func readRaw(into buffer: inout [UInt8], count: Int) throws(TableError) -> Bool {
        switch origin {
        case .memory(let bytes):
            let end = min(memoryOffset + count, bytes.count)
            buffer += bytes[memoryOffset..<end]
            defer { memoryOffset = end }
            return end > memoryOffset
        case .pieces(let next):
            while let piece = next() {
                buffer += piece
                if !piece.isEmpty { return true }
            }
            return false
        case .file(let descriptor):
            // The system call fills memory of this array and tells how much of it; nothing beyond is kept.
            var failure: String?
            let block = unsafe [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
                while true {
                    #if canImport(Glibc)
                        let result = unsafe Glibc.read(descriptor, memory.baseAddress, count)
                    #elseif canImport(Musl)
                        let result = unsafe Musl.read(descriptor, memory.baseAddress, count)
                    #else
                        let result = unsafe Darwin.read(descriptor, memory.baseAddress, count)
                    #endif
                    if result >= 0 {
                        filled = result
                        return
                    }
                    guard errno == EINTR else {
                        failure = ByteSource.systemMessage()
                        filled = 0
                        return
                    }
                }
            }
            if let failure { throw TableError(.unreadable, "cannot be read: \(failure)", file: name) }
            buffer += block
            return !block.isEmpty
        }
    }

    private static func systemMessage() -> String {
        let code = errno
        return unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}

/// Inflates the members of a gzip stream, checking each one's length and CRC-32.
@safe private final class Inflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var isReady = false
    /// Whether everything so far belongs to members that are complete.
    private(set) var isAtMemberEnd = false

    init() {
        // zlib keeps a pointer to the stream, so it must not move.
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        isReady = unsafe czlib_inflate_init(stream, 15 + 16) == Z_OK
    }

    deinit {
        if isReady { _ = unsafe inflateEnd(stream) }
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Inflates into the buffer; how many input bytes were used, or nil where they are damaged.
    func inflate(_ input: [UInt8], into buffer: inout [UInt8], count: Int) -> Int? {
        guard isReady else { return nil }
        if isAtMemberEnd {
            // What follows a member is another one, or padding that gzip itself ignores.
            guard input.starts(with: [0x1f]) else { return input.count }
            guard unsafe inflateReset(stream) == Z_OK else { return nil }
            isAtMemberEnd = false
        }
        var used: Int?
        let block = unsafe input.withUnsafeBufferPointer { source in
            unsafe [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(source.count)
                unsafe stream.pointee.next_out = memory.baseAddress
                unsafe stream.pointee.avail_out = UInt32(count)
                let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                filled = unsafe count - Int(stream.pointee.avail_out)
                if status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR {
                    used = unsafe source.count - Int(stream.pointee.avail_in)
                }
                isAtMemberEnd = status == Z_STREAM_END
            }
        }
        buffer += block
        return used
    }
}
