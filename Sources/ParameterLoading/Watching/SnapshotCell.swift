// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A reference that many threads read while one replaces it; reading takes no lock and allocates nothing.
///
/// A reader announces itself, takes the reference and retains it, and leaves; both steps are one atomic addition each.
/// A writer exchanges the reference and keeps the old one until a moment when no reader is between those two steps:
/// whoever comes later sees the new reference, so nobody can still be about to retain the old one.
@safe
final class SnapshotCell<Object: AnyObject & Sendable>: Sendable {
    // Unmanaged is the only reference that can be exchanged atomically; each is retained here until it is retired.
    private let current: Atomic<Unmanaged<Object>>
    private let readers = Atomic<Int>(0)
    private let retired = Mutex<[Object]>([])

    init(_ object: Object) {
        unsafe current = Atomic(Unmanaged.passRetained(object))
    }

    deinit {
        // No reader can be left: it would hold a reference to this cell.
        unsafe current.load(ordering: .acquiring).release()
    }

    func load() -> Object {
        readers.add(1, ordering: .sequentiallyConsistent)
        // The retain must be done before the reader leaves.
        let reference = unsafe current.load(ordering: .sequentiallyConsistent).retain()
        readers.subtract(1, ordering: .sequentiallyConsistent)
        return unsafe reference.takeRetainedValue()
    }

    func store(_ object: Object) {
        let old = unsafe current.exchange(Unmanaged.passRetained(object), ordering: .sequentiallyConsistent)
        let value = unsafe old.takeRetainedValue()
        retired.withLock { list in
            list.append(value)
            if readers.load(ordering: .sequentiallyConsistent) == 0 { list.removeAll() }
        }
    }
}
