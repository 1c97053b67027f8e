// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CHashKernels

/// The cyclic redundancy check of iSCSI (RFC 3720, appendix B.4), which TensorBoard's event files carry too.
///
/// It finds accidents, not malice: identity is the work of ``SHA256``.
public struct CRC32C: Hashable, Sendable {
    private var state: UInt32 = ~0
    private let isAccelerated: Bool

    private static let hasInstructions = mlops_crc32c_is_available() != 0

    /// Starts with the checksum of nothing.
    public init() { self.init(isAccelerated: true) }

    /// - Parameter isAccelerated: False takes the plain Swift kernel in any case, to compare the two.
    package init(isAccelerated: Bool) {
        self.isAccelerated = isAccelerated && CRC32C.hasInstructions
    }

    /// The checksum of everything appended so far.
    public var value: UInt32 { ~state }

    /// The checksum as TFRecord files store it, turned and shifted so that a checksum of checksums stays sound.
    public var masked: UInt32 { (value >> 15 | value << 17) &+ 0xa282_ead8 }

    /// Computes the checksum of a content in memory.
    public static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(bytes)
        return checksum.value
    }

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
        guard let start = bytes.baseAddress else { return }
        if isAccelerated {
            state = unsafe mlops_crc32c_update(
                state, start.assumingMemoryBound(to: UInt8.self), bytes.count)
        } else {
            var crc = state
            for index in bytes.indices {
                let low = unsafe UInt8(truncatingIfNeeded: crc) ^ bytes[index]
                crc = CRC32C.table[Int(low)] ^ crc >> 8
            }
            state = crc
        }
    }

    /// The remainders of all bytes by the polynomial 0x1edc6f41, bits reversed.
    private static let table: [UInt32] = (0..<256).map { (byte: UInt32) in
        (0..<8).reduce(byte) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
    }
}
