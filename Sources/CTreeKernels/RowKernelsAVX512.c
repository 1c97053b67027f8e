// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// One row with AVX-512. The bytes of the row are permuted to a block's decisions and compared with their ranks; then
// every decision learns where its way leads by asking the decision that it points at, which doubles the ways each time.

#include "RowKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,bmi,bmi2")))

typedef struct {
    __m512i bytes[4];
} row_vectors;

// For each decision of a block the way out.
typedef __m512i answers;

static inline TARGET row_vectors load_row(const tree_row_model *model, const uint8_t *row_bytes) {
    row_vectors row;
    for (uint32_t v = 0; v < 4; v++) {
        row.bytes[v] = v < model->slot_vectors ? _mm512_loadu_si512(row_bytes + 64 * v) : _mm512_setzero_si512();
    }
    return row;
}

// A way of n decisions becomes one of 2 * n; a way out stays.
static inline TARGET __m512i jump(__m512i next) {
    return _mm512_mask_permutexvar_epi8(next, _mm512_movepi8_mask(next), next, next);
}

static inline TARGET answers answer(const tree_row_model *model, uint32_t number, const row_vectors *row,
                                    uint64_t extra, uint32_t slot_vectors) {
    const tree_row_block *block = model->blocks + number;
    const __m512i slots = _mm512_loadu_si512(block->slots);
    __m512i bins;
    if (slot_vectors == 1) {
        bins = _mm512_permutexvar_epi8(slots, row->bytes[0]);
    } else {
        bins = _mm512_permutex2var_epi8(row->bytes[0], slots, row->bytes[1]);
        if (slot_vectors > 2) {
            bins = _mm512_mask_mov_epi8(bins, _mm512_movepi8_mask(slots),
                                        _mm512_permutex2var_epi8(row->bytes[2], slots, row->bytes[3]));
        }
    }
    const __mmask64 right = _mm512_cmpgt_epu8_mask(bins, _mm512_loadu_si512(block->ranks)) | extra;
    __m512i next = _mm512_mask_mov_epi8(_mm512_loadu_si512(block->left), right, _mm512_loadu_si512(block->right));
    next = jump(jump(jump(next)));
    for (uint32_t done = 3; done < model->jumps; done++) next = jump(next);
    return next;
}

static inline TARGET uint32_t way_out(const tree_row_model *model, uint32_t block, const answers *found,
                                      uint32_t decision) {
    const __m512i at = decision == 0 ? *found : _mm512_permutexvar_epi8(_mm512_set1_epi8((char)decision), *found);
    return (uint32_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(at)) & 0xff;
}

#include "RowKernelTrees.h"

// Bytes of one row: 16 columns at a time, thresholds of cut list c at c * 288.
TARGET static void quantize_row_f32(const tree_plane_model *model, const tree_row_model *rows, const float *values,
                                    uint8_t *row_bytes) {
    const uint32_t *columns = rows->columns;
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (size_t c = 0; c < model->cut_count; c += 16) {
        const size_t left = model->cut_count - c;
        const __mmask16 active = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
        const __m512i column = _mm512_maskz_loadu_epi32(active, columns + c);
        const __m512 x = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), active, column, values, 4);
        const float *table = model->thresholds_f32 + model->cuts[c].first_threshold - 1;
        const __m512i start = _mm512_mullo_epi32(lanes, _mm512_set1_epi32(288));
        __m512i low = _mm512_setzero_si512();
        for (int step = 128; step != 0; step >>= 1) {
            const __m512i middle = _mm512_add_epi32(low, _mm512_set1_epi32(step));
            const __m512 t = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), active, _mm512_add_epi32(start, middle),
                                                      table, 4);
            low = _mm512_mask_mov_epi32(low, _mm512_cmp_ps_mask(t, x, _CMP_LE_OQ), middle);
        }
        uint8_t ranks[16];
        _mm_storeu_si128((__m128i *)ranks, _mm512_cvtepi32_epi8(low));
        const uint32_t unordered = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
        const uint32_t zeros = _mm512_cmp_ps_mask(_mm512_abs_ps(x), _mm512_set1_ps(1e-35f), _CMP_LE_OQ);
        for (size_t i = 0; i < 16 && i < left; i++) {
            const tree_cut_list *cut = model->cuts + c + i;
            const int missing = ((unordered | (cut->zero_is_missing ? zeros : 0)) >> i) & 1;
            put_rank(cut, ranks[i], missing, row_bytes);
        }
    }
}

TARGET static void quantize_row_f64(const tree_plane_model *model, const tree_row_model *rows, const double *values,
                                    uint8_t *row_bytes) {
    const uint32_t *columns = rows->columns;
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (size_t c = 0; c < model->cut_count; c += 8) {
        const size_t left = model->cut_count - c;
        const __mmask8 active = left >= 8 ? 0xff : (__mmask8)((1u << left) - 1);
        const __m256i column = _mm256_maskz_loadu_epi32(active, columns + c);
        const __m512d x = _mm512_mask_i32gather_pd(_mm512_setzero_pd(), active, column, values, 8);
        const double *table = model->thresholds_f64 + model->cuts[c].first_threshold - 1;
        const __m256i start = _mm256_mullo_epi32(lanes, _mm256_set1_epi32(288));
        __m256i low = _mm256_setzero_si256();
        for (int step = 128; step != 0; step >>= 1) {
            const __m256i middle = _mm256_add_epi32(low, _mm256_set1_epi32(step));
            const __m512d t = _mm512_mask_i32gather_pd(_mm512_setzero_pd(), active, _mm256_add_epi32(start, middle),
                                                       table, 8);
            low = _mm256_mask_mov_epi32(low, _mm512_cmp_pd_mask(t, x, _CMP_LE_OQ), middle);
        }
        uint8_t ranks[16];
        _mm_storeu_si128((__m128i *)ranks, _mm256_cvtepi32_epi8(low));
        const uint32_t unordered = _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q);
        const uint32_t zeros = _mm512_cmp_pd_mask(_mm512_abs_pd(x), _mm512_set1_pd((double)1e-35f), _CMP_LE_OQ);
        for (size_t i = 0; i < 8 && i < left; i++) {
            const tree_cut_list *cut = model->cuts + c + i;
            const int missing = ((unordered | (cut->zero_is_missing ? zeros : 0)) >> i) & 1;
            put_rank(cut, ranks[i], missing, row_bytes);
        }
    }
}

const tree_row_kernels tree_row_avx512 = {quantize_row_f32, quantize_row_f64, add_f32, add_f64, find_exits};

#endif
