// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// FIPS 180-4, section 6.2.2, for sixteen contents at once: a 32-bit word of each in one AVX-512 register.
#include "CHashKernels.h"
#include "SHA256Constants.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define WITH_AVX512 __attribute__((target("avx512f,avx512bw")))
#define INLINE_WITH_AVX512 static inline __attribute__((always_inline, target("avx512f,avx512bw")))

int mlops_sha256_many_is_available(void) {
    unsigned int a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27) /* OSXSAVE */)) return 0;
    // The operating system must keep the wide registers and their masks.
    unsigned int low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 0xe6) != 0xe6) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 16) /* F */) && (b & (1u << 30) /* BW */);
}

/// Sixteen words of sixteen contents: register `w` holds word `w` of each.
INLINE_WITH_AVX512 void load_transposed(__m512i words[16], const uint8_t *const data[16], size_t offset) {
    const __m512i big_endian = _mm512_broadcast_i32x4(
        _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
    __m512i rows[16], pairs[16];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) rows[i] = _mm512_loadu_si512((const void *)(data[i] + offset));
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 4) {
        rows[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        rows[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        rows[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        rows[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        pairs[i] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0x88);
        pairs[i + 4] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0xdd);
        pairs[i + 8] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0x88);
        pairs[i + 12] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0xdd);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        words[i] = _mm512_shuffle_epi8(_mm512_shuffle_i32x4(pairs[i], pairs[i + 8], 0x88), big_endian);
        words[i + 8] = _mm512_shuffle_epi8(_mm512_shuffle_i32x4(pairs[i], pairs[i + 8], 0xdd), big_endian);
        words[i + 4] = _mm512_shuffle_epi8(_mm512_shuffle_i32x4(pairs[i + 4], pairs[i + 12], 0x88), big_endian);
        words[i + 12] = _mm512_shuffle_epi8(_mm512_shuffle_i32x4(pairs[i + 4], pairs[i + 12], 0xdd), big_endian);
    }
}

INLINE_WITH_AVX512 __m512i xor3(__m512i a, __m512i b, __m512i c) { return _mm512_ternarylogic_epi32(a, b, c, 0x96); }

WITH_AVX512 void mlops_sha256_compress_many(uint32_t states[8 * 16], const uint8_t *const data[16], size_t blocks) {
    __m512i state[8];
    for (int i = 0; i < 8; i++) state[i] = _mm512_loadu_si512((const void *)(states + 16 * i));
    for (size_t block = 0; block < blocks; block++) {
        __m512i words[16];
        load_transposed(words, data, 64 * block);
        __m512i v[8];
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i++) v[i] = state[i];
        // The names turn by one each round instead of the values.
#pragma clang loop unroll(full)
        for (int t = 0; t < 64; t++) {
            if (t >= 16) {
                const __m512i w15 = words[(t + 1) & 15], w2 = words[(t + 14) & 15];
                const __m512i s0 = xor3(_mm512_ror_epi32(w15, 7), _mm512_ror_epi32(w15, 18), _mm512_srli_epi32(w15, 3));
                const __m512i s1 = xor3(_mm512_ror_epi32(w2, 17), _mm512_ror_epi32(w2, 19), _mm512_srli_epi32(w2, 10));
                words[t & 15] = _mm512_add_epi32(
                    _mm512_add_epi32(words[t & 15], s0), _mm512_add_epi32(words[(t + 9) & 15], s1));
            }
            const __m512i a = v[(64 - t) & 7], b = v[(65 - t) & 7], c = v[(66 - t) & 7];
            const __m512i e = v[(68 - t) & 7], f = v[(69 - t) & 7], g = v[(70 - t) & 7], h = v[(71 - t) & 7];
            const __m512i big1 = xor3(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
            const __m512i choice = _mm512_ternarylogic_epi32(e, f, g, 0xca);
            const __m512i constant = _mm512_set1_epi32((int)round_constants[t]);
            const __m512i first = _mm512_add_epi32(
                _mm512_add_epi32(h, _mm512_add_epi32(words[t & 15], constant)), _mm512_add_epi32(big1, choice));
            const __m512i big0 = xor3(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
            const __m512i majority = _mm512_ternarylogic_epi32(a, b, c, 0xe8);
            v[(67 - t) & 7] = _mm512_add_epi32(v[(67 - t) & 7], first);
            v[(71 - t) & 7] = _mm512_add_epi32(first, _mm512_add_epi32(big0, majority));
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i++) state[i] = _mm512_add_epi32(state[i], v[i]);
    }
    for (int i = 0; i < 8; i++) _mm512_storeu_si512((void *)(states + 16 * i), state[i]);
}

#else

int mlops_sha256_many_is_available(void) { return 0; }

void mlops_sha256_compress_many(uint32_t states[8 * 16], const uint8_t *const data[16], size_t blocks) {
    (void)states, (void)data, (void)blocks;
}

#endif
