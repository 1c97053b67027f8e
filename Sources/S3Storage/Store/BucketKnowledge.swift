// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a store has found out about its bucket so far.
final class BucketKnowledge: Sendable {
    struct Facts {
        /// The bucket has answered, so a missing object is not a missing bucket.
        var exists = false
        /// The server refuses a creation at a key that is taken.
        var heedsIfNoneMatch: Bool?
        /// The server refuses to end an upload in parts at a key that is taken, where it is asked to.
        var heedsIfNoneMatchInParts: Bool?
        /// The server refuses a replacement with a wrong tag.
        var heedsIfMatch: Bool?
        /// The server compares tags without quotes (Ceph's gateway up to version 16).
        var wantsBareTags = false
        /// Uploads in parts that broke off, by key and content.
        var uploads: [String: String] = [:]
    }

    private let facts = Mutex(Facts())

    subscript<Value: Sendable>(fact: any WritableKeyPath<Facts, Value> & Sendable) -> Value {
        get { facts.withLock { $0[keyPath: fact] } }
        set { facts.withLock { $0[keyPath: fact] = newValue } }
    }

    /// Notes an upload that runs, or with nil that it ended.
    func remember(upload: String?, for content: String) {
        facts.withLock { $0.uploads[content] = upload }
    }
}
