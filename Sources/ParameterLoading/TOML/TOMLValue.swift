// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A value of a TOML document with its type, which JSON alone cannot tell.
struct TOMLValue {
    enum Content {
        case string(String)
        case integer(Int64)
        case float(Double)
        case bool(Bool)
        case time(TimeKind, String)
        case array([TOMLValue])
        case table(TOMLTable)
        /// An array that `[[headers]]` fill.
        case tables([TOMLTable])
    }

    /// The four kinds of time, named as in the toml-test suite.
    enum TimeKind: String {
        case offsetDateTime = "datetime"
        case localDateTime = "datetime-local"
        case localDate = "date-local"
        case localTime = "time-local"
    }

    var content: Content
    var offset: Int
}

/// A table while it is being filled.
final class TOMLTable {
    /// Who made the table, which decides who may add to it.
    enum Maker: Equatable {
        /// A header below it; its own header may still come.
        case implied
        /// Its own header.
        case header
        /// Dotted keys under the header with this number.
        case dottedKeys(Int)
        /// An inline table, which is closed.
        case inline
    }

    struct Entry {
        var key: String
        var keyOffset: Int
        var value: TOMLValue
    }

    var maker: Maker
    let offset: Int
    private(set) var entries: [Entry] = []
    private var places: [String: Int] = [:]

    init(_ maker: Maker, at offset: Int) {
        self.maker = maker
        self.offset = offset
    }

    subscript(key: String) -> TOMLValue? { places[key].map { entries[$0].value } }

    func set(_ key: String, _ keyOffset: Int, _ value: TOMLValue) {
        if let place = places[key] {
            entries[place].value = value
        } else {
            places[key] = entries.count
            entries.append(Entry(key: key, keyOffset: keyOffset, value: value))
        }
    }

    /// The table as nodes; times become texts.
    func node(_ source: Int32) -> Node {
        var members = Members()
        members.reserveCapacity(entries.count)
        for entry in entries {
            _ = members.append(
                Member(
                    key: entry.key, keyOrigin: Origin(source, entry.keyOffset),
                    value: entry.value.node(source)))
        }
        return Node(.mapping(members), at: Origin(source, offset))
    }
}

extension TOMLValue {
    func node(_ source: Int32) -> Node {
        let content: Node.Content =
            switch self.content {
            case .string(let text), .time(_, let text): .string(text)
            case .integer(let value): .integer(value)
            case .float(let value): .number(value)
            case .bool(let value): .bool(value)
            case .array(let elements): .list(elements.map { $0.node(source) })
            case .tables(let tables): .list(tables.map { $0.node(source) })
            case .table(let table): .mapping(table.members(source))
            }
        return Node(content, at: Origin(source, offset))
    }

    /// The tagged JSON of the toml-test suite: `{"type": "integer", "value": "1"}`.
    func writeTagged(to bytes: inout [UInt8]) {
        func scalar(_ type: String, _ value: String) {
            bytes += #"{"type":"\#(type)","value":"#.utf8
            JSONText.write(value, to: &bytes)
            bytes += "}".utf8
        }
        func list(_ count: Int, _ element: (Int, inout [UInt8]) -> Void) {
            bytes += "[".utf8
            for index in 0..<count {
                if index > 0 { bytes += ",".utf8 }
                element(index, &bytes)
            }
            bytes += "]".utf8
        }
        switch content {
        case .string(let text): scalar("string", text)
        case .integer(let value): scalar("integer", String(value))
        case .float(let value): scalar("float", value.isNaN ? "nan" : "\(value)")
        case .bool(let value): scalar("bool", String(value))
        case .time(let kind, let text): scalar(kind.rawValue, text)
        case .array(let elements): list(elements.count) { elements[$0].writeTagged(to: &$1) }
        case .tables(let tables): list(tables.count) { tables[$0].writeTagged(to: &$1) }
        case .table(let table): table.writeTagged(to: &bytes)
        }
    }
}

extension TOMLTable {
    func members(_ source: Int32) -> Members {
        guard case .mapping(let members) = node(source).content else { return Members() }
        return members
    }

    func writeTagged(to bytes: inout [UInt8]) {
        bytes += "{".utf8
        for (index, entry) in entries.enumerated() {
            if index > 0 { bytes += ",".utf8 }
            JSONText.write(entry.key, to: &bytes)
            bytes += ":".utf8
            entry.value.writeTagged(to: &bytes)
        }
        bytes += "}".utf8
    }
}
