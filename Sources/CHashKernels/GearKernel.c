// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// The gear hash of FastCDC (Xia et al., USENIX ATC 2016), eight bytes at a step.
#include "CHashKernels.h"

size_t mlops_gear_scan(const uint64_t table[256], const uint8_t *data, size_t count, uint64_t mask,
                       uint64_t *hash) {
    uint64_t h = *hash;
    size_t index = 0;
    // A sum over the new bytes alone does not wait for the hash before them: only one shift and one add a step do.
    for (; index + 8 <= count; index += 8) {
        const uint8_t *bytes = data + index;
        uint64_t s1 = table[bytes[0]];
        uint64_t s2 = (s1 << 1) + table[bytes[1]];
        uint64_t s3 = (s2 << 1) + table[bytes[2]];
        uint64_t s4 = (s3 << 1) + table[bytes[3]];
        uint64_t s5 = (s4 << 1) + table[bytes[4]];
        uint64_t s6 = (s5 << 1) + table[bytes[5]];
        uint64_t s7 = (s6 << 1) + table[bytes[6]];
        uint64_t s8 = (s7 << 1) + table[bytes[7]];
        uint64_t before = h;
        if ((((h = (before << 1) + s1)) & mask) == 0) { *hash = h; return index + 1; }
        if ((((h = (before << 2) + s2)) & mask) == 0) { *hash = h; return index + 2; }
        if ((((h = (before << 3) + s3)) & mask) == 0) { *hash = h; return index + 3; }
        if ((((h = (before << 4) + s4)) & mask) == 0) { *hash = h; return index + 4; }
        if ((((h = (before << 5) + s5)) & mask) == 0) { *hash = h; return index + 5; }
        if ((((h = (before << 6) + s6)) & mask) == 0) { *hash = h; return index + 6; }
        if ((((h = (before << 7) + s7)) & mask) == 0) { *hash = h; return index + 7; }
        if ((((h = (before << 8) + s8)) & mask) == 0) { *hash = h; return index + 8; }
    }
    for (; index < count; index++) {
        h = (h << 1) + table[data[index]];
        if ((h & mask) == 0) { *hash = h; return index + 1; }
    }
    *hash = h;
    return count + 1;
}
