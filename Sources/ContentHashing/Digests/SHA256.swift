// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(CryptoKit)
    internal import CryptoKit
#endif

/// An incremental SHA-256 (FIPS 180-4).
///
/// CryptoKit does the work where there is one; elsewhere the processor's SHA-256 instructions, and plain Swift
/// on a processor without them.
public struct SHA256: Sendable {
    #if canImport(CryptoKit)
        private var hasher = CryptoKit.SHA256()
    #else
        package var core = SHA256Core()
    #endif

    /// Starts with the digest of nothing.
    public init() {}

    /// Appends bytes to the content.
    public mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// Appends bytes to the content.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// Appends bytes to the content, without a copy.
    public mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// Appends bytes to the content, without a copy.
    @unsafe
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        #if canImport(CryptoKit)
            unsafe hasher.update(bufferPointer: bytes)
        #else
            unsafe core.update(bytes)
        #endif
    }

    /// The digest of everything appended so far; the hasher itself does not change.
    public func finalize() -> Digest {
        #if canImport(CryptoKit)
            return Digest(unchecked: Array(hasher.finalize()))
        #else
            return core.finalize()
        #endif
    }

    /// The digests of parts of a buffer, two or sixteen parts at a time where the processor gains by it.
    ///
    /// - Parameters:
    ///   - ranges: The parts as offsets into the buffer.
    ///   - buffer: The bytes.
    @unsafe
    package static func digests(
        of ranges: ArraySlice<Range<Int>>, in buffer: UnsafeRawBufferPointer
    ) -> [Digest] {
        #if canImport(CryptoKit)
            return ranges.map { range in
                var hasher = SHA256()
                unsafe hasher.update(UnsafeRawBufferPointer(rebasing: buffer[range]))
                return hasher.finalize()
            }
        #else
            return unsafe SHA256Core.digests(of: ranges, in: buffer)
        #endif
    }
}
