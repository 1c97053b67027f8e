// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A SHA-256 digest: the name of a content.
///
/// Its text is `sha256:` and 64 lower-case hexadecimal digits, as in the OCI specifications.
public struct Digest: Sendable {
    /// The digest's bits, the first in the highest bit of the first word: no digest needs memory of its own.
    private let first, second, third, fourth: UInt64

    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (first, second, third, fourth) = words
    }

    /// Takes the 32 bytes of a digest; any other count gives nil.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(unchecked: bytes)
    }

    /// Takes 32 bytes; a program error otherwise.
    package init(unchecked bytes: some RandomAccessCollection<UInt8>) {
        func word(_ number: Int) -> UInt64 {
            var word: UInt64 = 0
            for offset in 0..<8 {
                word = word << 8 | UInt64(bytes[bytes.index(bytes.startIndex, offsetBy: 8 * number + offset)])
            }
            return word
        }
        self.init(words: (word(0), word(1), word(2), word(3)))
    }

    package var words: (UInt64, UInt64, UInt64, UInt64) { (first, second, third, fourth) }

    /// The 32 bytes of the digest.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        append(to: &bytes)
        return bytes
    }

    package func append(to bytes: inout [UInt8]) {
        for word in [first, second, third, fourth] {
            unsafe withUnsafeBytes(of: word.bigEndian) { unsafe bytes.append(contentsOf: $0) }
        }
    }

    /// Appends the lower-case hexadecimal digits, without a prefix.
    package func appendHexadecimal(to bytes: inout [UInt8]) {
        for word in [first, second, third, fourth] {
            unsafe withUnsafeBytes(of: word.bigEndian) {
                unsafe ContentHashing.appendHexadecimal($0, to: &bytes)
            }
        }
    }

    /// Computes the digest of a content in memory.
    public init(of content: [UInt8]) {
        var hasher = SHA256()
        hasher.update(content)
        self = hasher.finalize()
    }

    /// Computes the digest of a text's UTF-8 bytes.
    public init(of text: String) {
        self.init(of: Array(text.utf8))
    }

    /// Reads 64 hexadecimal digits, with or without the prefix `sha256:`; anything else gives nil.
    public init?(_ text: some StringProtocol) {
        var digits = Array(text.utf8)
        if digits.starts(with: "sha256:".utf8) { digits.removeFirst(7) }
        guard digits.count == 64, let bytes = decodeHexadecimal(digits) else { return nil }
        self.init(unchecked: bytes)
    }

    /// The 64 lower-case hexadecimal digits, without a prefix.
    public var hexadecimal: String { encodeHexadecimal(bytes) }

    /// The first twelve hexadecimal digits: enough for people, never for identity.
    public var short: String { String(hexadecimal.prefix(12)) }
}

extension Digest: CustomStringConvertible {
    /// The prefix `sha256:` and the hexadecimal digits.
    public var description: String { "sha256:" + hexadecimal }
}

extension Digest: Hashable {
    /// Whether two digests are the same.
    public static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    /// Feeds the first bits: a digest is as good as random already.
    public func hash(into hasher: inout Hasher) { hasher.combine(first) }
}

extension Digest: Comparable {
    /// Orders digests as their bytes are ordered.
    public static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }
}

extension Digest: Codable {
    /// Reads the digest's text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not 'sha256:' and 64 hexadecimal digits")
        }
        self = digest
    }

    /// Writes the digest's text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
