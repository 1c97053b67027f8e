// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// The digest of a content and the places where it may be cut, in one go over the bytes: the SHA-256 instructions wait for
// their own results, and the gear hash of FastCDC runs on other parts of the core meanwhile.
#include "CHashKernels.h"
#include "SHA256Rounds.h"

#if defined(WITH_SHA)

enum { FOUND_AT_ONCE = 256 };

/// Does whole blocks until there may be no room for what the next one finds, and notes every four bytes of which one makes
/// the hash small; which it is, is told later: that is rare, and what the loop keeps at hand is what it costs.
WITH_SHA static size_t compress_and_find(uint32_t state[8], const uint8_t **data, const uint8_t *end,
                                         const uint64_t table[256], uint64_t *hash, uint64_t lenient,
                                         const uint8_t *found[FOUND_AT_ONCE]) {
    struct lane lane = load_state(state);
    const uint8_t *block = *data;
    uint64_t h = *hash;
    size_t count = 0;
    for (; block < end && count + 16 <= FOUND_AT_ONCE; block += 64) {
        const struct lane before = lane;
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group++) {
            four_rounds(&lane, block, group);
            const uint8_t *bytes = block + 4 * group;
            uint64_t h1 = (h << 1) + table[bytes[0]];
            uint64_t h2 = (h1 << 1) + table[bytes[1]];
            uint64_t h3 = (h2 << 1) + table[bytes[2]];
            h = (h3 << 1) + table[bytes[3]];
            // Nothing waits for these comparisons.
            if (__builtin_expect((h1 <= lenient) | (h2 <= lenient) | (h3 <= lenient) | (h <= lenient), 0))
                found[count++] = bytes;
        }
        add_state(&lane, &before);
    }
    *data = block;
    *hash = h;
    store_state(state, &lane);
    return count;
}

size_t mlops_sha256_compress_and_scan(uint32_t state[8], const uint8_t *data, size_t blocks,
                                      const uint64_t table[256], uint64_t *hash, struct mlops_cut_places *places) {
    const uint8_t *next = data, *const end = data + 64 * blocks;
    const uint64_t before = *hash;
    const uint8_t *found[FOUND_AT_ONCE];
    while (next < end && places->count + 4 * FOUND_AT_ONCE <= places->capacity) {
        size_t count = compress_and_find(state, &next, end, table, hash, places->lenient, found);
        for (size_t i = 0; i < count; i++) {
            // The hash depends on the last 64 bytes.
            const uint8_t *byte = found[i] - data < 64 ? data : found[i] - 64;
            uint64_t h = byte == data ? before : 0;
            for (; byte < found[i] + 4; byte++) {
                h = (h << 1) + table[*byte];
                if (h > places->lenient || byte < found[i]) continue;
                places->places[places->count++] = 2 * (uint32_t)(byte + 1 - data) | (h <= places->strict);
            }
        }
    }
    return (size_t)(next - data) / 64;
}

#else

size_t mlops_sha256_compress_and_scan(uint32_t state[8], const uint8_t *data, size_t blocks,
                                      const uint64_t table[256], uint64_t *hash, struct mlops_cut_places *places) {
    (void)state, (void)data, (void)blocks, (void)table, (void)hash, (void)places;
    return 0;
}

#endif
