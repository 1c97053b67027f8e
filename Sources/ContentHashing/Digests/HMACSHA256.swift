// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A keyed digest: HMAC (RFC 2104) with SHA-256.
package enum HMACSHA256 {
    /// The 32 bytes of the authentication code of a message.
    package static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        let short = key.count > 64 ? Digest(of: key).bytes : key
        let block = short + [UInt8](repeating: 0, count: 64 - short.count)
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        inner.update(message)
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5c })
        outer.update(inner.finalize().bytes)
        return outer.finalize().bytes
    }
}
