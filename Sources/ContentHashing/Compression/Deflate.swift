// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CZlib

/// What stands around deflated data.
package enum DeflateFormat: Sendable {
    /// Nothing (RFC 1951).
    case raw
    /// Two bytes before, an Adler-32 behind (RFC 1950).
    case zlib
    /// A header before, a CRC-32 behind (RFC 1952); reading takes several members in a row.
    case gzip

    fileprivate var windowBits: Int32 {
        switch self {
        case .raw: -15
        case .zlib: 15
        case .gzip: 31
        }
    }
}

/// Why data could not be compressed or expanded.
package struct DeflateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the data.
    package let description: String
}

/// Compresses a stream piece by piece (zlib's deflate).
@safe
package final class DeflateEncoder {
    // zlib keeps a pointer to the stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Starts a stream; level 1 is fast, 9 is small.
    package init(_ format: DeflateFormat, level: Int32 = 6) throws(DeflateError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe czlib_deflate_init(stream, level, format.windowBits) == Z_OK else {
            throw DeflateError(description: "zlib cannot start to compress at level \(level)")
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Takes bytes and appends what is ready to the output; with `isLast` all that remains.
    package func encode(_ bytes: [UInt8], isLast: Bool, to output: inout [UInt8]) throws(DeflateError) {
        try unsafe run(bytes, stream, to: &output) { stream in
            let status = unsafe deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            return status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END
                ? nil : DeflateError(description: "zlib failed to compress (status \(status))")
        }
    }
}

/// Expands a stream piece by piece (zlib's inflate).
@safe
package final class DeflateDecoder {
    private let stream: UnsafeMutablePointer<z_stream>
    private let format: DeflateFormat
    /// Whether the data so far ends where it may end.
    package private(set) var isComplete = false

    /// Starts a stream.
    package init(_ format: DeflateFormat) throws(DeflateError) {
        self.format = format
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe czlib_inflate_init(stream, format.windowBits) == Z_OK else {
            throw DeflateError(description: "zlib cannot start to expand")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Takes bytes and appends what they expand to.
    ///
    /// - Parameter limit: How large the output may become; beyond it the data is taken for a bomb and refused.
    package func decode(_ bytes: [UInt8], to output: inout [UInt8], limit: Int) throws(DeflateError) {
        try unsafe run(bytes, stream, to: &output, limit: limit) { stream in
            if isComplete {
                guard unsafe stream.pointee.avail_in > 0 else { return nil }
                guard case .gzip = format, unsafe inflateReset(stream) == Z_OK else {
                    return DeflateError(description: "the compressed data goes on after its end")
                }
                isComplete = false
            }
            let status = unsafe inflate(stream, Z_NO_FLUSH)
            switch status {
            case Z_STREAM_END: isComplete = true
            case Z_OK, Z_BUF_ERROR: break
            default: return DeflateError(description: "the compressed data is damaged (status \(status))")
            }
            return nil
        }
    }
}

/// Hands bytes to zlib and collects its output until it asks for nothing more.
private func run(
    _ bytes: [UInt8], _ stream: UnsafeMutablePointer<z_stream>, to output: inout [UInt8], limit: Int = .max,
    step: (UnsafeMutablePointer<z_stream>) -> DeflateError?
) throws(DeflateError) {
    guard bytes.count <= UInt32.max else {
        throw DeflateError(description: "more than 4 GiB in one piece; hand the content over in smaller ones")
    }
    let room = 1 << 16
    var input = bytes
    let failure: DeflateError? = unsafe input.withUnsafeMutableBufferPointer { input in
        unsafe stream.pointee.next_in = input.baseAddress
        unsafe stream.pointee.avail_in = UInt32(input.count)
        while true {
            var failure: DeflateError?
            var made = 0
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                unsafe stream.pointee.next_out = buffer.baseAddress
                unsafe stream.pointee.avail_out = UInt32(room)
                failure = unsafe step(stream)
                made = unsafe room - Int(stream.pointee.avail_out)
                count = made
            }
            if let failure { return failure }
            output.append(contentsOf: piece)
            guard output.count <= limit else {
                return DeflateError(description: "the data expands to more than the \(limit) bytes expected")
            }
            // No room was left over, or another member follows: there may be more to come.
            let isFull = made == room
            let hasInput = unsafe stream.pointee.avail_in > 0
            if !isFull && (!hasInput || made == 0) { return nil }
        }
    }
    unsafe stream.pointee.next_in = nil
    if let failure { throw failure }
}

/// Compression of whole contents in memory.
package enum Deflate {
    /// Compresses a content.
    package static func compress(
        _ bytes: [UInt8], _ format: DeflateFormat, level: Int32 = 6
    ) throws(DeflateError) -> [UInt8] {
        var output: [UInt8] = []
        try DeflateEncoder(format, level: level).encode(bytes, isLast: true, to: &output)
        return output
    }

    /// Expands a content to at most `limit` bytes.
    package static func expand(
        _ bytes: [UInt8], _ format: DeflateFormat, limit: Int
    ) throws(DeflateError) -> [UInt8] {
        let decoder = try DeflateDecoder(format)
        var output: [UInt8] = []
        try decoder.decode(bytes, to: &output, limit: limit)
        guard decoder.isComplete else { throw DeflateError(description: "the compressed data is cut short") }
        return output
    }
}
