// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
import Synchronization

extension S3ObjectStore {
    /// A batch that sends several objects at once; a commit waits for all of them.
    public func makeBatch() -> any ObjectBatch { S3ObjectBatch(store: self) }
}

/// Objects on their way to a bucket, a few at once so that memory stays small.
private final class S3ObjectBatch: ObjectBatch {
    private static let atOnce = 8
    private let store: S3ObjectStore
    private let running = Mutex<[Task<Void, any Error>]>([])

    init(store: S3ObjectStore) { self.store = store }

    func create(_ content: [UInt8], at key: String) async throws {
        let oldest = running.withLock { running in
            running.count < S3ObjectBatch.atOnce ? nil : running.removeFirst()
        }
        try await oldest?.value
        let store = store
        let task = Task {
            do {
                try await store.create(content, at: key)
            } catch let error as StoreError where error.code == .alreadyExists {
                // What stands there stays.
            }
        }
        running.withLock { $0.append(task) }
    }

    func commit() async throws {
        let tasks = running.withLock { running in
            defer { running = [] }
            return running
        }
        // Every object is waited for, also behind one that fails: nothing may run on after the batch.
        var failure: (any Error)?
        for task in tasks {
            do { try await task.value } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}
