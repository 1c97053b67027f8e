// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An incremental MD5 (RFC 1321): only to speak with DVC, which names files by it; nothing here trusts it.
struct MD5: Sendable {
    private var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)
    private var pending: [UInt8] = []
    private var count: UInt64 = 0

    private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    /// The whole part of two to the 32 times the absolute sine of 1 to 64, as the RFC defines them.
    private static let constants: [UInt32] = (1...64).map { UInt32(4_294_967_296 * abs(sin(Double($0)))) }

    /// Appends bytes to the content.
    mutating func update(_ bytes: [UInt8]) {
        count &+= UInt64(bytes.count)
        var at = 0
        if !pending.isEmpty {
            at = min(64 - pending.count, bytes.count)
            pending += bytes[..<at]
            guard pending.count == 64 else { return }
            let block = pending
            compress(block.span, 0)
            pending.removeAll(keepingCapacity: true)
        }
        let span = bytes.span
        while bytes.count - at >= 64 {
            compress(span, at)
            at += 64
        }
        pending += bytes[at...]
    }

    /// The 32 hexadecimal digits of everything appended so far.
    func hexadecimal() -> String {
        var last = self
        let bits = count &* 8
        let zeros = (119 - Int(count % 64)) % 64
        last.update([0x80] + [UInt8](repeating: 0, count: zeros))
        last.update((0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) })
        let words = [last.state.0, last.state.1, last.state.2, last.state.3]
        return words.map { word in
            (0..<4).map { index in
                let byte = UInt8(truncatingIfNeeded: word >> UInt32(8 * index))
                return String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined()
        }.joined()
    }

    private mutating func compress(_ bytes: Span<UInt8>, _ start: Int) {
        var (a, b, c, d) = state
        for step in 0..<64 {
            let mixed: UInt32
            let place: Int
            switch step >> 4 {
            case 0: (mixed, place) = ((b & c) | (~b & d), step)
            case 1: (mixed, place) = ((d & b) | (~d & c), (5 &* step &+ 1) & 15)
            case 2: (mixed, place) = (b ^ c ^ d, (3 &* step &+ 5) & 15)
            default: (mixed, place) = (c ^ (b | ~d), (7 &* step) & 15)
            }
            let at = start + place * 4
            let word =
                UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
                | UInt32(bytes[at + 3]) << 24
            let sum = a &+ mixed &+ MD5.constants[step] &+ word
            let shift = MD5.shifts[(step >> 4) * 4 + step & 3]
            (a, d, c) = (d, c, b)
            b = b &+ (sum << shift | sum >> (32 - shift))
        }
        state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
    }
}

extension MD5 {
    /// The digest of a file, in constant memory.
    ///
    /// - Parameter asText: Whether line ends are made LF first, as DVC 2 did: for each MiB whose first 512 bytes look like text,
    ///   within that MiB only.
    static func digest(ofFileAt path: String, asText: Bool = false) throws(DatasetError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw DatasetError(.notFound, "the file cannot be read: \(systemMessage(errno))", subject: path)
        }
        defer { close(descriptor) }
        var hasher = MD5()
        while true {
            let block = try readBlock(descriptor, path)
            if block.isEmpty { return hasher.hexadecimal() }
            hasher.update(asText && looksLikeText(block.prefix(512)) ? withUnixLineEnds(block) : block)
        }
    }

    private static func readBlock(_ descriptor: Int32, _ path: String) throws(DatasetError) -> [UInt8] {
        let size = 1 << 20
        var failure: Int32?
        // The system calls fill memory of this array and tell how much of it; nothing beyond is kept.
        let block = unsafe [UInt8](unsafeUninitializedCapacity: size) { memory, filled in
            while filled < size, let start = memory.baseAddress {
                let count = unsafe systemRead(descriptor, start + filled, size - filled)
                if count == 0 { break }
                if count > 0 {
                    filled += count
                } else if errno != EINTR {
                    failure = errno
                    break
                }
            }
        }
        if let failure {
            throw DatasetError(.badDVC, "the file cannot be read: \(systemMessage(failure))", subject: path)
        }
        return block
    }

    /// DVC's rule: no NUL, and at most three in ten bytes that are neither printable ASCII nor common controls.
    static func looksLikeText(_ block: ArraySlice<UInt8>) -> Bool {
        if block.contains(0) { return false }
        let others = block.count { byte in
            !(0x20..<0x7f).contains(byte) && ![0x0a, 0x0d, 0x09, 0x0c, 0x08].contains(byte)
        }
        return Double(others) / Double(max(block.count, 1)) <= 0.30
    }

    static func withUnixLineEnds(_ block: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(block.count)
        for (index, byte) in block.enumerated() {
            if byte == 0x0d, index + 1 < block.count, block[index + 1] == 0x0a { continue }
            text.append(byte)
        }
        return text
    }
}

private func systemRead(_ descriptor: Int32, _ start: UnsafeMutableRawPointer, _ count: Int) -> Int {
    unsafe read(descriptor, start, count)
}
