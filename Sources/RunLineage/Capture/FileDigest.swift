// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

package import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The digest of a file that need not be readable.
package enum FileDigest {
    /// Reads and hashes a file; nil where it cannot be read or holds more bytes than the limit.
    package static func of(_ path: String, limit: Int = .max) -> (digest: Digest, size: Int)? {
        guard let file = try? FileReader(path), file.stamp.size <= limit,
            let digest = try? Digest(ofFileAt: path)
        else { return nil }
        return (digest, file.stamp.size)
    }
}
