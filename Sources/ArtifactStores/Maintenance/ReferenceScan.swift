// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// Everything in a store that names a content.
///
/// The answer must be complete or none: whatever cannot be read or is not understood is a problem, and a collection
/// of garbage refuses to go on.
struct ReferenceScan {
    /// A content, and who needs it.
    struct Reference: Sendable {
        /// The key of the record.
        var record: String
        /// The file's path, or where in the record the content is named.
        var path: String
        var content: StoredContent
    }

    private let chunks: ChunkStore
    /// The digests of all chunks that are needed, lists of parts among them.
    private(set) var live: Set<Digest> = []
    private(set) var problems: [StoreProblem] = []
    private(set) var references = 0
    private(set) var records = 0
    /// Contents whose chunks are in `live` already.
    private var visited: Set<StoredContent> = []
    /// The records that were read, as they were listed.
    private var read: [String: ObjectInfo] = [:]

    init(_ chunks: ChunkStore) { self.chunks = chunks }

    /// Reads all records of the store, and calls the body with every content that they name; later, the records that are
    /// new or changed.
    mutating func run(_ body: (Reference, Set<Digest>) async throws -> Void = { _, _ in }) async throws {
        let store = chunks.store
        var retired: Set<String> = []
        // Marks first: a mark that comes later only keeps more than needed.
        for object in try await store.listAll(prefix: Retirement.prefix) {
            retired.insert(String(object.key.dropFirst(Retirement.prefix.count)))
        }
        for object in try await store.listAll(prefix: "") where !retired.contains(object.key) {
            switch StoreObjectKind(object.key) {
            case .known: continue
            case .unknown:
                problems.append(
                    StoreProblem(
                        .unknownObject, key: object.key,
                        "nothing in this package writes such an object; move it out of the store"))
            case .record:
                guard read[object.key] != object else { continue }
                records += 1
                try await scan(object.key, body)
                read[object.key] = object
            }
        }
    }

    private mutating func scan(
        _ key: String, _ body: (Reference, Set<Digest>) async throws -> Void
    ) async throws {
        let found: [Reference]
        do {
            let bytes = try await chunks.store.get(key)
            let lines = key.hasSuffix(".jsonl") ? bytes.split(separator: 0x0a).map(Array.init) : [bytes]
            found = try lines.flatMap { try ReferenceScan.references(in: JSONValue(parsing: $0), of: key) }
            if found.isEmpty, StoreObjectKind.isVersion(key) {
                throw StoreError(
                    .corrupted, "it names no content, though every version does; bring it back from a copy",
                    key: key)
            }
        } catch let error as StoreError where error.code == .notFound {
            return
        } catch let error as StoreError where ![.corrupted, .unsupportedFormat].contains(error.code) {
            throw error
        } catch {
            problems.append(
                StoreProblem(.unreadableRecord, key: key, "the record cannot be read: \(error)"))
            return
        }
        for reference in found { try await visit(reference, body) }
    }

    private mutating func visit(
        _ reference: Reference, _ body: (Reference, Set<Digest>) async throws -> Void
    ) async throws {
        references += 1
        let needed = try await chunksNeeded(by: reference)
        try await body(reference, needed)
        guard reference.content.holdsReferences, visited.insert(reference.content).inserted else { return }
        do {
            let bytes = try await chunks.read(reference.content)
            for line in bytes.split(separator: 0x0a) {
                let value = try JSONValue(parsing: Array(line))
                for inner in try ReferenceScan.references(in: value, of: reference.record) {
                    try await visit(inner, body)
                }
            }
        } catch let error as StoreError where error.code != .corrupted && error.code != .unsupportedFormat {
            throw error
        } catch {
            problems.append(
                StoreProblem(
                    .unreadableRecord, key: reference.record, "its list of contents cannot be read: \(error)")
            )
        }
    }

    /// The digests of a content's chunks and of the lists that lead to them.
    private mutating func chunksNeeded(by reference: Reference) async throws -> Set<Digest> {
        var needed: Set<Digest> = []
        var row = reference.content.allParts
        needed.formUnion(row.map(\.digest))
        for _ in 0..<reference.content.depth {
            var next: [StoredContent.Part] = []
            for part in row {
                do {
                    next += try await chunks.parts(of: part)
                } catch let error as StoreError where error.code == .corrupted {
                    problems.append(
                        StoreProblem(
                            .unreadableRecord, key: reference.record,
                            "the list of parts of '\(reference.path)' cannot be read: \(error)"))
                }
            }
            needed.formUnion(next.map(\.digest))
            row = next
        }
        live.formUnion(needed)
        return needed
    }

    /// The contents that a JSON value names, at any depth.
    static func references(in value: JSONValue, of record: String) throws(StoreError) -> [Reference] {
        var found: [Reference] = []
        try collect(value, record, path: "", into: &found)
        return found
    }

    private static func collect(
        _ value: JSONValue, _ record: String, path: String, into found: inout [Reference]
    ) throws(StoreError) {
        switch value {
        case .object(let members):
            if let mark = members["content"]?.string, mark.hasPrefix("chunks/") {
                guard let content = StoredContent(json: value) else {
                    throw StoreError(
                        .unsupportedFormat,
                        "it names a content in a form that this program does not understand ('\(mark)')",
                        key: record)
                }
                found.append(Reference(record: record, path: path, content: content))
                return
            }
            let own = members["path"]?.string
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                try collect(
                    member, record, path: own ?? (path.isEmpty ? name : path + "." + name), into: &found)
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                try collect(element, record, path: path + "[\(index)]", into: &found)
            }
        default: break
        }
    }
}

/// What an object of a store is, by its key.
enum StoreObjectKind {
    /// Part of the chunk store itself, or a mark.
    case known
    /// A record that may name contents.
    case record
    /// Something that nothing in this package writes.
    case unknown

    init(_ key: String) {
        if key.hasPrefix(ChunkKeys.root) {
            let isKnown =
                key == ChunkKeys.format || key.hasPrefix(ChunkKeys.trash)
                || key.hasPrefix(ChunkKeys.quarantine)
                || StoreObjectKind.digest(of: key, ChunkKeys.packs, ".pack") != nil
                || StoreObjectKind.digest(of: key, ChunkKeys.indexes, ".index") != nil
                || key.hasPrefix(ChunkKeys.leases) && key.hasSuffix(".json")
                || key.hasPrefix(ChunkKeys.collections + "/") && key.hasSuffix(".json")
            self = isKnown ? .known : .unknown
        } else if key.hasPrefix(Retirement.prefix) {
            self = .known
        } else {
            self = key.hasSuffix(".json") || key.hasSuffix(".jsonl") ? .record : .unknown
        }
    }

    /// Whether a record is a version of an artifact or a dataset, which always names a list of files.
    static func isVersion(_ key: String) -> Bool {
        let names = key.split(separator: "/")
        return names.count == 4 && ["artifacts", "datasets"].contains(names[0]) && names[2] == "versions"
    }

    /// The name of a pack or an index.
    static func digest(of key: String, _ prefix: String, _ suffix: String) -> Digest? {
        guard key.hasPrefix(prefix), key.hasSuffix(suffix) else { return nil }
        let name = key.dropFirst(prefix.count).dropLast(suffix.count)
        return name.contains(":") ? nil : Digest(name)
    }
}
