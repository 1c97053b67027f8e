// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that is made when somebody first asks for it, and only once.
///
/// Whoever asks while it is being made waits for it; afterwards nobody waits for anybody.
final class MadeOnce<Value: Sendable>: Sendable {
    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    private let made = AtomicLazyReference<Box>()
    private let making = Mutex(())

    /// The value, which `make` makes if nobody has asked before.
    func value(_ make: () -> Value) -> Value {
        if let made = made.load() { return made.value }
        return making.withLock { _ in
            if let made = made.load() { return made.value }
            return made.storeIfNil(Box(make())).value
        }
    }
}
