// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import AllocationCount

/// How often a body allocates memory on this thread; nil where that is not counted (it is with glibc, without
/// sanitizers).
public func allocationCount(of body: () throws -> Void) rethrows -> Int? {
    let before = mlops_allocation_count()
    try body()
    return before < 0 ? nil : mlops_allocation_count() - before
}
