// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// One row, many trees at once: all decisions of a tree by one compare of bytes, then a walk over their bits.

#include "CTreeKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,bmi,bmi2")))

enum { at_once = 8 };

// Bits of the decisions [64 * part, 64 * part + 64) of a tree: 1 where the row goes right.
AVX512 static inline uint64_t decision_bits(const uint8_t *slots, const uint8_t *ranks, const __m512i *row,
                                            uint32_t slot_vectors) {
    const __m512i slot = _mm512_loadu_si512(slots);
    __m512i bin;
    if (slot_vectors == 1) {
        bin = _mm512_permutexvar_epi8(slot, row[0]);
    } else {
        bin = _mm512_permutex2var_epi8(row[0], slot, row[1]);
        if (slot_vectors > 2) {
            bin = _mm512_mask_mov_epi8(bin, _mm512_movepi8_mask(slot),
                                       _mm512_permutex2var_epi8(row[2], slot, row[3]));
        }
    }
    return _cvtmask64_u64(_mm512_cmpgt_epu8_mask(bin, _mm512_loadu_si512(ranks)));
}

// Walks eight trees of at most 64 decisions: decision n has its children at 2 * n; leaves lead to themselves.
AVX512 static void walk_small(const tree_row_model *model, const tree_row_tree *trees, const __m512i *row,
                              uint32_t *places) {
    uint64_t bits[at_once];
    const uint8_t *children[at_once];
    uint32_t at[at_once];
    uint32_t depth = 0;
    for (int t = 0; t < at_once; t++) {
        bits[t] = decision_bits(model->slots + trees[t].first_node, model->ranks + trees[t].first_node, row,
                                model->slot_vectors);
        children[t] = model->children + trees[t].first_child;
        at[t] = 0;
        if (trees[t].depth > depth) depth = trees[t].depth;
    }
    for (uint32_t level = 0; level < depth; level++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < at_once; t++) at[t] = children[t][2 * at[t] + ((bits[t] >> (at[t] & 63)) & 1)];
    }
    for (int t = 0; t < at_once; t++) places[t] = trees[t].first_value + at[t];
}

// The same for trees of at most 256 decisions, whose children are numbers of 16 bits.
AVX512 static void walk_large(const tree_row_model *model, const tree_row_tree *trees, const __m512i *row,
                              uint32_t *places) {
    uint64_t bits[at_once][8] = {{0}};
    const uint16_t *children[at_once];
    uint32_t at[at_once];
    uint32_t depth = 0;
    for (int t = 0; t < at_once; t++) {
        for (uint32_t part = 0; part < trees[t].parts; part++) {
            bits[t][part] = decision_bits(model->slots + trees[t].first_node + 64 * part,
                                          model->ranks + trees[t].first_node + 64 * part, row, model->slot_vectors);
        }
        children[t] = (const uint16_t *)(model->children + trees[t].first_child);
        at[t] = 0;
        if (trees[t].depth > depth) depth = trees[t].depth;
    }
    for (uint32_t level = 0; level < depth; level++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < at_once; t++) {
            at[t] = children[t][2 * at[t] + ((bits[t][at[t] >> 6] >> (at[t] & 63)) & 1)];
        }
    }
    for (int t = 0; t < at_once; t++) places[t] = trees[t].first_value + at[t];
}

AVX512 static void find_leaves(const tree_row_model *model, const uint8_t *row_bytes, uint32_t *places) {
    __m512i row[4];
    for (uint32_t v = 0; v < model->slot_vectors; v++) row[v] = _mm512_loadu_si512(row_bytes + 64 * v);
    uint32_t found[at_once];
    for (size_t t = 0; t < model->tree_count; t += at_once) {
        const tree_row_tree *trees = model->trees + t;
        if (trees[0].parts <= 1) {
            walk_small(model, trees, row, found);
        } else {
            walk_large(model, trees, row, found);
        }
        for (int i = 0; i < at_once; i++) places[trees[i].number] = found[i];
    }
}

// Bytes of one row: 16 columns at a time, thresholds of cut list c at c * 288.
AVX512 static void quantize_row_f32(const tree_plane_model *model, const float *values, const uint32_t *columns,
                                    uint8_t *row_bytes) {
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
            const uint32_t missing = ((unordered | (cut->zero_is_missing ? zeros : 0)) >> i) & 1;
            if (cut->left_plane != 0xffff) row_bytes[cut->left_plane] = missing ? 0 : ranks[i];
            if (cut->right_plane != 0xffff) row_bytes[cut->right_plane] = missing ? 255 : ranks[i];
        }
    }
}

AVX512 static void quantize_row_f64(const tree_plane_model *model, const double *values, const uint32_t *columns,
                                    uint8_t *row_bytes) {
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
            const uint32_t missing = ((unordered | (cut->zero_is_missing ? zeros : 0)) >> i) & 1;
            if (cut->left_plane != 0xffff) row_bytes[cut->left_plane] = missing ? 0 : ranks[i];
            if (cut->right_plane != 0xffff) row_bytes[cut->right_plane] = missing ? 255 : ranks[i];
        }
    }
}

void tree_row_leaves_f32(const tree_plane_model *planes, const tree_row_model *model, const float *values,
                         uint8_t *row_bytes, uint32_t *places) {
    quantize_row_f32(planes, values, model->columns, row_bytes);
    find_leaves(model, row_bytes, places);
}

void tree_row_leaves_f64(const tree_plane_model *planes, const tree_row_model *model, const double *values,
                         uint8_t *row_bytes, uint32_t *places) {
    quantize_row_f64(planes, values, model->columns, row_bytes);
    find_leaves(model, row_bytes, places);
}

#else

void tree_row_leaves_f32(const tree_plane_model *planes, const tree_row_model *model, const float *values,
                         uint8_t *row_bytes, uint32_t *places) {}
void tree_row_leaves_f64(const tree_plane_model *planes, const tree_row_model *model, const double *values,
                         uint8_t *row_bytes, uint32_t *places) {}

#endif

// One output: the sum stays in a register.
void tree_row_sum_f32(const tree_row_model *model, const uint32_t *places, float *sums) {
    if (model->output_count == 1) {
        float sum = sums[0];
        for (size_t t = 0; t < model->sum_count; t++) sum += model->values_f32[places[t]];
        sums[0] = sum;
    } else {
        for (size_t t = 0; t < model->sum_count; t++) sums[model->outputs[t]] += model->values_f32[places[t]];
    }
}

void tree_row_sum_f64(const tree_row_model *model, const uint32_t *places, double *sums) {
    if (model->output_count == 1) {
        double sum = sums[0];
        for (size_t t = 0; t < model->sum_count; t++) sum += model->values_f64[places[t]];
        sums[0] = sum;
    } else {
        for (size_t t = 0; t < model->sum_count; t++) sums[model->outputs[t]] += model->values_f64[places[t]];
    }
}
