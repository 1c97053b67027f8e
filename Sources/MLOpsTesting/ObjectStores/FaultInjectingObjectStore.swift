// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
import Synchronization

/// A store in front of another that fails where a plan says so.
///
/// Run an operation once to count its calls, then once for each number with a fault at that call: whatever the
/// operation leaves behind must be what it promises.
///
/// ```swift
/// let store = FaultInjectingObjectStore(InMemoryObjectStore(), .loseResponse, atCall: 3)
/// ```
public final class FaultInjectingObjectStore: ObjectStore {
    /// The operations of a store.
    public enum Operation: Hashable, Sendable, CaseIterable {
        /// `put(_:at:)`
        case put
        /// `create(_:at:)`
        case create
        /// `replace(_:at:ifUnchanged:)`
        case replace
        /// `get(_:range:)`
        case get
        /// `head(_:)`
        case head
        /// `list(prefix:after:limit:)`
        case list
        /// `delete(_:)`
        case delete
    }

    /// One call.
    public struct Call: Hashable, Sendable {
        /// What was asked for.
        public let operation: Operation
        /// The key, or the prefix of a listing.
        public let key: String
        /// The place among all calls, counted from 1.
        public let number: Int

        /// Whether the call changes the store.
        public var isWrite: Bool {
            switch operation {
            case .put, .create, .replace, .delete: true
            case .get, .head, .list: false
            }
        }
    }

    /// What happens to a call.
    @nonexhaustive
    public enum Fault: Hashable, Sendable {
        /// Nothing is done, and the call fails with this code.
        case fail(StoreError.Code)
        /// It is done, but the call fails as unavailable, as after a lost response.
        case loseResponse
        /// It is done after a while.
        case delay(Duration)
        /// It is done twice, as by a network that repeats a request; the second answer is returned.
        case repeatRequest
        /// A read returns only this many bytes; a write stores only this many and fails. No sound store does this.
        case tear(Int)
        /// A read returns its bytes with one bit flipped, counted from the first. No sound store does this.
        case flipBit(Int)
        /// This call and all later ones fail without effect, as after a crash.
        case crash
        /// This call takes effect and fails, and all later ones fail without effect.
        case crashAfterwards
    }

    private struct State {
        var calls: [Call] = []
        var hasCrashed = false
    }

    private let base: any ObjectStore
    private let plan: @Sendable (Call) -> Fault?
    private let state = Mutex(State())

    /// Where the store behind is.
    public var location: String { base.location }

    /// Every call so far, failed ones included.
    public var calls: [Call] { state.withLock { $0.calls } }

    /// Puts a plan in front of a store: what happens to each call, nil for nothing special.
    public init(_ base: any ObjectStore, _ plan: @escaping @Sendable (Call) -> Fault? = { _ in nil }) {
        self.base = base
        self.plan = plan
    }

    /// Puts one fault in front of a store, at the call with this number.
    public convenience init(_ base: any ObjectStore, _ fault: Fault, atCall number: Int) {
        self.init(base) { $0.number == number ? fault : nil }
    }

    /// Writes an object, unless the plan says otherwise.
    @discardableResult
    public func put(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try await write(.put, content, key) { try await base.put($0, at: key) }
    }

    /// Writes an object unless the key is taken or the plan says otherwise.
    @discardableResult
    public func create(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try await write(.create, content, key) { try await base.create($0, at: key) }
    }

    /// Replaces an unchanged object, unless the plan says otherwise.
    @discardableResult
    public func replace(
        _ content: [UInt8], at key: String, ifUnchanged tag: ObjectTag
    ) async throws -> ObjectTag {
        try await write(.replace, content, key) { try await base.replace($0, at: key, ifUnchanged: tag) }
    }

    /// Reads an object, unless the plan says otherwise.
    public func get(_ key: String, range: Range<Int>?) async throws -> [UInt8] {
        let fault = note(.get, key)
        var content = try await perform(fault, key) { try await base.get(key, range: range) }
        switch fault {
        case .tear(let count)?: content = Array(content.prefix(max(count, 0)))
        case .flipBit(let bit)? where !content.isEmpty:
            content[(bit / 8) % content.count] ^= 1 << UInt8(bit & 7)
        default: break
        }
        return content
    }

    /// Describes an object, unless the plan says otherwise.
    public func head(_ key: String) async throws -> ObjectInfo? {
        try await perform(note(.head, key), key) { try await base.head(key) }
    }

    /// Lists a page, unless the plan says otherwise.
    public func list(prefix: String, after: String?, limit: Int) async throws -> ObjectPage {
        try await perform(note(.list, prefix), prefix) {
            try await base.list(prefix: prefix, after: after, limit: limit)
        }
    }

    /// Removes an object, unless the plan says otherwise.
    public func delete(_ key: String) async throws {
        try await perform(note(.delete, key), key) { try await base.delete(key) }
    }

    /// Settles the store behind; no fault meets this.
    public func settle(_ prefix: String) async throws {
        try await base.settle(prefix)
    }

    private func note(_ operation: Operation, _ key: String) -> Fault? {
        let (call, hasCrashed) = state.withLock { state in
            let call = Call(operation: operation, key: key, number: state.calls.count + 1)
            state.calls.append(call)
            return (call, state.hasCrashed)
        }
        guard !hasCrashed else { return .crash }
        let fault = plan(call)
        if fault == .crash || fault == .crashAfterwards { state.withLock { $0.hasCrashed = true } }
        return fault
    }

    private func write(
        _ operation: Operation, _ content: [UInt8], _ key: String,
        _ body: ([UInt8]) async throws -> ObjectTag
    ) async throws -> ObjectTag {
        let fault = note(operation, key)
        if case .tear(let count)? = fault {
            _ = try await body(Array(content.prefix(max(count, 0))))
            throw failure(.unavailable, key)
        }
        return try await perform(fault, key) { try await body(content) }
    }

    private func perform<Result>(
        _ fault: Fault?, _ key: String, _ body: () async throws -> Result
    ) async throws -> Result {
        switch fault {
        case .fail(let code)?: throw failure(code, key)
        case .crash?: throw failure(.unavailable, key)
        case .loseResponse?, .crashAfterwards?:
            _ = try await body()
            throw failure(.unavailable, key)
        case .delay(let duration)?:
            try await Task.sleep(for: duration)
            return try await body()
        case .repeatRequest?:
            _ = try await body()
            return try await body()
        case .tear?, .flipBit?, nil: return try await body()
        }
    }

    private func failure(_ code: StoreError.Code, _ key: String) -> StoreError {
        StoreError(code, "a fault that the test injects", key: key, location: location)
    }
}
