// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Large trees with AVX-512: 48 rows go down side by side by gathers, and where a row has arrived the next one starts.

#include "WalkKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,popcnt")))

enum { vectors = 3, levels_between_looks = 3 };

AVX512 void tree_walk_rows_f32_avx512(const tree_walk_model *model, size_t tree, const float *slots, size_t rows,
                                      uint32_t *places) {
    const tree_walk_number *nodes = model->numbers + model->roots[tree];
    const uint32_t *leaf_places = model->places + model->roots[tree];
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i slot_mask = _mm512_set1_epi32((int)((1u << model->slot_bits) - 1));
    const __m128i slot_bits = _mm_cvtsi32_si128((int)model->slot_bits);
    const __m512i width = _mm512_set1_epi32((int)model->slot_count), end = _mm512_set1_epi32((int)rows);
    __m512i at[vectors], before[vectors], row[vectors], start[vectors];
    __mmask16 active[vectors];
    for (int v = 0; v < vectors; v++) {
        row[v] = _mm512_add_epi32(lanes, _mm512_set1_epi32(16 * v));
        active[v] = _mm512_cmplt_epu32_mask(row[v], end);
        start[v] = _mm512_maskz_mullo_epi32(active[v], row[v], width);
        at[v] = before[v] = _mm512_setzero_si512();
    }
    size_t next_row = 16 * vectors, done = 0;
    while (done < rows) {
        for (int level = 0; level < levels_between_looks; level++) {
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) {
                const __m512 threshold = _mm512_i32gather_ps(at[v], nodes, 8);
                const __m512i link = _mm512_i32gather_epi32(at[v], (const char *)nodes + 4, 8);
                const __m512 x =
                    _mm512_i32gather_ps(_mm512_add_epi32(start[v], _mm512_and_si512(link, slot_mask)), slots, 4);
                const __m512i left = _mm512_srl_epi32(link, slot_bits);
                before[v] = at[v];
                at[v] = _mm512_mask_add_epi32(left, _mm512_cmp_ps_mask(x, threshold, _CMP_GE_OQ), left,
                                              _mm512_set1_epi32(1));
            }
        }
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            const __mmask16 arrived = _mm512_mask_cmpeq_epi32_mask(active[v], before[v], at[v]);
            if (arrived == 0) continue;
            const __m512i found = _mm512_mask_i32gather_epi32(at[v], arrived, at[v], leaf_places, 4);
            _mm512_mask_i32scatter_epi32(places, arrived, row[v], found, 4);
            const unsigned count = (unsigned)__builtin_popcount(arrived);
            done += count;
            row[v] = _mm512_mask_expand_epi32(row[v], arrived,
                                              _mm512_add_epi32(lanes, _mm512_set1_epi32((int)next_row)));
            next_row += count;
            at[v] = _mm512_mask_mov_epi32(at[v], arrived, _mm512_setzero_si512());
            active[v] &= (__mmask16)~(_mm512_cmpge_epu32_mask(row[v], end) & arrived);
            start[v] = _mm512_maskz_mullo_epi32(active[v], row[v], width);
        }
    }
}

#endif
