// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Takes the values of a ``Document`` as a scanner finds them.
struct DocumentBuilder {
    let bytes: [UInt8]
    private let entries = GrowingTable<Document.Entry>()
    private var texts: [String] = []
    private var indexes: [Int: [String: Int]] = [:]

    /// An object or array whose end was not found yet.
    struct Container {
        fileprivate let place: Int
        fileprivate var count = 0
        /// A bit for each of the marks of the members, by its last six bits: most new names find theirs unset.
        fileprivate var seen: UInt64 = 0
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
        // A tree's arrays are long, so this is room for most models, and little beside their files.
        entries.reserve(bytes.count / 100)
    }

    /// The document, when its only value has been added.
    consuming func finish() -> Document {
        Document(bytes: bytes, entries: entries.finish(), texts: texts, indexes: indexes)
    }

    /// Adds a word: null, no or yes.
    mutating func add(_ word: Document.Entry.Kind) { append(Document.Entry(kind: word)) }

    /// Adds a number, or an array of them.
    mutating func add(
        _ kind: Document.Entry.Kind, _ range: Range<Int>, encoding: NumberArray.Encoding = .text
    ) {
        append(
            Document.Entry(kind: kind, encoding: encoding, start: range.lowerBound, end: range.upperBound))
    }

    /// Adds a string.
    mutating func add(_ string: DocumentString) { append(entry(of: string)) }

    /// Starts an object or array.
    mutating func open(_ kind: Document.Entry.Kind) -> Container {
        append(Document.Entry(kind: kind))
        return Container(place: entries.count - 1)
    }

    /// Ends it.
    mutating func close(_ container: Container) {
        // Bounds: the container was added there.
        let entry = unsafe entries.base + container.place
        unsafe entry.pointee.start = container.count
        unsafe entry.pointee.link = UInt64(entries.count)
    }

    /// Says that an element of an array comes next.
    mutating func startElement(of array: inout Container) { array.count += 1 }

    /// Adds the name of the member that comes next, and says whether it is new.
    mutating func startMember(_ name: DocumentString, of object: inout Container) -> Bool {
        var entry = entry(of: name)
        if object.count >= DocumentObject.fewMembers {
            let text = name.text(in: bytes)
            let place = entries.count + 1
            guard indexes[object.place, default: [:]].updateValue(place, forKey: text) == nil else {
                return false
            }
        } else {
            let mark: UInt64
            switch name {
            case .inFile(let range):
                let found = unsafe bytes.span.bytes.extracting(range)
                mark = DocumentObject.mark(of: found)
                if object.seen >> (mark & 63) & 1 == 1, has(object, found, mark) { return false }
            case .text(let text):
                let utf8 = Array(text.utf8)
                mark = unsafe DocumentObject.mark(of: utf8.span.bytes)
                if unsafe object.seen >> (mark & 63) & 1 == 1 && has(object, utf8.span.bytes, mark) {
                    return false
                }
            }
            entry.link = mark
            object.seen |= 1 << (mark & 63)
        }
        entries.append(entry)
        object.count += 1
        if object.count == DocumentObject.fewMembers { index(object) }
        return true
    }

    private mutating func append(_ value: Document.Entry) {
        var value = value
        value.link = UInt64(entries.count + 1)
        entries.append(value)
    }

    private mutating func entry(of string: DocumentString) -> Document.Entry {
        switch string {
        case .inFile(let range):
            return Document.Entry(kind: .string, start: range.lowerBound, end: range.upperBound)
        case .text(let text):
            texts.append(text)
            return Document.Entry(kind: .text, start: texts.count - 1)
        }
    }

    /// Whether an object has a member of this name.
    private func has(_ object: Container, _ name: RawSpan, _ mark: UInt64) -> Bool {
        let found = unsafe UnsafeBufferPointer(start: entries.base, count: entries.count)
        return unsafe DocumentObject.place(
            of: name, mark, among: object.count, at: object.place, found, texts, bytes) != nil
    }

    /// Makes the index of an object that has got many members.
    private mutating func index(_ object: Container) {
        var (places, next): ([String: Int], Int) = ([:], object.place + 1)
        for _ in 0..<object.count {
            let name = entries[next]
            let text =
                name.kind == .text
                ? texts[name.start] : String(decoding: bytes[name.start..<name.end], as: UTF8.self)
            places[text] = next + 1
            // The value of the newest member is still to come.
            if next + 1 < entries.count { next = Int(entries[next + 1].link) }
        }
        indexes[object.place] = places
    }
}

/// A string as a scanner finds it.
enum DocumentString {
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
