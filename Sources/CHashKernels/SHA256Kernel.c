// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// FIPS 180-4, section 6.2.2, with the processor's SHA-256 instructions.
#include "CHashKernels.h"

#if defined(__x86_64__) || defined(__aarch64__)
static const uint32_t round_constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
#endif

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE_WITH_SHA static inline __attribute__((always_inline, target("sha,sse4.1,ssse3")))

int mlops_sha256_is_available(void) {
    unsigned int a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29)) != 0;
}

/// The state as the instructions want it: ABEF and CDGH; and the last sixteen words of the schedule.
struct lane {
    __m128i abef, cdgh, words[4];
};

INLINE_WITH_SHA struct lane load_state(const uint32_t state[8]) {
    struct lane lane;
    __m128i dcba = _mm_loadu_si128((const __m128i *)state);
    __m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
    __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    lane.abef = _mm_alignr_epi8(cdab, efgh, 8);
    lane.cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
    return lane;
}

INLINE_WITH_SHA void store_state(uint32_t state[8], const struct lane *lane) {
    __m128i feba = _mm_shuffle_epi32(lane->abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(lane->cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/// Four rounds: number `4 * group` and on.
INLINE_WITH_SHA void four_rounds(struct lane *lane, const uint8_t *block, int group) {
    __m128i *words = lane->words;
    if (group < 4) {
        const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
        words[group] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * group)), big_endian);
    } else {
        __m128i first = _mm_sha256msg1_epu32(words[group & 3], words[(group + 1) & 3]);
        __m128i middle = _mm_alignr_epi8(words[(group + 3) & 3], words[(group + 2) & 3], 4);
        words[group & 3] = _mm_sha256msg2_epu32(_mm_add_epi32(first, middle), words[(group + 3) & 3]);
    }
    const __m128i constants = _mm_load_si128((const __m128i *)(round_constants + 4 * group));
    __m128i sum = _mm_add_epi32(words[group & 3], constants);
    lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
    lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

INLINE_WITH_SHA void compress_one(struct lane *lane, const uint8_t *block) {
    const __m128i abef = lane->abef, cdgh = lane->cdgh;
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; group++) four_rounds(lane, block, group);
    lane->abef = _mm_add_epi32(lane->abef, abef);
    lane->cdgh = _mm_add_epi32(lane->cdgh, cdgh);
}

WITH_SHA void mlops_sha256_compress(uint32_t state[8], const uint8_t *data, size_t blocks) {
    struct lane lane = load_state(state);
    for (; blocks > 0; blocks--, data += 64) compress_one(&lane, data);
    store_state(state, &lane);
}

WITH_SHA void mlops_sha256_compress_pair(uint32_t first_state[8], const uint8_t *first,
                                         uint32_t second_state[8], const uint8_t *second, size_t blocks) {
    struct lane a = load_state(first_state), b = load_state(second_state);
    for (; blocks > 0; blocks--, first += 64, second += 64) {
        const __m128i a_abef = a.abef, a_cdgh = a.cdgh, b_abef = b.abef, b_cdgh = b.cdgh;
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group++) {
            four_rounds(&a, first, group);
            four_rounds(&b, second, group);
        }
        a.abef = _mm_add_epi32(a.abef, a_abef);
        a.cdgh = _mm_add_epi32(a.cdgh, a_cdgh);
        b.abef = _mm_add_epi32(b.abef, b_abef);
        b.cdgh = _mm_add_epi32(b.cdgh, b_cdgh);
    }
    store_state(first_state, &a);
    store_state(second_state, &b);
}

#elif defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

#define WITH_SHA __attribute__((target("sha2")))
#define INLINE_WITH_SHA static inline __attribute__((always_inline, target("sha2")))

int mlops_sha256_is_available(void) {
#if defined(__APPLE__)
    return 1;
#elif defined(__linux__)
    return (getauxval(16 /* AT_HWCAP */) & (1ul << 6) /* HWCAP_SHA2 */) != 0;
#else
    return 0;
#endif
}

struct lane {
    uint32x4_t abcd, efgh, words[4];
};

INLINE_WITH_SHA struct lane load_state(const uint32_t state[8]) {
    struct lane lane;
    lane.abcd = vld1q_u32(state);
    lane.efgh = vld1q_u32(state + 4);
    return lane;
}

INLINE_WITH_SHA void store_state(uint32_t state[8], const struct lane *lane) {
    vst1q_u32(state, lane->abcd);
    vst1q_u32(state + 4, lane->efgh);
}

INLINE_WITH_SHA void four_rounds(struct lane *lane, const uint8_t *block, int group) {
    uint32x4_t *words = lane->words;
    if (group < 4) {
        words[group] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * group)));
    } else {
        uint32x4_t first = vsha256su0q_u32(words[group & 3], words[(group + 1) & 3]);
        words[group & 3] = vsha256su1q_u32(first, words[(group + 2) & 3], words[(group + 3) & 3]);
    }
    uint32x4_t sum = vaddq_u32(words[group & 3], vld1q_u32(round_constants + 4 * group));
    uint32x4_t abcd = lane->abcd;
    lane->abcd = vsha256hq_u32(abcd, lane->efgh, sum);
    lane->efgh = vsha256h2q_u32(lane->efgh, abcd, sum);
}

INLINE_WITH_SHA void compress_one(struct lane *lane, const uint8_t *block) {
    const uint32x4_t abcd = lane->abcd, efgh = lane->efgh;
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; group++) four_rounds(lane, block, group);
    lane->abcd = vaddq_u32(lane->abcd, abcd);
    lane->efgh = vaddq_u32(lane->efgh, efgh);
}

WITH_SHA void mlops_sha256_compress(uint32_t state[8], const uint8_t *data, size_t blocks) {
    struct lane lane = load_state(state);
    for (; blocks > 0; blocks--, data += 64) compress_one(&lane, data);
    store_state(state, &lane);
}

WITH_SHA void mlops_sha256_compress_pair(uint32_t first_state[8], const uint8_t *first,
                                         uint32_t second_state[8], const uint8_t *second, size_t blocks) {
    struct lane a = load_state(first_state), b = load_state(second_state);
    for (; blocks > 0; blocks--, first += 64, second += 64) {
        const uint32x4_t a_abcd = a.abcd, a_efgh = a.efgh, b_abcd = b.abcd, b_efgh = b.efgh;
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group++) {
            four_rounds(&a, first, group);
            four_rounds(&b, second, group);
        }
        a.abcd = vaddq_u32(a.abcd, a_abcd);
        a.efgh = vaddq_u32(a.efgh, a_efgh);
        b.abcd = vaddq_u32(b.abcd, b_abcd);
        b.efgh = vaddq_u32(b.efgh, b_efgh);
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
