// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import DataContracts
import Dispatch
import Synchronization
import TableReading

/// Profiles the batches of a table in their order on a thread of its own, while the next are read.
final class BatchProfiler: Sendable {
    private struct Sum {
        var rows = RowFingerprint()
        var profile: TableProfile?
    }

    private let queue = DispatchQueue(label: "swift-mlops.profile")
    /// Few batches wait, so the memory stays small.
    private let room = DispatchSemaphore(value: 2)
    private let sum = Mutex(Sum())

    /// Takes a batch; waits where the profiles are behind.
    func add(_ batch: Table) {
        room.wait()
        queue.async { [self] in
            let rows = RowFingerprint(of: batch)
            let profile = TableProfile(of: batch)
            sum.withLock { sum in
                sum.rows = sum.rows + rows
                if sum.profile == nil { sum.profile = profile } else { sum.profile?.merge(profile) }
            }
            room.signal()
        }
    }

    /// What all batches are together, when the last is done.
    func finish() -> (RowFingerprint, TableProfile?) {
        queue.sync {}
        return sum.withLock { ($0.rows, $0.profile) }
    }
}
