// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// A content kept in a ``ChunkStore``: what it is, and where its parts are found.
///
/// Put it into any JSON record of the same store: whatever such a record names is kept when garbage is collected.
/// Equal contents in one store have equal values.
public struct StoredContent: Hashable, Sendable {
    /// The SHA-256 of the whole content.
    public let digest: Digest
    /// The size in bytes.
    public let size: Int
    /// Whether the content is JSON lines that name further contents, as a manifest does.
    public let holdsReferences: Bool
    /// 0 where the parts are chunks of the content, else how many lists lie between the parts and the chunks.
    let depth: Int
    /// The parts in their order; none for a content that is empty or one chunk.
    let parts: [Part]

    /// A stretch of the content.
    struct Part: Hashable, Sendable {
        /// The digest of the chunk, or of the list that names the stretch's parts.
        var digest: Digest
        /// How many bytes of the content it covers.
        var size: Int
    }

    init(digest: Digest, size: Int, depth: Int, parts: [Part], holdsReferences: Bool) {
        self.digest = digest
        self.size = size
        self.depth = depth
        self.parts = parts == [Part(digest: digest, size: size)] ? [] : parts
        self.holdsReferences = holdsReferences
    }

    /// The parts, the single chunk of a small content among them.
    var allParts: [Part] {
        parts.isEmpty && size > 0 ? [Part(digest: digest, size: size)] : parts
    }
}

extension StoredContent: Codable {
    /// What marks a reference among other JSON; another version of the format gets another mark.
    static let mark = "chunks/1"

    private enum Name: String, CodingKey {
        case content, sha256, size, depth, parts, holds
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        guard try container.decode(String.self, forKey: .content) == StoredContent.mark else {
            throw DecodingError.dataCorruptedError(
                forKey: .content, in: container, debugDescription: "not of the format '\(StoredContent.mark)'"
            )
        }
        let digest = try StoredContent.digest(container.decode(String.self, forKey: .sha256), container)
        let depth = try container.decodeIfPresent(Int.self, forKey: .depth) ?? 0
        var parts: [Part] = []
        if container.contains(.parts) {
            var list = try container.nestedUnkeyedContainer(forKey: .parts)
            while !list.isAtEnd {
                var part = try list.nestedUnkeyedContainer()
                parts.append(
                    Part(
                        digest: try StoredContent.digest(part.decode(String.self), container),
                        size: try part.decode(Int.self)))
            }
        }
        let size = try container.decode(Int.self, forKey: .size)
        let holds = try container.decodeIfPresent(String.self, forKey: .holds)
        self.init(
            digest: digest, size: size, depth: depth, parts: parts, holdsReferences: holds == "references")
        guard isSound, holds == nil || holds == "references" else {
            throw DecodingError.dataCorruptedError(
                forKey: .parts, in: container, debugDescription: "the parts do not add up to the content")
        }
    }

    /// Writes `{"content":"chunks/1","sha256":…,"size":…}` and, where there are several parts, `depth` and `parts`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(StoredContent.mark, forKey: .content)
        try container.encode(digest.hexadecimal, forKey: .sha256)
        try container.encode(size, forKey: .size)
        if holdsReferences { try container.encode("references", forKey: .holds) }
        guard !parts.isEmpty else { return }
        try container.encode(depth, forKey: .depth)
        var list = container.nestedUnkeyedContainer(forKey: .parts)
        for part in parts {
            var pair = list.nestedUnkeyedContainer()
            try pair.encode(part.digest.hexadecimal)
            try pair.encode(part.size)
        }
    }

    /// Whether sizes and depth can be true.
    private var isSound: Bool {
        guard size >= 0, (0...4).contains(depth), parts.allSatisfy({ $0.size > 0 }) else { return false }
        if parts.isEmpty { return depth == 0 }
        var total = 0
        for part in parts {
            let (sum, overflows) = total.addingReportingOverflow(part.size)
            if overflows { return false }
            total = sum
        }
        return total == size
    }

    private static func digest(
        _ text: String, _ container: KeyedDecodingContainer<Name>
    ) throws -> Digest {
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .sha256, in: container, debugDescription: "'\(text)' is not a SHA-256")
        }
        return digest
    }
}

extension StoredContent {
    /// What ``encode(to:)`` writes, without the detour over an encoder: a manifest has many of them.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "content": .string(StoredContent.mark), "sha256": .string(digest.hexadecimal),
            "size": .integer(Int64(size)),
        ]
        if holdsReferences { members["holds"] = .string("references") }
        if !parts.isEmpty {
            members["depth"] = .integer(Int64(depth))
            members["parts"] = .array(
                parts.map { .array([.string($0.digest.hexadecimal), .integer(Int64($0.size))]) })
        }
        return .object(members)
    }

    /// Appends the bytes of ``json`` in their canonical form.
    package func appendJSON(to bytes: inout [UInt8]) {
        func append(_ text: StaticString) {
            unsafe bytes.append(
                contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        func append(_ number: Int) { bytes.append(contentsOf: String(number).utf8) }
        append(#"{"content":"chunks/1""#)
        if !parts.isEmpty {
            append(#","depth":"#)
            append(depth)
        }
        if holdsReferences { append(#","holds":"references""#) }
        if !parts.isEmpty {
            append(#","parts":["#)
            for (index, part) in parts.enumerated() {
                append(index == 0 ? #"[""# : #",[""#)
                part.digest.appendHexadecimal(to: &bytes)
                append(#"","#)
                append(part.size)
                append("]")
            }
            append("]")
        }
        append(#","sha256":""#)
        digest.appendHexadecimal(to: &bytes)
        append(#"","size":"#)
        append(size)
        append("}")
    }

    /// Reads what ``json`` gives; nil for anything else.
    package init?(json: JSONValue) {
        guard case .object(let members) = json, members["content"]?.string == StoredContent.mark,
            let digest = members["sha256"]?.string.flatMap({ Digest($0) }),
            let size = members["size"]?.integer
        else { return nil }
        var parts: [Part] = []
        for part in members["parts"]?.array ?? [] {
            guard let pair = part.array, pair.count == 2, let digest = pair[0].string.flatMap({ Digest($0) }),
                let size = pair[1].integer
            else { return nil }
            parts.append(Part(digest: digest, size: Int(size)))
        }
        let holds = members["holds"]?.string
        self.init(
            digest: digest, size: Int(size), depth: Int(members["depth"]?.integer ?? 0), parts: parts,
            holdsReferences: holds == "references")
        guard isSound, holds == nil || holdsReferences else { return nil }
    }
}
