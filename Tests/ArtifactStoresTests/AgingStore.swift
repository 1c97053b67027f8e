// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Synchronization

/// A store in front of another whose objects can be made older than they are.
final class AgingStore: ObjectStore {
    private struct State {
        var ages: [String: Double] = [:]
        var beforeDelete: (@Sendable (String) async throws -> Void)?
    }

    let base: any ObjectStore
    private let state = Mutex(State())

    init(_ base: any ObjectStore = InMemoryObjectStore()) { self.base = base }

    var location: String { base.location }

    /// Lets so many seconds pass for everything that is there.
    func age(by seconds: Double) async throws {
        for object in try await base.listAll(prefix: "") {
            state.withLock { $0.ages[object.key, default: 0] += seconds }
        }
    }

    /// Runs the body before the next object is deleted.
    func beforeNextDelete(_ body: @escaping @Sendable (String) async throws -> Void) {
        state.withLock { $0.beforeDelete = body }
    }

    private func aged(_ info: ObjectInfo) -> ObjectInfo {
        let age = state.withLock { $0.ages[info.key] ?? 0 }
        return ObjectInfo(key: info.key, size: info.size, modified: info.modified - age, tag: info.tag)
    }

    @discardableResult
    func put(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        state.withLock { $0.ages[key] = nil }
        return try await base.put(content, at: key)
    }

    func create(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        let tag = try await base.create(content, at: key)
        state.withLock { $0.ages[key] = nil }
        return tag
    }

    func replace(
        _ content: [UInt8], at key: String, ifUnchanged tag: ObjectTag
    ) async throws -> ObjectTag {
        try await base.replace(content, at: key, ifUnchanged: tag)
    }

    func get(_ key: String, range: Range<Int>?) async throws -> [UInt8] {
        try await base.get(key, range: range)
    }

    func head(_ key: String) async throws -> ObjectInfo? { try await base.head(key).map(aged) }

    func list(prefix: String, after: String?, limit: Int) async throws -> ObjectPage {
        let page = try await base.list(prefix: prefix, after: after, limit: limit)
        return ObjectPage(objects: page.objects.map(aged), isLast: page.isLast)
    }

    func delete(_ key: String) async throws {
        let hook = state.withLock { state in
            defer { state.beforeDelete = nil }
            return state.beforeDelete
        }
        try await hook?(key)
        try await base.delete(key)
    }
}
