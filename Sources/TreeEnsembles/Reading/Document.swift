// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a JSON or UBJSON file holds, as places in its bytes.
///
/// The values stand in one list, each before what is in it. Most of them are never asked for, so that a value costs
/// nothing but its entry until somebody does.
final class Document: Sendable {
    let bytes: [UInt8]
    let entries: AlignedTable<Entry>
    /// The strings that are written with escapes.
    let texts: [String]
    /// The members of objects with many of them, by the object's place: a name's value.
    let indexes: [Int: [String: Int]]

    /// A value, or a name before its value.
    struct Entry: BitwiseCopyable, Sendable {
        enum Kind: UInt8 {
            case null, no, yes, number, numbers, array, object
            /// A string or a name as it stands in the file.
            case string
            /// The same with escapes: `start` is its place in ``Document/texts``.
            case text
        }

        var kind: Kind
        /// Of numbers.
        var encoding = NumberArray.Encoding.text
        /// Where it stands in the file; an object's or array's `start` is the number of its members or elements.
        var start = 0
        var end = 0
        /// Of a value the entry after all that is in it, of a name its mark.
        var link: UInt64 = 0
    }

    init(bytes: [UInt8], entries: AlignedTable<Entry>, texts: [String], indexes: [Int: [String: Int]]) {
        self.bytes = bytes
        self.entries = entries
        self.texts = texts
        self.indexes = indexes
    }

    /// The value at a place.
    func value(at place: Int) -> DocumentValue {
        let entry = entries[place]
        switch entry.kind {
        case .null: return .null
        case .no: return .bool(false)
        case .yes: return .bool(true)
        case .number: return .number(numbers(entry))
        case .numbers: return .numbers(numbers(entry))
        case .string, .text: return .string(string(entry))
        case .object: return .object(DocumentObject(self, at: place))
        case .array:
            var (elements, next): ([DocumentValue], Int) = ([], place + 1)
            elements.reserveCapacity(entry.start)
            for _ in 0..<entry.start {
                elements.append(value(at: next))
                next = Int(entries[next].link)
            }
            return .array(elements)
        }
    }

    /// A string or a name.
    func string(_ entry: Entry) -> String {
        entry.kind == .text
            ? texts[entry.start] : String(decoding: bytes[entry.start..<entry.end], as: UTF8.self)
    }

    private func numbers(_ entry: Entry) -> NumberArray {
        NumberArray(bytes: bytes, start: entry.start, end: entry.end, encoding: entry.encoding)
    }
}
