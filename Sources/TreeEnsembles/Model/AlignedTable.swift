// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Immutable numbers in memory aligned to 64 bytes, as vector kernels want them: of this process, or of a mapped file.
@safe
package struct AlignedTable<Element: BitwiseCopyable>: @unchecked Sendable, RandomAccessCollection {
    // Sendable: nothing writes to the memory once a table is made of it.

    /// Bytes after the last element that a kernel's last full loads may read.
    static var padding: Int { 256 }

    package let count: Int
    /// The first element; valid while the table lives.
    let base: UnsafePointer<Element>
    private let memory: any AnyObject & Sendable

    package init(_ elements: [Element] = []) {
        let table = GrowingTable<Element>()
        table.append(contentsOf: elements)
        self = table.finish()
    }

    /// Elements that stand in memory which somebody else made.
    ///
    /// - Parameters:
    ///   - base: The first one; the padding behind the last one can be read too.
    ///   - count: How many there are.
    ///   - memory: What keeps the memory.
    @unsafe
    init(base: UnsafePointer<Element>, count: Int, memory: any AnyObject & Sendable) {
        unsafe self.base = base
        self.count = count
        self.memory = memory
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count)
            return unsafe base[index]
        }
    }

    /// All elements; valid while the table lives.
    var buffer: UnsafeBufferPointer<Element> { unsafe UnsafeBufferPointer(start: base, count: count) }

    /// How many bytes the elements take.
    var byteCount: Int { count * MemoryLayout<Element>.stride }
}

/// Numbers that are added one after another, in memory that an ``AlignedTable`` takes over as it is.
@safe
final class GrowingTable<Element: BitwiseCopyable> {
    private(set) var count = 0
    private var capacity = 0
    private var memory = TableMemory(byteCount: AlignedTable<Element>.padding)
    /// How many elements there is room for in the pages that the system was asked for.
    private var ready = 0

    /// The first element; valid until the table grows.
    var base: UnsafeMutablePointer<Element> { unsafe memory.base.assumingMemoryBound(to: Element.self) }

    /// Makes room for so many elements in all.
    func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        let size = wanted * MemoryLayout<Element>.stride
        let larger = TableMemory(byteCount: size + AlignedTable<Element>.padding)
        // Bounds: the old memory holds `count` elements, and the new one more.
        unsafe larger.base.copyMemory(
            from: memory.base, byteCount: count * MemoryLayout<Element>.stride)
        memory = larger
        (capacity, ready) = (wanted, count)
    }

    /// Makes room for more elements, for the caller to write, and gives the first of them.
    ///
    /// - Parameters:
    ///   - more: How many; ``truncate(to:)`` drops what was not needed.
    ///   - isRough: Whether there may be far fewer, so that no memory is taken before it is written.
    func extend(by more: Int, isRough: Bool = false) -> UnsafeMutablePointer<Element> {
        if count + more > capacity { reserve(Swift.max(count + more, 2 * capacity)) }
        if count + more > ready, !isRough { askForPages(count + more) }
        defer { count += more }
        return unsafe base + count
    }

    /// Asks for the pages of so many elements, and of some that may follow.
    private func askForPages(_ wanted: Int) {
        let (stride, ahead) = (MemoryLayout<Element>.stride, 2 * MemoryPages.least)
        let end = Swift.min(capacity, wanted + ahead / stride)
        // Bounds: the memory holds `capacity` elements.
        unsafe MemoryPages.ask(memory.base + ready * stride, count: (end - ready) * stride)
        ready = end
    }

    func append(_ element: Element) { unsafe extend(by: 1).initialize(to: element) }

    func append(contentsOf elements: [Element]) {
        let target = unsafe extend(by: elements.count)
        unsafe elements.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { unsafe target.initialize(from: first, count: source.count) }
        }
    }

    /// Drops elements at the end.
    func truncate(to count: Int) { self.count = Swift.min(count, self.count) }

    /// The element at a place.
    subscript(place: Int) -> Element {
        @inline(__always) get {
            precondition(place >= 0 && place < count)
            return unsafe base[place]
        }
    }

    /// The elements as they stand; this table is empty afterwards.
    func finish() -> AlignedTable<Element> {
        let size = count * MemoryLayout<Element>.stride
        // Bounds: the memory has the padding behind its capacity.
        unsafe (memory.base + size).initializeMemory(
            as: UInt8.self, repeating: 0, count: AlignedTable<Element>.padding)
        let base = unsafe UnsafePointer(self.base)
        let table = unsafe AlignedTable(base: base, count: count, memory: memory)
        memory = TableMemory(byteCount: AlignedTable<Element>.padding)
        (count, capacity, ready) = (0, 0, 0)
        return table
    }
}

/// Memory of this process, aligned to 64 bytes.
@safe
final class TableMemory: @unchecked Sendable {
    // Sendable: whoever shares it writes to it no more.
    let base: UnsafeMutableRawPointer

    init(byteCount: Int) {
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    }

    deinit { unsafe base.deallocate() }
}
