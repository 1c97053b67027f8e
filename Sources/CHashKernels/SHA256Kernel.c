// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// FIPS 180-4, section 6.2.2, with the processor's SHA-256 instructions.
#include "CHashKernels.h"
#include "SHA256Rounds.h"

#if defined(__x86_64__)
#include <cpuid.h>

int mlops_sha256_is_available(void) {
    unsigned int a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29)) != 0;
}

#elif defined(__aarch64__)
#if defined(__linux__)
#include <sys/auxv.h>
#endif

int mlops_sha256_is_available(void) {
#if defined(__APPLE__)
    return 1;
#elif defined(__linux__)
    return (getauxval(16 /* AT_HWCAP */) & (1ul << 6) /* HWCAP_SHA2 */) != 0;
#else
    return 0;
#endif
}

#endif

#if defined(WITH_SHA)

WITH_SHA void mlops_sha256_compress(uint32_t state[8], const uint8_t *data, size_t blocks) {
    struct lane lane = load_state(state);
    for (; blocks > 0; blocks--, data += 64) {
        const struct lane before = lane;
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group++) four_rounds(&lane, data, group);
        add_state(&lane, &before);
    }
    store_state(state, &lane);
}

WITH_SHA void mlops_sha256_compress_pair(uint32_t first_state[8], const uint8_t *first,
                                         uint32_t second_state[8], const uint8_t *second, size_t blocks) {
    struct lane a = load_state(first_state), b = load_state(second_state);
    for (; blocks > 0; blocks--, first += 64, second += 64) {
        const struct lane a_before = a, b_before = b;
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group++) {
            four_rounds(&a, first, group);
            four_rounds(&b, second, group);
        }
        add_state(&a, &a_before);
        add_state(&b, &b_before);
    }
    store_state(first_state, &a);
    store_state(second_state, &b);
}

#else

int mlops_sha256_is_available(void) { return 0; }

void mlops_sha256_compress(uint32_t state[8], const uint8_t *data, size_t blocks) {
    (void)state, (void)data, (void)blocks;
}

void mlops_sha256_compress_pair(uint32_t first_state[8], const uint8_t *first, uint32_t second_state[8],
                                const uint8_t *second, size_t blocks) {
    (void)first_state, (void)first, (void)second_state, (void)second, (void)blocks;
}

#endif
