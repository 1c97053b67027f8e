// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// FIPS 180-4, section 6.2.2, with the processor's SHA-256 instructions: the rounds from which the kernels are built.
// `WITH_SHA` is not defined where the compiler has no such instructions.
#pragma once
#include "SHA256Constants.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE_WITH_SHA static inline __attribute__((always_inline, target("sha,sse4.1,ssse3")))

/// The state as the instructions want it, ABEF and CDGH, and the last sixteen words of the schedule.
struct lane {
    __m128i halves[2], words[4];
};

#define ADD(a, b) _mm_add_epi32(a, b)

INLINE_WITH_SHA struct lane load_state(const uint32_t state[8]) {
    struct lane lane;
    __m128i dcba = _mm_loadu_si128((const __m128i *)state);
    __m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
    __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    lane.halves[0] = _mm_alignr_epi8(cdab, efgh, 8);
    lane.halves[1] = _mm_blend_epi16(efgh, cdab, 0xf0);
    return lane;
}

INLINE_WITH_SHA void store_state(uint32_t state[8], const struct lane *lane) {
    __m128i feba = _mm_shuffle_epi32(lane->halves[0], 0x1b);
    __m128i dchg = _mm_shuffle_epi32(lane->halves[1], 0xb1);
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
    lane->halves[1] = _mm_sha256rnds2_epu32(lane->halves[1], lane->halves[0], sum);
    lane->halves[0] = _mm_sha256rnds2_epu32(lane->halves[0], lane->halves[1], _mm_shuffle_epi32(sum, 0x0e));
}

#elif defined(__aarch64__)
#include <arm_neon.h>

#define WITH_SHA __attribute__((target("sha2")))
#define INLINE_WITH_SHA static inline __attribute__((always_inline, target("sha2")))

/// The state as the instructions want it, ABCD and EFGH, and the last sixteen words of the schedule.
struct lane {
    uint32x4_t halves[2], words[4];
};

#define ADD(a, b) vaddq_u32(a, b)

INLINE_WITH_SHA struct lane load_state(const uint32_t state[8]) {
    struct lane lane;
    lane.halves[0] = vld1q_u32(state);
    lane.halves[1] = vld1q_u32(state + 4);
    return lane;
}

INLINE_WITH_SHA void store_state(uint32_t state[8], const struct lane *lane) {
    vst1q_u32(state, lane->halves[0]);
    vst1q_u32(state + 4, lane->halves[1]);
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
    uint32x4_t abcd = lane->halves[0];
    lane->halves[0] = vsha256hq_u32(abcd, lane->halves[1], sum);
    lane->halves[1] = vsha256h2q_u32(lane->halves[1], abcd, sum);
}

#endif

#if defined(WITH_SHA)

/// Adds what the state was before a block.
INLINE_WITH_SHA void add_state(struct lane *lane, const struct lane *before) {
    lane->halves[0] = ADD(lane->halves[0], before->halves[0]);
    lane->halves[1] = ADD(lane->halves[1], before->halves[1]);
}

#endif
