// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The members of an object, in the order of the file.
///
/// No name appears twice. Names and values are left where they stand, for most of them nobody asks.
package struct DocumentObject: Sendable {
    private let document: Document
    private let place: Int
    private let count: Int
    /// Below this number of members, looking at one after another is quicker than a dictionary.
    static let fewMembers = 32

    /// The object at a place of a document.
    init(_ document: Document, at place: Int) {
        self.document = document
        self.place = place
        count = document.entries[place].start
    }

    /// An object without members.
    init() {
        let empty = Document(
            bytes: [], entries: AlignedTable([Document.Entry(kind: .object)]), texts: [], indexes: [:])
        self.init(empty, at: 0)
    }

    /// The names of all members.
    package var names: [String] { mapMembers { document.string(document.entries[$0]) } }

    /// The values of all members.
    package var values: [DocumentValue] { mapMembers { document.value(at: $0 + 1) } }

    /// The value of a member.
    package subscript(name: String) -> DocumentValue? {
        if count >= Self.fewMembers { return document.indexes[place]?[name].map { document.value(at: $0) } }
        var name = name
        let found: Int? = name.withUTF8 { utf8 in
            let name = unsafe utf8.span.bytes
            return unsafe Self.place(
                of: name, Self.mark(of: name), among: count, at: place, document.entries.buffer,
                document.texts, document.bytes)
        }
        return found.map { document.value(at: $0) }
    }

    private func mapMembers<Result>(_ transform: (Int) -> Result) -> [Result] {
        var next = place + 1
        return (0..<count).map { _ in
            defer { next = Int(document.entries[next + 1].link) }
            return transform(next)
        }
    }

    /// The place of the value that a name has among the first members of an object.
    @inline(__always)
    static func place(
        of name: RawSpan, _ mark: UInt64, among count: Int, at object: Int,
        _ entries: UnsafeBufferPointer<Document.Entry>, _ texts: [String], _ bytes: [UInt8]
    ) -> Int? {
        // Bounds: the members stand behind their object, and each value names the entry after it.
        var next = object + 1
        for _ in 0..<count {
            let entry = unsafe entries[next]
            if entry.link == mark {
                if entry.kind == .text {
                    let utf8 = Array(texts[entry.start].utf8)
                    if unsafe areEqual(utf8.span.bytes, name) { return next + 1 }
                } else if unsafe areEqual(bytes.span.bytes.extracting(entry.start..<entry.end), name) {
                    return next + 1
                }
            }
            next = unsafe Int(entries[next + 1].link)
        }
        return nil
    }

    private static func areEqual(_ first: RawSpan, _ second: RawSpan) -> Bool {
        guard first.byteCount == second.byteCount else { return false }
        for place in 0..<first.byteCount where byte(first, place) != byte(second, place) { return false }
        return true
    }

    /// The mark of a name, which is quicker to compare than the name.
    static func mark(of name: RawSpan) -> UInt64 {
        let count = name.byteCount
        var mark = UInt64(count)
        if count >= 8 {
            // Bounds: both words lie within the name.
            let first = unsafe name.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
            let last = unsafe name.unsafeLoadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            let mixed = (mark &+ first) &* 0x9e37_79b9_7f4a_7c15 &+ last
            return mixed ^ mixed >> 32
        }
        for place in 0..<count { mark = mark << 8 | UInt64(byte(name, place)) }
        return mark
    }

    @inline(__always)
    private static func byte(_ name: RawSpan, _ place: Int) -> UInt8 {
        // Bounds: callers ask for places below the number of bytes.
        unsafe name.unsafeLoadUnaligned(fromByteOffset: place, as: UInt8.self)
    }
}
