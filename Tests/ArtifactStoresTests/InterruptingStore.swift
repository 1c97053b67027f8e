// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Synchronization

/// A store in front of another that lets something else happen before one of its calls.
final class InterruptingStore: ObjectStore {
    private struct State {
        var left: Int
        var body: (@Sendable () async throws -> Void)?
    }

    private let base: any ObjectStore
    private let state: Mutex<State>

    /// Runs the body before the call with this number, counted from 1.
    init(_ base: any ObjectStore, atCall number: Int, _ body: @escaping @Sendable () async throws -> Void) {
        self.base = base
        state = Mutex(State(left: number, body: body))
    }

    var location: String { base.location }

    /// Whether the call has come.
    var wasInterrupted: Bool { state.withLock { $0.body == nil } }

    private func pass() async throws {
        let body = state.withLock { state -> (@Sendable () async throws -> Void)? in
            state.left -= 1
            guard state.left == 0 else { return nil }
            defer { state.body = nil }
            return state.body
        }
        try await body?()
    }

    func put(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try await pass()
        return try await base.put(content, at: key)
    }

    func create(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try await pass()
        return try await base.create(content, at: key)
    }

    func replace(
        _ content: [UInt8], at key: String, ifUnchanged tag: ObjectTag
    ) async throws -> ObjectTag {
        try await pass()
        return try await base.replace(content, at: key, ifUnchanged: tag)
    }

    func get(_ key: String, range: Range<Int>?) async throws -> [UInt8] {
        try await pass()
        return try await base.get(key, range: range)
    }

    func head(_ key: String) async throws -> ObjectInfo? {
        try await pass()
        return try await base.head(key)
    }

    func list(prefix: String, after: String?, limit: Int) async throws -> ObjectPage {
        try await pass()
        return try await base.list(prefix: prefix, after: after, limit: limit)
    }

    func delete(_ key: String) async throws {
        try await pass()
        try await base.delete(key)
    }
}
