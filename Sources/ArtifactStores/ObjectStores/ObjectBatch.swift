// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Objects named by their content that become visible and durable together, for the price of one.
///
/// Nothing of a batch is promised before ``commit()`` returns; a batch that is dropped leaves at most garbage.
public protocol ObjectBatch: Sendable {
    /// Takes an object; where the key is taken at the commit, what stands there stays and that is no error.
    ///
    /// - Throws: ``StoreError``
    func create(_ content: [UInt8], at key: String) async throws

    /// Returns when every object of the batch is visible and durable.
    ///
    /// - Throws: ``StoreError``; then any of the objects may be there or not.
    func commit() async throws
}

/// The batch of a store that has nothing to gain by waiting: each object is written at once.
struct ImmediateBatch: ObjectBatch {
    let store: any ObjectStore

    func create(_ content: [UInt8], at key: String) async throws {
        do {
            try await store.create(content, at: key)
        } catch let error as StoreError where error.code == .alreadyExists {}
    }

    func commit() async throws {}
}
