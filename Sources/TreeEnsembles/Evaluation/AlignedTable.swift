// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Immutable numbers in memory aligned to 64 bytes, as vector kernels want them.
@safe
final class AlignedTable<Element: BitwiseCopyable>: @unchecked Sendable {
    // Sendable: nothing writes after init.
    let count: Int
    private let memory: UnsafeMutableRawBufferPointer

    init(_ elements: [Element]) {
        count = elements.count
        let size = elements.count * MemoryLayout<Element>.stride
        // 256 bytes more, so that a kernel's last full loads stay inside.
        unsafe memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size + 256, alignment: 64)
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[size...])
            .initializeMemory(as: UInt8.self, repeating: 0)
        unsafe elements.withUnsafeBytes { source in
            unsafe memory.baseAddress.unsafelyUnwrapped.copyMemory(
                from: source.baseAddress ?? UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped),
                byteCount: source.count)
        }
    }

    deinit { unsafe memory.deallocate() }

    /// The first element; valid while the table lives.
    var base: UnsafePointer<Element> {
        unsafe UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped).assumingMemoryBound(to: Element.self)
    }

    /// One element.
    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count)
        return unsafe base[index]
    }

    /// How many bytes the elements take.
    var byteCount: Int { count * MemoryLayout<Element>.stride }
}
