// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// How a chunk's bytes are kept in a pack.
enum ChunkCodec: UInt8 {
    /// As they are.
    case plain = 0
    /// Deflated (RFC 1951).
    case deflated = 1
}

/// How a store compresses what is added to it; what is there already stays as it is.
public enum ChunkCompression: Hashable, Sendable {
    /// Nothing is compressed.
    case none
    /// Deflate at a level from 1, fast, to 9, small, for chunks of which a sample shrinks by an eighth or more.
    case deflate(level: Int)

    func compress(_ bytes: UnsafeRawBufferPointer) throws(DeflateError) -> (ChunkCodec, [UInt8])? {
        guard case .deflate(let level) = self, bytes.count >= 256 else { return nil }
        let bounded = Int32(min(max(level, 1), 9))
        let sample = unsafe Array(bytes.prefix(4_096))
        let shrunken = try Deflate.compress(sample, .raw, level: 1)
        guard shrunken.count <= sample.count / 8 * 7 else { return nil }
        let packed = try unsafe Deflate.compress(Array(bytes), .raw, level: bounded)
        return packed.count < bytes.count ? (.deflated, packed) : nil
    }
}

extension ChunkCodec {
    /// Appends the content of a chunk; false where the stored bytes are damaged.
    func expand(_ stored: ArraySlice<UInt8>, size: Int, to contents: inout [UInt8]) -> Bool {
        switch self {
        case .plain:
            guard stored.count == size else { return false }
            contents += stored
            return true
        case .deflated:
            do throws(DeflateError) {
                let content = try Deflate.expand(Array(stored), .raw, limit: size)
                contents += content
                return content.count == size
            } catch {
                return false
            }
        }
    }
}
