// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// One row with AVX2, whose shuffles see 16 bytes of the row at a time.

#include "RowKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))

typedef struct {
    const uint8_t *bytes;
} row_vectors;

static inline TARGET row_vectors load_row(const tree_row_model *model, const uint8_t *row_bytes) {
    return (row_vectors){row_bytes};
}

static inline TARGET uint64_t decision_bits(const tree_row_block *block, const row_vectors *row, uint32_t slot_vectors) {
    uint64_t bits = 0;
    for (int half = 0; half < 64; half += 32) {
        __m256i slots = _mm256_loadu_si256((const __m256i *)(block->slots + half));
        __m256i bins = _mm256_setzero_si256();
        for (uint32_t piece = 0; piece < slot_vectors * 4; piece++) {
            const __m256i table =
                _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(row->bytes + 16 * piece)));
            // Slots of other pieces get their highest bit, for which the shuffle gives 0.
            const __m256i index = _mm256_adds_epu8(slots, _mm256_set1_epi8(0x70));
            bins = _mm256_or_si256(bins, _mm256_shuffle_epi8(table, index));
            slots = _mm256_sub_epi8(slots, _mm256_set1_epi8(16));
        }
        const __m256i ranks = _mm256_loadu_si256((const __m256i *)(block->ranks + half));
        const __m256i left = _mm256_cmpeq_epi8(_mm256_min_epu8(bins, ranks), bins);
        bits |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(left) << half;
    }
    return bits;
}

#include "RowKernelWalk.h"

const tree_row_kernels tree_row_avx2 = {quantize_row_f32, quantize_row_f64, add_f32, add_f64, find_exits};

#endif
