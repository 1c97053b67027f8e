// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A store in memory, for tests and for work that need not last.
public final class InMemoryObjectStore: ObjectStore {
    private struct Object {
        var content: [UInt8]
        var tag: ObjectTag
        var modified: Double
    }

    private struct State {
        var objects: [String: Object] = [:]
        var writes = 0
    }

    private let state = Mutex(State())

    /// Where the store is: `memory:`.
    public var location: String { "memory:" }

    /// Makes an empty store.
    public init() {}

    /// Writes an object, replacing what stands at the key.
    @discardableResult
    public func put(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try write(content, at: key) { _ in }
    }

    /// Writes an object unless the key is taken.
    @discardableResult
    public func create(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try write(content, at: key) { old throws(StoreError) in
            guard old == nil else {
                throw StoreError(.alreadyExists, "the key is taken", key: key, location: location)
            }
        }
    }

    /// Replaces an object that has not changed since its tag was read.
    @discardableResult
    public func replace(
        _ content: [UInt8], at key: String, ifUnchanged tag: ObjectTag
    ) async throws -> ObjectTag {
        try write(content, at: key) { old throws(StoreError) in
            guard old == tag else {
                throw StoreError(
                    .changed, "the object changed since it was read", key: key, location: location)
            }
        }
    }

    private func write(
        _ content: [UInt8], at key: String, unless refuse: (ObjectTag?) throws(StoreError) -> Void
    ) throws(StoreError) -> ObjectTag {
        try ObjectKey.check(key)
        return try state.withLock { (state) throws(StoreError) -> ObjectTag in
            try refuse(state.objects[key]?.tag)
            state.writes += 1
            let tag = ObjectTag(String(state.writes))
            let modified = Date().timeIntervalSince1970
            state.objects[key] = Object(content: content, tag: tag, modified: modified)
            return tag
        }
    }

    /// Reads an object, or a range of it.
    public func get(_ key: String, range: Range<Int>?) async throws -> [UInt8] {
        try ObjectKey.check(key)
        guard let content = state.withLock({ $0.objects[key]?.content }) else {
            throw StoreError(.notFound, "there is no such object", key: key, location: location)
        }
        guard let range else { return content }
        return Array(content[range.clamped(to: 0..<content.count)])
    }

    /// The size and tag of an object, or nil where nothing stands at the key.
    public func head(_ key: String) async throws -> ObjectInfo? {
        try ObjectKey.check(key)
        return state.withLock { $0.objects[key] }.map {
            ObjectInfo(key: key, size: $0.content.count, modified: $0.modified, tag: $0.tag)
        }
    }

    /// One page of a listing.
    public func list(prefix: String, after: String?, limit: Int) async throws -> ObjectPage {
        let objects = state.withLock { $0.objects }
        let keys = objects.keys
            .filter { key in key.hasPrefix(prefix) && after.map { isBefore($0, key) } ?? true }
            .sorted(by: isBefore)
        let page = keys.prefix(max(limit, 1)).compactMap { key in
            objects[key].map {
                ObjectInfo(key: key, size: $0.content.count, modified: $0.modified, tag: $0.tag)
            }
        }
        return ObjectPage(objects: page, isLast: page.count == keys.count)
    }

    /// Removes an object.
    public func delete(_ key: String) async throws {
        try ObjectKey.check(key)
        state.withLock { $0.objects[key] = nil }
    }

    private func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
