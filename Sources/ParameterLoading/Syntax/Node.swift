// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A value with the place it was written at; what every parser makes and every later step works on.
struct Node: Sendable {
    var content: Content
    /// The place of the value's first byte.
    var origin: Origin
    /// What this value replaced, the latest first; nil as long as it replaced nothing.
    var shadowed: [Node]?

    init(_ content: Content, at origin: Origin) {
        self.content = content
        self.origin = origin
        self.shadowed = nil
    }

    /// Whether other values are in this one.
    var isCollection: Bool {
        switch content {
        case .list, .mapping: true
        default: false
        }
    }

    enum Content: Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        /// An integer above `Int64.max`.
        case natural(UInt64)
        case number(Double)
        case string(String)
        /// A text whose source has no types (environment, command line): whoever asks decides what it is.
        case text(String)
        case list([Node])
        case mapping(Members)
        /// A value that tells how it is merged with the one below it.
        indirect case directive(MergeDirective, Node)
    }
}

/// How a value in a file is merged with the value below it, where it is not the usual deep merge.
enum MergeDirective: String, Sendable {
    /// The value takes the place of everything below.
    case replace
    /// The key goes away.
    case delete
    /// The elements are put after those of the list below.
    case append
    /// The elements are put before those of the list below.
    case prepend
}

/// A place in one of the texts that were loaded.
struct Origin: Hashable, Sendable {
    /// Which text, counted in the order of loading.
    var source: Int32
    /// The offset in bytes.
    var offset: Int32

    init(_ source: Int32, _ offset: Int) {
        self.source = source
        self.offset = Int32(clamping: offset)
    }
}

/// One member of a mapping.
struct Member: Sendable {
    var key: String
    var keyOrigin: Origin
    var value: Node
    /// Whether the key was written as a text; else it was a collection, whose JSON stands here, or nothing at all.
    var isKeyText = true
}

/// The members of a mapping in the order they were written, found by name in constant time.
struct Members: Sendable {
    private(set) var entries: [Member] = []
    /// Kept only for mappings with many members.
    private var places: [String: Int]?
    private static let linearLimit = 8

    init() {}

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }

    func place(of key: String) -> Int? {
        if let places { return places[key] }
        return entries.firstIndex { $0.key == key }
    }

    subscript(key: String) -> Node? { place(of: key).map { entries[$0].value } }

    /// Appends a member; false where the key is taken already, and then nothing changes.
    mutating func append(_ member: Member) -> Bool {
        if places != nil {
            guard places?.updateValue(entries.count, forKey: member.key) == nil else {
                places = Members.index(entries)
                return false
            }
        } else {
            for entry in entries where entry.key == member.key { return false }
            if entries.count == Members.linearLimit {
                entries.append(member)
                places = Members.index(entries)
                return true
            }
        }
        entries.append(member)
        return true
    }

    /// Sets the value of a key, adding the key where it is new.
    mutating func set(_ member: Member) {
        if let place = place(of: member.key) {
            entries[place] = member
        } else {
            _ = append(member)
        }
    }

    /// Changes the value at a place in turn.
    mutating func update(at place: Int, _ body: (inout Node) throws -> Void) rethrows {
        try body(&entries[place].value)
    }

    mutating func remove(_ key: String) -> Member? {
        guard let place = place(of: key) else { return nil }
        let member = entries.remove(at: place)
        if places != nil { places = Members.index(entries) }
        return member
    }

    mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

    private static func index(_ entries: [Member]) -> [String: Int] {
        var places: [String: Int] = [:]
        places.reserveCapacity(entries.count * 2)
        for (place, entry) in entries.enumerated() where places[entry.key] == nil {
            places[entry.key] = place
        }
        return places
    }
}

extension Node.Content {
    /// What the value is, in the words of an error message.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .natural: "an integer"
        case .number: "a number"
        case .string, .text: "a string"
        case .list: "a list"
        case .mapping: "a mapping"
        case .directive(_, let node): node.content.kind
        }
    }
}
