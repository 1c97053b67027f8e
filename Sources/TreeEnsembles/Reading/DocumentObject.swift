// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The members of an object, in the order of the file.
///
/// No name appears twice. The names are left in the bytes of the file, for most of them nobody asks.
package struct DocumentObject: Sendable {
    private let bytes: [UInt8]
    private var members: [Member] = []
    /// For each member, while there are few, a number that most other names do not have.
    private var marks: [UInt64] = []
    /// A bit for each of the marks of the members, by its last six bits: most new names find theirs unset.
    private var seen: UInt64 = 0
    private var places: [String: Int] = [:]
    /// Below this number of members, looking at one after another is quicker than a dictionary.
    private static let fewMembers = 32

    private struct Member {
        let name: DocumentName
        let value: DocumentValue
    }

    /// An object whose names stand in these bytes.
    init(in bytes: [UInt8]) { self.bytes = bytes }

    /// The names of all members.
    package var names: [String] { members.map { $0.name.text(in: bytes) } }

    /// The values of all members.
    package var values: [DocumentValue] { members.map(\.value) }

    /// The value of a member.
    package subscript(name: String) -> DocumentValue? {
        if members.count >= Self.fewMembers { return places[name].map { members[$0].value } }
        var name = name
        let place: Int? = name.withUTF8 { utf8 in
            let span = unsafe utf8.span
            return unsafe self.place(of: span.bytes)
        }
        return place.map { members[$0].value }
    }

    /// Adds a member and says whether the name was new.
    mutating func add(_ name: DocumentName, _ value: DocumentValue) -> Bool {
        if members.count >= Self.fewMembers {
            guard places.updateValue(members.count, forKey: name.text(in: bytes)) == nil else { return false }
            members.append(Member(name: name, value: value))
            return true
        }
        if members.isEmpty {
            members.reserveCapacity(4)
            marks.reserveCapacity(4)
        }
        let mark: UInt64
        switch name {
        case .inFile(let range):
            let found = unsafe bytes.span.bytes.extracting(range)
            if place(of: found) != nil { return false }
            mark = Self.mark(of: found)
        case .text(let text):
            let utf8 = Array(text.utf8)
            if unsafe place(of: utf8.span.bytes) != nil { return false }
            mark = unsafe Self.mark(of: utf8.span.bytes)
        }
        seen |= 1 << (mark & 63)
        marks.append(mark)
        members.append(Member(name: name, value: value))
        if members.count == Self.fewMembers {
            for (index, name) in names.enumerated() { places[name] = index }
        }
        return true
    }

    private func place(of name: RawSpan) -> Int? {
        let mark = Self.mark(of: name)
        if seen >> (mark & 63) & 1 == 0 { return nil }
        for index in marks.indices where marks[index] == mark {
            switch members[index].name {
            case .inFile(let range):
                let own = unsafe bytes.span.bytes.extracting(range)
                if own.byteCount == name.byteCount, Self.areEqual(own, name) { return index }
            case .text(let text):
                let utf8 = Array(text.utf8)
                if utf8.count == name.byteCount, unsafe Self.areEqual(utf8.span.bytes, name) { return index }
            }
        }
        return nil
    }

    private static func areEqual(_ first: RawSpan, _ second: RawSpan) -> Bool {
        for place in 0..<first.byteCount where byte(first, place) != byte(second, place) { return false }
        return true
    }

    /// The mark of a name, which is quicker to compare than the name.
    private static func mark(of name: RawSpan) -> UInt64 {
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

/// A name of a member.
enum DocumentName {
    /// It stands in the bytes of the file.
    case inFile(Range<Int>)
    /// In the file it is written with escapes.
    case text(String)

    func text(in bytes: [UInt8]) -> String {
        switch self {
        case .inFile(let range): String(decoding: bytes[range], as: UTF8.self)
        case .text(let text): text
        }
    }
}
