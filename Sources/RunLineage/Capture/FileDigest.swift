// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

package import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The digest of a file, read in pieces.
package enum FileDigest {
    /// Reads and hashes a file; nil where it cannot be read or holds more bytes than the limit.
    package static func of(_ path: String, limit: Int = .max) -> (digest: Digest, size: Int)? {
        guard let stream = InputFile(path) else { return nil }
        var hasher = SHA256()
        var size = 0
        while true {
            guard let piece = stream.next(upTo: 1 << 20) else { return nil }
            if piece.isEmpty { return (hasher.finalize(), size) }
            size += piece.count
            guard size <= limit else { return nil }
            hasher.update(piece)
        }
    }
}
