// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// CRC-32C (RFC 3720, appendix B.4) with the processor's instructions.
#include "CHashKernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

int mlops_crc32c_is_available(void) {
    unsigned int a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2) != 0;
}

__attribute__((target("sse4.2"))) uint32_t mlops_crc32c_update(uint32_t crc, const uint8_t *data,
                                                               size_t count) {
    uint64_t wide = crc;
    for (; count >= 8; count -= 8, data += 8) {
        uint64_t word;
        __builtin_memcpy(&word, data, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    crc = (uint32_t)wide;
    for (; count > 0; count--, data++) crc = _mm_crc32_u8(crc, *data);
    return crc;
}

#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

int mlops_crc32c_is_available(void) {
#if defined(__APPLE__)
    return 1;
#elif defined(__linux__)
    return (getauxval(16 /* AT_HWCAP */) & (1ul << 7) /* HWCAP_CRC32 */) != 0;
#else
    return 0;
#endif
}

__attribute__((target("crc"))) uint32_t mlops_crc32c_update(uint32_t crc, const uint8_t *data,
                                                            size_t count) {
    for (; count >= 8; count -= 8, data += 8) {
        uint64_t word;
        __builtin_memcpy(&word, data, 8);
        crc = __crc32cd(crc, word);
    }
    for (; count > 0; count--, data++) crc = __crc32cb(crc, *data);
    return crc;
}

#else

int mlops_crc32c_is_available(void) { return 0; }

uint32_t mlops_crc32c_update(uint32_t crc, const uint8_t *data, size_t count) {
    (void)data, (void)count;
    return crc;
}

#endif
