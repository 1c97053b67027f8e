// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// HMAC-SHA256 (RFC 2104): a digest that nobody can guess the content of without the key.
enum KeyedDigest {
    static func of(_ content: [UInt8], key: [UInt8]) -> Digest {
        let block = 64
        var padded = key.count > block ? Digest(of: key).bytes : key
        padded += [UInt8](repeating: 0, count: block - padded.count)
        var inner = SHA256()
        inner.update(padded.map { $0 ^ 0x36 })
        inner.update(content)
        var outer = SHA256()
        outer.update(padded.map { $0 ^ 0x5c })
        outer.update(inner.finalize().bytes)
        return outer.finalize()
    }
}
